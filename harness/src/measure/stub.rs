//! A server that answers rightly and stores nothing, over real HTTP on loopback, on threads of the process that prints the
//! table. What it serves is in the token: `feed.5200` is a user with the first 5,200 records. Pages are rendered and packed
//! beforehand, so its cost is small, and the same for both sides.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fieldkeep::clock::{Clock, SystemClock};
use fieldkeep::wire::{Hello, JSON, Limits, NDJSON, Outcome, PushLine, PushRequest, SchemaWindow, Shipment};
use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{Fault, sample};

/// Entries of a page, as the reference server has it.
pub(super) const PAGE_ENTRIES: usize = 500;
/// Pages kept: those of two first downloads of 100,000 records.
const KEPT_PAGES: usize = 500;
/// The counter of a push begins far above those of the pages.
const FIRST_PUSH_SEQ: i64 = 1 << 32;

/// The running server; it ends with this.
pub(super) struct Stub {
    url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

struct Shared {
    clock: SystemClock,
    next_seq: AtomicI64,
    pages: Mutex<BTreeMap<(usize, usize), Bytes>>,
}

impl Stub {
    /// Starts it on a free port.
    pub(super) fn start() -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let clock = SystemClock::new();
        let shared = Arc::new(Shared { clock, next_seq: FIRST_PUSH_SEQ.into(), pages: Mutex::default() });
        let router = Router::new()
            .route("/v1/hello", get(hello))
            .route("/v1/pull", get(pull))
            .route("/v1/push", post(push))
            .with_state(Arc::clone(&shared));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://{}", listener.local_addr()?);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, shared, _runtime: runtime })
    }

    /// Its address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Renders the pages of a feed from one record on, so that nobody waits for it later.
    pub(super) fn prepare(&self, from: usize, end: usize) -> Result<(), Fault> {
        for start in (from..=end).step_by(PAGE_ENTRIES) {
            self.shared.page(start, end)?;
        }
        Ok(())
    }
}

/// The token of a user who sees that many records.
pub(super) fn token(records: usize) -> String {
    format!("feed.{records}")
}

/// How many records this caller sees; none for an unknown one.
fn feed_of(headers: &HeaderMap) -> Option<usize> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer feed.")?;
    token.parse().ok()
}

fn reply(content_type: &'static str, packed: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CONTENT_ENCODING, "gzip")];
    (headers, Body::from(packed)).into_response()
}

fn failed(words: impl std::fmt::Display) -> Response {
    (StatusCode::BAD_REQUEST, format!("{words}")).into_response()
}

/// Packs as the reference server does.
fn pack(text: &str) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?.into())
}

async fn hello(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if feed_of(&headers).is_none() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let hello = Hello {
        user: super::USER.to_owned(),
        server_time_ms: shared.clock.now().wall_ms,
        schema: SchemaWindow { current: 1, new_from: 1, pending_from: 1 },
        key_lifetime_s: 86_400,
        limits: Limits { batch_items: super::BATCH, batch_bytes: 256 * 1024, page_entries: PAGE_ENTRIES },
    };
    let text = serde_json::to_string(&hello).map_err(std::io::Error::from);
    text.and_then(|text| pack(&text)).map_or_else(failed, |packed| reply(JSON, packed))
}

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    cursor: usize,
}

async fn pull(State(shared): State<Arc<Shared>>, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let Some(end) = feed_of(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    shared.page(asked.cursor.min(end), end).map_or_else(failed, |packed| reply(NDJSON, packed))
}

async fn push(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    if feed_of(&headers).is_none() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let is_packed = headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
    let answered = unpack(&body, is_packed).map_err(Fault::from).and_then(|plain| shared.answer(&plain));
    let packed = answered.and_then(|text| Ok(pack(&text)?));
    packed.map_or_else(failed, |packed| reply(NDJSON, packed))
}

fn unpack(body: &[u8], is_packed: bool) -> std::io::Result<Vec<u8>> {
    if !is_packed {
        return Ok(body.to_vec());
    }
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(body)?;
    decoder.finish()
}

impl Shared {
    /// The page that begins with that record, of a feed that ends before `end`.
    fn page(&self, start: usize, end: usize) -> std::io::Result<Bytes> {
        let stop = (start + PAGE_ENTRIES).min(end);
        let known = self.pages.lock().unwrap_or_else(PoisonError::into_inner).get(&(start, end)).cloned();
        if let Some(page) = known {
            return Ok(page);
        }
        let mut text = String::new();
        for n in start..stop {
            text.push_str(&entry(
                n,
                i64::try_from(n).unwrap_or(0) + 1,
                "office",
                1_767_225_600_000,
                &sample::values(n),
            ));
            text.push('\n');
        }
        text.push_str(&format!("{{\"page\":{{\"cursor\":\"{stop}\",\"more\":{}}}}}\n", stop < end));
        let page = pack(&text)?;
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() < KEPT_PAGES {
            pages.insert((start, end), page.clone());
        }
        Ok(page)
    }

    /// Applies every patch to the record as the feed has it: right for each record's first patch.
    fn answer(&self, body: &[u8]) -> Result<String, Fault> {
        let request: PushRequest = serde_json::from_slice(body)?;
        let mut text = String::new();
        for item in &request.items {
            let shipment: Shipment = serde_json::from_str(item.get())?;
            let n = sample::number_of(shipment.local_id.0);
            let seq = self.next_seq.fetch_add(1, Ordering::Relaxed);
            let mut values: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&sample::values(n))?;
            for (field, change) in shipment.fields {
                values.insert(field, change.to);
            }
            let values = serde_json::to_string(&values)?;
            let server_id = sample::server_id(n);
            let outcome = Outcome::Applied { seq, server_id, stored: BTreeMap::new() };
            let line = PushLine { shipment: Some(shipment.id), resolution: None, outcome: Some(outcome), record: None };
            let line = serde_json::to_string(&line)?;
            let record = entry(n, seq, super::USER, self.clock.now().wall_ms, &values);
            text.push_str(&format!("{},\"record\":{record}}}\n", line.trim_end_matches('}')));
        }
        Ok(text)
    }
}

/// A record as the server has it, one line.
fn entry(n: usize, seq: i64, who: &str, at_ms: i64, values: &str) -> String {
    format!(
        "{{\"server_id\":\"{}\",\"local_id\":\"{}\",\"type\":\"{}\",\"seq\":{seq},\"version\":\"1\",\"life\":\"alive\",\
         \"values\":{values},\"who\":\"{who}\",\"at_ms\":{at_ms}}}",
        sample::server_id(n),
        sample::id(n),
        sample::TYPE,
    )
}
