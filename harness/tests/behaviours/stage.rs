//! The server, the office and the fault proxy as processes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fieldkeep::schema::Schema;
use fieldkeep::value::RecordId;
use fieldkeep_harness::http_client::HttpClient;
use fieldkeep_harness::program::Program;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

pub(crate) use super::phone::{PATIENCE, Phone, Tokens, choice, fields, open, teller, text};

pub(crate) const FIELD_SERVICE: &str = include_str!("../../schemas/field_service.json");

pub(crate) fn executable() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_fieldkeep"))
}

/// A server with its office.
pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    _server: Program,
    office: Mutex<Program>,
    client: HttpClient,
    admin_token: String,
    runtime: tokio::runtime::Runtime,
    schema: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_schema(FIELD_SERVICE)
    }

    pub(crate) fn with_schema(schema: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::write(path("schema.json"), schema).unwrap();
        let (data, file) = (path("server"), path("schema.json"));
        let mut server = Program::start(executable(), ["serve", "--data", &data, "--schema", &file]).unwrap();
        let said = server.line().unwrap();
        let url = said["listening"].as_str().unwrap().to_owned();
        let (tokens, admin) = (path("server/tokens.json"), path("server/admin-token"));
        let arguments = ["office", "--server", &url, "--token-file", &tokens, "--admin-token-file", &admin];
        let office = Mutex::new(Program::start(executable(), arguments).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = HttpClient::new(&url).unwrap();
        let admin_token = said["admin_token"].as_str().unwrap().to_owned();
        Self { url, _server: server, office, client, admin_token, runtime, schema: schema.to_owned(), folder }
    }

    pub(crate) fn token(&self, user: &str) -> String {
        let tokens: Json = serde_json::from_str(&std::fs::read_to_string(self.tokens()).unwrap()).unwrap();
        tokens[user].as_str().unwrap().to_owned()
    }

    pub(crate) fn tokens(&self) -> PathBuf {
        self.folder.path().join("server/tokens.json")
    }

    /// What the office does; its result.
    pub(crate) fn office(&self, command: &Json) -> Json {
        self.office.lock().unwrap().ask(command).unwrap()
    }

    /// A customer and a job of the office: the job's server id.
    pub(crate) fn office_job(&self, title: &str) -> String {
        let made = |kind: &str, fields: Json| {
            let line = self.office(&json!({"do": "create", "type": kind, "fields": fields}));
            assert_eq!(line["outcome"], "applied", "{line}");
            line["server_id"].as_str().unwrap().to_owned()
        };
        let customer = made("customer", json!({"name": format!("Customer of {title}")}));
        made("work_order", json!({"title": title, "status": "assigned", "customer": customer}))
    }

    pub(crate) fn office_sets(&self, server_id: &str, fields: Json) {
        let line = self.office(&json!({"do": "set", "type": "work_order", "server_id": server_id, "fields": fields}));
        assert_eq!(line["outcome"], "applied", "{line}");
    }

    /// How the server misbehaves from now on.
    pub(crate) fn behave(&self, command: &Json) -> Json {
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {}", self.admin_token);
        headers.insert("authorization", HeaderValue::from_str(&bearer).unwrap());
        let asked = self.client.send(Method::POST, "/admin/behave", &headers, command.to_string().into());
        let reply = self.runtime.block_on(asked).unwrap();
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json().unwrap()
    }

    pub(crate) fn records(&self, record_type: &str) -> Vec<Json> {
        self.office(&json!({"do": "dump", "type": record_type}))["records"].as_array().unwrap().clone()
    }

    /// The one record that has this server id or local id.
    pub(crate) fn record(&self, id: impl ToString) -> Json {
        let id = id.to_string();
        let mut all = self.office(&json!({"do": "dump"}))["records"].as_array().unwrap().clone();
        all.retain(|record| record["server_id"] == *id || record["local_id"] == *id);
        assert_eq!(all.len(), 1, "{id}: {all:#?}");
        all.remove(0)
    }

    pub(crate) fn phone(&self) -> Phone {
        self.phone_to(&self.url)
    }

    pub(crate) fn phone_behind(&self, proxy: &Proxy) -> Phone {
        self.phone_to(&proxy.url)
    }

    pub(crate) fn phone_to(&self, server: &str) -> Phone {
        let tokens = Arc::new(Tokens(Mutex::new((Some(self.token("ana")), 1))));
        let folder = tempfile::tempdir().unwrap();
        let (schema, server) = (Schema::from_json(&self.schema).unwrap(), server.to_owned());
        let keep = Arc::new(open(folder.path(), "ana", &schema, &server, &tokens).unwrap());
        Phone { keep, tokens, schema, server, folder }
    }

    /// A phone with a job of the office on it: both ids of the job.
    pub(crate) fn job_on_a_phone(&self) -> (Phone, RecordId, String) {
        let server_id = self.office_job("Pump");
        let phone = self.phone();
        phone.keep.sync_now().unwrap();
        let id = phone.keep.get_by_server_id("work_order", &server_id).unwrap().unwrap().id;
        (phone, id, server_id)
    }

    /// A process of its own with this folder.
    pub(crate) fn device(&self, folder: &Path) -> Program {
        Program::start(executable(), self.device_arguments(folder)).unwrap()
    }

    pub(crate) fn device_arguments(&self, folder: &Path) -> Vec<String> {
        let (data, tokens) = (folder.to_string_lossy(), self.tokens());
        let (url, tokens) = (self.url.as_str(), tokens.to_string_lossy());
        let given = ["device", "--data", &data, "--server", url, "--token-file", &tokens];
        given.iter().map(|&argument| argument.to_owned()).collect()
    }
}

/// The fault proxy.
pub(crate) struct Proxy {
    pub(crate) url: String,
    program: Mutex<Program>,
}

impl Proxy {
    pub(crate) fn before(world: &World) -> Self {
        let mut program = Program::start(executable(), ["faults", "--to", &world.url]).unwrap();
        let url = program.line().unwrap()["listening"].as_str().unwrap().to_owned();
        Self { url, program: Mutex::new(program) }
    }

    pub(crate) fn ask(&self, command: &Json) -> Json {
        self.program.lock().unwrap().ask(command).unwrap()
    }

    pub(crate) fn next(&self, path: &str, act: Json) {
        self.ask(&json!({"do": "next", "path": path, "act": act}));
    }

    /// Requests that came through so far.
    pub(crate) fn count(&self) -> u64 {
        let seen = self.ask(&json!({"do": "count"}));
        seen["requests"].as_object().unwrap().values().filter_map(Json::as_u64).sum()
    }
}
