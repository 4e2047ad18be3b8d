//! The native protocol: hello, push, pull (see `wire/protocol.md`).

use std::sync::Arc;

use serde::Deserialize;

use super::failure::{Failure, judge};
use super::gzip;
use super::http::{Http, HttpMethod, HttpRequest, HttpResponse};
use super::lines::Lines;
use super::token::{AccessToken, TokenProvider};
use crate::clock::Clock;
use crate::wire::{
    Entry, Hello, JSON, LookupAnswers, LookupLine, LookupRequest, NDJSON, PageEnd, PullLine, PushLine, RecordQuestion,
    TEST_NOW_HEADER,
};

/// Characters of a server's explanation that are kept and shown: a sentence or two.
const MAX_PROBLEM_CHARS: usize = 300;

/// Whether this can be the address of a server; the reason when it cannot.
pub(crate) fn check_address(server: &str) -> Result<(), String> {
    let address = reqwest::Url::parse(server).map_err(|error| format!("{server:?} is no address: {error}"))?;
    let usable = matches!(address.scheme(), "http" | "https") && address.has_host();
    if usable { Ok(()) } else { Err(format!("{server:?} is no http:// or https:// address")) }
}

/// The server.
pub(crate) struct NativeRemote {
    http: Arc<dyn Http>,
    tokens: Arc<dyn TokenProvider>,
    clock: Arc<dyn Clock>,
    base_url: String,
}

/// The answer to `hello`, and the generation of the token that it is the answer to.
pub(crate) struct Greeting {
    pub(crate) hello: Hello,
    pub(crate) token: u64,
}

/// What came of a push: every complete line, and how it ended.
pub(crate) struct PushOutcome {
    pub(crate) lines: Vec<PushLine>,
    /// Lines that were too long to be read.
    pub(crate) too_long: usize,
    pub(crate) end: Result<(), Failure>,
}

/// How a page ended.
pub(crate) type PullEnd = Result<PageEnd, Failure>;

impl NativeRemote {
    pub(crate) fn new(
        http: Arc<dyn Http>,
        tokens: Arc<dyn TokenProvider>,
        clock: Arc<dyn Clock>,
        base_url: &str,
    ) -> Self {
        Self { http, tokens, clock, base_url: base_url.trim_end_matches('/').to_owned() }
    }

    /// Opens a session.
    pub(crate) async fn hello(&self) -> Result<Greeting, Failure> {
        let token = self.tokens.current().ok_or(Failure::SignIn { refused: None })?;
        let first = self.send(HttpMethod::Get, "/v1/hello", Vec::new(), &token).await?;
        let (response, token) = if first.status == 401 {
            let fresh = self.refresh(&token).await?;
            (self.send(HttpMethod::Get, "/v1/hello", Vec::new(), &fresh).await?, fresh)
        } else {
            (first, token)
        };
        judge(&response, JSON, self.clock.now().wall_ms).map_err(|failure| match failure {
            Failure::SignIn { .. } => Failure::SignIn { refused: Some(token.generation) },
            other => other,
        })?;
        Ok(Greeting { hello: Lines::new(response).document().await?, token: token.generation })
    }

    /// Sends a body and collects the answers. A complete line counts even if the connection is cut after it. `token` is
    /// the generation that the session was opened with.
    pub(crate) async fn push(&self, token: u64, body: Vec<u8>) -> PushOutcome {
        let mut outcome = PushOutcome { lines: Vec::new(), too_long: 0, end: Ok(()) };
        outcome.end = self.collect(token, body, &mut outcome).await;
        outcome
    }

    async fn collect(&self, token: u64, body: Vec<u8>, outcome: &mut PushOutcome) -> Result<(), Failure> {
        let response = self.exchange(token, HttpMethod::Post, "/v1/push", body).await?;
        let mut reply = Lines::new(response);
        while let Some(line) = reply.next::<PushLine>().await? {
            outcome.lines.push(line);
        }
        outcome.too_long = reply.too_long();
        Ok(())
    }

    /// Asks what became of shipments and records.
    pub(crate) async fn look_up(&self, token: u64, questions: &LookupRequest) -> Result<LookupAnswers, Failure> {
        let body = serde_json::to_vec(questions).map_err(|error| Failure::unreadable(error.to_string()))?;
        let response = self.exchange(token, HttpMethod::Post, "/v1/lookup", body).await?;
        let mut reply = Lines::new(response);
        let mut answers = LookupAnswers::default();
        while let Some(line) = reply.next::<LookupLine>().await? {
            match line {
                LookupLine::Shipment(answer) => answers.shipments.push(answer),
                LookupLine::Record(answer) => answers.records.push(*answer),
            }
        }
        // Without an answer a record would look like one that is gone.
        let answered = |asked: &RecordQuestion| answers.records.iter().any(|answer| answer.question == *asked);
        if !questions.records.iter().all(answered) {
            return Err(Failure::unreadable("the reply leaves questions open"));
        }
        Ok(answers)
    }

    /// Fetches one page, handing entries on in slices as they arrive: with the last ones the page's end, and how many lines
    /// were too long to be read.
    pub(crate) async fn pull(
        &self,
        token: u64,
        cursor: Option<&str>,
        slice: usize,
        mut take: impl FnMut(Vec<Entry>, Option<(&PageEnd, usize)>) -> Result<(), Failure>,
    ) -> PullEnd {
        let path = match cursor {
            Some(cursor) => format!("/v1/pull?cursor={}", percent(cursor)),
            None => "/v1/pull".to_owned(),
        };
        let response = self.exchange(token, HttpMethod::Get, &path, Vec::new()).await?;
        let mut reply = Lines::new(response);
        let mut entries = Vec::new();
        loop {
            let line = match reply.next::<PullLine>().await {
                Ok(Some(line)) => line,
                // What came whole counts, also where the page breaks off behind it.
                ended => {
                    take(entries, None)?;
                    return Err(ended.err().unwrap_or_else(|| Failure::unreadable("the page has no end")));
                }
            };
            match line {
                PullLine::Record(entry) => entries.push(*entry),
                PullLine::End { page } => {
                    take(entries, Some((&page, reply.too_long())))?;
                    return Ok(page);
                }
            }
            if entries.len() >= slice {
                take(std::mem::take(&mut entries), None)?;
            }
        }
    }

    /// One request of the session that was opened with that token. With another one nothing goes out before `hello` has
    /// said whose it is: a refresh may find somebody else signed in (pitfall P16).
    async fn exchange(
        &self,
        session: u64,
        method: HttpMethod,
        path: &str,
        body: Vec<u8>,
    ) -> Result<HttpResponse, Failure> {
        let token = self.tokens.current().ok_or(Failure::SignIn { refused: None })?;
        if token.generation != session {
            return Err(Failure::OtherToken { refused: false });
        }
        let response = self.send(method, path, body, &token).await?;
        if response.status == 401 {
            self.refresh(&token).await?;
            return Err(Failure::OtherToken { refused: true });
        }
        match judge(&response, NDJSON, self.clock.now().wall_ms) {
            Ok(()) => Ok(response),
            Err(Failure::WholeRequest { words }) => {
                let said = problem_words(response).await;
                Err(Failure::WholeRequest { words: said.unwrap_or(words) })
            }
            Err(other) => Err(other),
        }
    }

    /// A newer token than the one that was refused.
    async fn refresh(&self, refused: &AccessToken) -> Result<AccessToken, Failure> {
        let fresh = self.tokens.refresh(refused.generation).await;
        fresh
            .filter(|fresh| fresh.generation > refused.generation)
            .ok_or(Failure::SignIn { refused: Some(refused.generation) })
    }

    async fn send(
        &self,
        method: HttpMethod,
        path: &str,
        body: Vec<u8>,
        token: &AccessToken,
    ) -> Result<HttpResponse, Failure> {
        let mut headers = vec![
            ("authorization".to_owned(), format!("Bearer {}", token.text)),
            ("accept".to_owned(), format!("{NDJSON}, {JSON}")),
            ("accept-encoding".to_owned(), "gzip".to_owned()),
        ];
        if let Some(now_ms) = self.clock.virtual_now_ms() {
            headers.push((TEST_NOW_HEADER.to_owned(), now_ms.to_string()));
        }
        let mut body = body;
        if method == HttpMethod::Post {
            headers.push(("content-type".to_owned(), JSON.to_owned()));
            if let Some(packed) = gzip::compress(&body) {
                headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
                body = packed;
            }
        }
        let url = format!("{}{path}", self.base_url);
        Ok(self.http.send(HttpRequest { method, url, headers, body }).await?)
    }
}

/// What a problem document says for people (RFC 9457): its detail, else its title.
async fn problem_words(response: HttpResponse) -> Option<String> {
    #[derive(Deserialize)]
    struct Problem {
        detail: Option<String>,
        title: Option<String>,
    }
    let kind = response.header("content-type").unwrap_or("");
    if !kind.to_ascii_lowercase().starts_with("application/problem+json") {
        return None;
    }
    let problem: Problem = Lines::new(response).document().await.ok()?;
    let words = problem.detail.or(problem.title)?;
    Some(words.chars().take(MAX_PROBLEM_CHARS).collect())
}

/// Escapes what may not stand in a query (RFC 3986): a cursor is opaque and may hold anything.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
