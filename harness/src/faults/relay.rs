//! Connections, and what happens to the requests on them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fieldkeep::clock::SystemClock;
use fieldkeep::wire::TEST_NOW_HEADER;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::flushed::Flushed;
use super::plan::{Act, Fate, Plan};
use super::reply::{self, ReplyBody};
use super::throttle::Line;
use crate::http_client::{HttpClient, HttpError, Reply};
use crate::server_time::ServerTime;

/// The proxy's side of all connections.
pub(super) struct Relay {
    pub(super) plan: Plan,
    pub(super) line: Arc<Line>,
    server: HttpClient,
    time: ServerTime,
    /// What the network has a copy of.
    kept: Mutex<Vec<Asked>>,
}

/// Why a connection ends without a reply. hyper closes it then, which is what is wanted.
#[derive(Debug, Error)]
enum Hangup {
    #[error("closed on command")]
    OnCommand,
    #[error("the client's request was cut")]
    Request(#[from] hyper::Error),
    #[error("the server behind did not answer")]
    Server(#[from] HttpError),
    #[error("the server behind was not reached")]
    Io(#[from] io::Error),
}

#[derive(Clone)]
struct Asked {
    method: Method,
    /// With the query.
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Relay {
    pub(super) fn new(server: HttpClient, manual: bool) -> Arc<Self> {
        let time = ServerTime::new(Arc::new(SystemClock::new()), manual.then_some(0));
        Arc::new(Self { plan: Plan::default(), line: Arc::new(Line::new()), server, time, kept: Mutex::default() })
    }

    async fn answer(&self, request: Request<Incoming>, flushed: Arc<Notify>) -> Result<Response<ReplyBody>, Hangup> {
        let (parts, body) = request.into_parts();
        let now_ms = self.time.of_request(&parts.headers);
        let fate = self.plan.next(parts.uri.path());
        let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        // The whole request is read also when it is not passed on: the client has sent it, that is the point.
        let body = body.collect().await?.to_bytes();
        let asked = Asked { method: parts.method, target, headers: parts.headers, body };
        hold(self.plan.delay_ms()).await;
        match fate {
            Fate::Refuse => Err(Hangup::OnCommand),
            Fate::Pass => Ok(reply::whole(self.forward(&asked).await?)),
            Fate::Do(act) => self.act(act, asked, now_ms, flushed).await,
        }
    }

    async fn act(
        &self,
        act: Act,
        mut asked: Asked,
        now_ms: i64,
        flushed: Arc<Notify>,
    ) -> Result<Response<ReplyBody>, Hangup> {
        match act {
            Act::CutBefore => return Err(Hangup::OnCommand),
            Act::CutInsideRequest => {
                self.forward_half(&asked).await?;
                return Err(Hangup::OnCommand);
            }
            Act::DropReply => {
                self.forward(&asked).await?;
                return Err(Hangup::OnCommand);
            }
            Act::CutAfterLines(lines) => {
                // Lines can only be counted in a plain reply.
                asked.headers.remove(header::ACCEPT_ENCODING);
                return Ok(reply::cut_after_lines(self.forward(&asked).await?, lines, flushed));
            }
            Act::CutAfterBytes(bytes) => {
                return Ok(reply::cut_after_bytes(self.forward(&asked).await?, bytes, flushed));
            }
            Act::Status { code, retry_after_s, retry_after_date_ms } => {
                return Ok(reply::status(code, retry_after_s, retry_after_date_ms, now_ms));
            }
            Act::ErrorPage(code) => return Ok(reply::error_page(code, now_ms)),
            Act::Html => return Ok(reply::portal_page(now_ms)),
            Act::Redirect => return Ok(reply::portal_redirect(now_ms)),
            Act::Delay(ms) => hold(ms).await,
            Act::Duplicate => drop(self.forward(&asked).await?),
            Act::Keep => self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone()),
        }
        Ok(reply::whole(self.forward(&asked).await?))
    }

    /// Sends what was kept once more; the answers, as status codes, are heard by nobody else. 0: none came.
    pub(super) async fn repeat(&self, at_ms: Option<i64>) -> Vec<u16> {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let mut statuses = Vec::with_capacity(kept.len());
        for mut asked in kept {
            if let Some(at_ms) = at_ms {
                asked.headers.insert(TEST_NOW_HEADER, HeaderValue::from(at_ms));
            }
            statuses.push(self.forward(&asked).await.map_or(0, |reply| reply.status.as_u16()));
        }
        statuses
    }

    async fn forward(&self, asked: &Asked) -> Result<Reply, HttpError> {
        self.server.send(asked.method.clone(), &asked.target, &asked.own_headers(), asked.body.clone()).await
    }

    /// A request of which the server gets the head and half of the body; then the connection breaks.
    async fn forward_half(&self, asked: &Asked) -> Result<(), Hangup> {
        let host = self.server.base().trim_start_matches("http://");
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", asked.method, asked.target).into_bytes();
        for (name, value) in &asked.own_headers() {
            head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        // At least one byte is announced that never comes, also of a request without a body.
        head.extend(format!("content-length: {}\r\n\r\n", asked.body.len().max(1)).into_bytes());
        let mut server = TcpStream::connect(host).await?;
        server.write_all(&head).await?;
        server.write_all(&asked.body[..asked.body.len() / 2]).await?;
        server.shutdown().await?;
        Ok(())
    }
}

impl Asked {
    /// Its headers without those that belong to one connection.
    fn own_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        for name in [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
            headers.remove(name);
        }
        headers
    }
}

/// Lets time pass.
#[allow(clippy::disallowed_methods, reason = "a slow network is what this proxy plays; no engine runs here")]
async fn hold(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// Takes connections for ever.
pub(super) async fn accept(listener: TcpListener, relay: Arc<Relay>) {
    loop {
        // A failed accept concerns one connection, which is gone; the next is another matter.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&relay)));
        }
    }
}

async fn converse(stream: TcpStream, relay: Arc<Relay>) {
    if relay.plan.refuses() {
        return;
    }
    let flushed = Arc::new(Notify::new());
    let stream = Flushed::new(relay.line.carry(stream), Arc::clone(&flushed));
    let service = service_fn(move |request| {
        let (relay, flushed) = (Arc::clone(&relay), Arc::clone(&flushed));
        async move { relay.answer(request, flushed).await }
    });
    // An error here is a hang-up, by either side, and both are daily business of this proxy. Keep-alive is off, so that
    // each request meets the plan on a connection of its own.
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.keep_alive(false);
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
