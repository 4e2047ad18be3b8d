//! The network that a phone under test has: an honest server, but that replies of one path are what an input says.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard};

use fieldkeep::clock::{Clock, ManualClock};
use fieldkeep::remote::{Http, HttpError, HttpFuture, HttpRequest, HttpResponse};
use fieldkeep::value::RecordId;
use fieldkeep::wire::{LookupRequest, PushRequest};
use flate2::read::GzDecoder;
use uuid::Uuid;

use super::honest::Honest;
use super::names::Names;
use super::phone::Meant;
use super::reply::Reply;

/// Requests that one sync may make here: enough to find out item by item what a server refuses. Who asks more often goes round in
/// circles.
const MOST_REQUESTS: usize = 600;

/// Answers requests, rightly or not.
pub(super) struct Liar {
    clock: Arc<ManualClock>,
    told: Mutex<Told>,
}

/// What was asked and said.
pub(super) struct Told {
    pub(super) honest: Honest,
    pub(super) names: Names,
    /// The path whose replies are this input.
    lie: Option<(&'static str, Vec<u8>)>,
    /// The next pull is told that its cursor is not known any more.
    pub(super) cursor_expired: bool,
    requests: usize,
    paths: Vec<String>,
    /// Everything that was said with a lie since the phone was last at rest, in small letters and without hyphens.
    said: String,
    /// The keys of all shipments that were ever sent for a record.
    keys: BTreeMap<RecordId, Vec<Uuid>>,
}

impl Liar {
    pub(super) fn new(clock: Arc<ManualClock>, honest: Honest) -> Self {
        let told = Told {
            honest,
            names: Names::default(),
            lie: None,
            cursor_expired: false,
            requests: 0,
            paths: Vec::new(),
            said: String::new(),
            keys: BTreeMap::new(),
        };
        Self { clock, told: Mutex::new(told) }
    }

    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        let address = request.url.strip_prefix("http://server.test").expect("asks its own server");
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let body = unpacked(request);
        let now_ms = self.clock.now().wall_ms;
        self.told().answer(path, query, &body, now_ms)
    }
}

impl Told {
    /// From now on this path is answered with the input, until [`Told::honest`].
    pub(super) fn lie(&mut self, path: &'static str, input: &[u8]) {
        self.lie = Some((path, input.to_vec()));
        self.begin();
    }

    /// No lies any more.
    pub(super) fn be_honest(&mut self) {
        self.lie = None;
        self.begin();
    }

    fn begin(&mut self) {
        self.requests = 0;
        self.paths.clear();
    }

    /// What was said before can mean nothing for new work.
    pub(super) fn forget_what_was_said(&mut self) {
        self.said.clear();
    }

    /// Fails where the phone went round in circles.
    pub(super) fn assert_it_ends(&self) {
        assert!(self.requests <= MOST_REQUESTS, "it goes round in circles: {:?}", self.paths);
    }

    /// Whether what was said can mean that this is done: an acknowledgement that names a shipment of its record, or the record
    /// as the server has it, where it was made here or has the value that was typed.
    pub(super) fn may_be_done(&self, one: &Meant, server_id: Option<&str>) -> bool {
        let keys = self.keys.get(&one.record).map(Vec::as_slice).unwrap_or_default();
        if keys.iter().any(|key| self.honest.has(*key)) || self.honest.has_value(&one.text) {
            return true;
        }
        let says = |text: &str| self.said.contains(&plain(text));
        let acknowledged = says("applied") || says("\"by\"");
        let named = says(&one.record.to_string()) || server_id.is_some_and(says);
        let shown = named && says("\"life\"") && (one.makes || says(&one.text));
        acknowledged && keys.iter().any(|key| says(&key.to_string())) || shown
    }

    fn answer(&mut self, path: &str, query: &str, body: &[u8], now_ms: i64) -> Result<HttpResponse, HttpError> {
        self.requests += 1;
        self.paths.push(path.to_owned());
        if self.requests > MOST_REQUESTS {
            return Err(HttpError::Unreachable("asked too often".to_owned()));
        }
        let push: Option<PushRequest> = (path == "/v1/push").then(|| serde_json::from_slice(body).unwrap());
        let asked: Option<LookupRequest> = (path == "/v1/lookup").then(|| serde_json::from_slice(body).unwrap());
        let shipments = push.as_ref().map(|push| self.names.of_push(push)).unwrap_or_default();
        for sent in &shipments {
            self.keys.entry(sent.local_id).or_default().push(sent.id);
        }
        asked.iter().for_each(|asked| self.names.of_lookup(asked));
        if path == "/v1/pull" && std::mem::take(&mut self.cursor_expired) {
            return Ok(Reply::read(b";000\n").response(path, Vec::new()));
        }
        if let Some((_, input)) = self.lie.as_ref().filter(|(lied, _)| *lied == path) {
            let reply = Reply::read(input);
            let body = self.names.fill(reply.body());
            self.said.push_str(&plain(&String::from_utf8_lossy(&body)));
            return Ok(reply.response(path, body));
        }
        Ok(match (path, &push, &asked) {
            ("/v1/hello", ..) => self.honest.hello(now_ms),
            ("/v1/pull", ..) => self.honest.pull(query.strip_prefix("cursor=")),
            (_, Some(push), _) => self.honest.push(push, &shipments),
            (_, _, Some(asked)) => self.honest.look_up(asked),
            _ => panic!("asks for {path}"),
        })
    }
}

impl Http for Liar {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        let answer = self.answer(&request);
        Box::pin(async move { answer })
    }
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('-', "")
}

fn unpacked(request: &HttpRequest) -> Vec<u8> {
    let packed = request.headers.iter().any(|(name, value)| name == "content-encoding" && value == "gzip");
    if !packed {
        return request.body.clone();
    }
    let mut plain = Vec::new();
    GzDecoder::new(&request.body[..]).read_to_end(&mut plain).unwrap();
    plain
}
