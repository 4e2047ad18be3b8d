//! For tests that cannot be async because a Fieldkeep blocks on its own runtime: a real server on a thread of its own,
//! the office, and the fault proxy as a program. Time is virtual: it stands still until [`Field::advance`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use fieldkeep::clock::{Clock, ManualClock};
use fieldkeep::schema::Schema;
use fieldkeep_harness::http_client::{HttpClient, Reply};
use fieldkeep_harness::serve::{self, Server, ServerOptions, ServerPlace};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::phone::Phone;
use super::process::Program;
use super::{START_MS, create, lines, patch};

/// The schema of the demo.
pub const FIELD_SERVICE: &str = include_str!("../../schemas/field_service.json");

/// A server in virtual time with its office and its people.
pub struct Field {
    pub url: String,
    pub schema: Schema,
    pub admin_token: String,
    /// The time of the office, and of phones whose clock is right.
    pub clock: Arc<ManualClock>,
    pub(super) clocks: Mutex<Vec<Arc<ManualClock>>>,
    client: HttpClient,
    folder: TempDir,
    runtime: Runtime,
}

impl Field {
    /// With the demo's schema.
    pub fn new() -> Self {
        Self::with_schema(FIELD_SERVICE)
    }

    pub fn with_schema(schema: &str) -> Self {
        let schema = Schema::from_json(schema).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let clock = Arc::new(ManualClock::new(START_MS, "server"));
        let options = ServerOptions {
            place: ServerPlace::Folder(folder.path().into()),
            schema: schema.clone(),
            clock: clock.clone(),
            manual: true,
        };
        let (url, admin_token) = runtime.block_on(async {
            let server = Server::open(options).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let admin_token = server.admin_token().to_owned();
            tokio::spawn(async move { serve::serve_on(listener, &server, std::future::pending()).await });
            (url, admin_token)
        });
        let client = HttpClient::new(&url).unwrap();
        Self { url, schema, admin_token, clocks: Mutex::new(vec![clock.clone()]), clock, client, folder, runtime }
    }

    /// A phone of this user that talks to the server directly.
    pub fn phone(&self, user: &str) -> Phone {
        Phone::open(self, user, &self.url)
    }

    /// A phone that talks through the proxy.
    pub fn phone_behind(&self, proxy: &Proxy, user: &str) -> Phone {
        Phone::open(self, user, &proxy.url)
    }

    pub fn proxy(&self) -> Proxy {
        Proxy::before(&self.url)
    }

    /// Time passes, for everybody.
    pub fn advance(&self, ms: i64) {
        self.clocks.lock().unwrap().iter().for_each(|clock| clock.advance(ms));
    }

    /// What `tokens.json` says now.
    pub fn token(&self, user: &str) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("tokens.json")).unwrap();
        let tokens: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
        tokens[user].clone()
    }

    pub fn send(&self, token: &str, method: Method, path: &str, body: Bytes) -> Reply {
        let mut headers = HeaderMap::new();
        let now_ms = self.clock.now().wall_ms.to_string();
        for (name, value) in [("authorization", format!("Bearer {token}")), ("fieldkeep-test-now", now_ms)] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
        }
        self.runtime.block_on(self.client.send(method, path, &headers, body)).unwrap()
    }

    fn good(&self, token: &str, method: Method, path: &str, body: Bytes) -> Reply {
        let reply = self.send(token, method, path, body);
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply
    }

    /// `POST /admin/behave`.
    pub fn behave(&self, command: Value) -> Value {
        self.good(&self.admin_token, Method::POST, "/admin/behave", command.to_string().into()).json().unwrap()
    }

    /// `GET /admin/dump`.
    pub fn dump(&self) -> Value {
        self.good(&self.admin_token, Method::GET, "/admin/dump", Bytes::new()).json().unwrap()
    }

    /// All records of a type on the server, gone ones included.
    pub fn records(&self, record_type: &str) -> Vec<Value> {
        let dump = self.dump();
        let all = dump["records"].as_array().unwrap();
        all.iter().filter(|record| record["type"] == record_type).cloned().collect()
    }

    /// The one record with this server id or local id.
    pub fn record(&self, id: impl ToString) -> Value {
        let id = id.to_string();
        let dump = self.dump();
        let mut found: Vec<Value> = dump["records"].as_array().unwrap().clone();
        found.retain(|record| record["server_id"] == *id || record["local_id"] == *id);
        assert_eq!(found.len(), 1, "{id} in {dump:#}");
        found.remove(0)
    }

    /// The lines that answer these items.
    pub fn push(&self, user: &str, items: &[Value]) -> Vec<Value> {
        let body = json!({ "device": "test", "items": items }).to_string();
        let reply = self.good(&self.token(user), Method::POST, "/v1/push", body.into());
        lines(&reply.text())
    }

    fn applied(&self, item: Value) -> String {
        let line = self.push("office", &[item]).remove(0);
        assert_eq!(line["outcome"], "applied", "{line}");
        line["server_id"].as_str().unwrap().to_owned()
    }

    /// The office makes a record: its server id.
    pub fn office_creates(&self, record_type: &str, fields: Value) -> String {
        self.applied(create(record_type, fields))
    }

    /// The office changes fields of what is there now.
    pub fn office_sets(&self, server_id: &str, fields: Value) {
        let record = self.record(server_id);
        let change = |(name, to): (&String, &Value)| (name.clone(), json!([record["values"][name], to]));
        let fields = fields.as_object().unwrap().iter().map(change).collect();
        self.applied(patch(record["type"].as_str().unwrap(), server_id, Value::Object(fields)));
    }

    pub fn office_customer(&self, name: &str) -> String {
        self.office_creates("customer", json!({ "name": name }))
    }

    pub fn office_job(&self, title: &str) -> String {
        let customer = self.office_customer("Hansa");
        self.office_creates("work_order", json!({ "title": title, "status": "assigned", "customer": customer }))
    }
}

/// The fault proxy, as a program.
pub struct Proxy {
    pub url: String,
    program: Mutex<Program>,
}

impl Proxy {
    pub fn before(server: &str) -> Self {
        let mut program = Program::start(&["faults", "--to", server, "--manual"]);
        let url = program.line()["listening"].as_str().unwrap().to_owned();
        Self { url, program: Mutex::new(program) }
    }

    pub fn tell(&self, command: Value) -> Value {
        let reply = self.program.lock().unwrap().tell(&command);
        assert_eq!(reply["ok"], true, "{reply}");
        reply["result"].clone()
    }

    /// What becomes of the next request of that path.
    pub fn next(&self, path: &str, act: Value) {
        self.next_times(path, act, 1);
    }

    pub fn next_times(&self, path: &str, act: Value, times: u32) {
        self.tell(json!({ "do": "next", "path": path, "act": act, "times": times }));
    }

    /// How many requests of that path were seen.
    pub fn count(&self, path: &str) -> u64 {
        self.tell(json!({ "do": "count" }))["requests"][path].as_u64().unwrap_or(0)
    }
}
