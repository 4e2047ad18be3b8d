//! A server to test against, started in process on a free port, and what tests say to it.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test binary uses a part of it")]

pub mod departures;
pub mod phone;
pub mod process;
pub mod site;
pub mod toxiproxy;
pub mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use fieldkeep::clock::{ManualClock, SystemClock, new_uuid};
use fieldkeep::schema::Schema;
use fieldkeep_harness::http_client::{HttpClient, Reply};
use fieldkeep_harness::serve::{self, Server, ServerOptions, ServerPlace};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// When the tests' clocks start: 2026-01-01.
pub const START_MS: i64 = 1_767_225_600_000;
pub const DAY_MS: i64 = 86_400_000;

/// A schema of the tests' own: small, with each kind of rule in it.
pub const SCHEMA: &str = include_str!("schema.json");
/// The same, for programs.
pub const SCHEMA_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/schema.json");

/// A server, and what a test needs to talk to it.
pub struct Site {
    pub client: HttpClient,
    pub tokens: BTreeMap<String, String>,
    pub admin_token: String,
    pub clock: Arc<ManualClock>,
    pub folder: TempDir,
}

/// A server whose clock the test moves.
pub async fn site() -> Site {
    site_in_time(false).await
}

/// `manual`: a server that takes its time from the requests.
pub async fn site_in_time(manual: bool) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(START_MS, "server"));
    let server = Server::open(ServerOptions {
        place: ServerPlace::Folder(folder.path().to_owned()),
        schema: Schema::from_json(SCHEMA).unwrap(),
        clock: clock.clone(),
        manual,
    })
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = HttpClient::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let admin_token = server.admin_token().to_owned();
    tokio::spawn(async move { serve::serve_on(listener, &server, std::future::pending()).await });
    let tokens = std::fs::read_to_string(folder.path().join("tokens.json")).unwrap();
    Site { client, tokens: serde_json::from_str(&tokens).unwrap(), admin_token, clock, folder }
}

impl Site {
    pub async fn send(&self, token: &str, method: Method, path: &str, more: &[(&str, &str)], body: Bytes) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        for (name, value) in more {
            headers.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        self.client.send(method, path, &headers, body).await.unwrap()
    }

    pub async fn get(&self, user: &str, path: &str) -> Reply {
        self.send(&self.tokens[user], Method::GET, path, &[], Bytes::new()).await
    }

    pub async fn post(&self, user: &str, path: &str, body: &Value) -> Reply {
        self.send(&self.tokens[user], Method::POST, path, &[], body.to_string().into()).await
    }

    /// The lines that answer these items.
    pub async fn push(&self, user: &str, items: &[Value]) -> Vec<Value> {
        let reply = self.post(user, "/v1/push", &json!({ "device": "test", "items": items })).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(reply.headers["content-type"], "application/x-ndjson");
        lines(&reply.text())
    }

    /// The line that answers this one item.
    pub async fn push_one(&self, user: &str, item: Value) -> Value {
        let lines = self.push(user, &[item]).await;
        assert_eq!(lines.len(), 1);
        lines.into_iter().next().unwrap()
    }

    /// One page: its entries, its cursor, whether there is more.
    pub async fn page(&self, user: &str, cursor: &str) -> (Vec<Value>, String, bool) {
        let reply = self.get(user, &format!("/v1/pull?cursor={cursor}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let mut entries = lines(&reply.text());
        let end = entries.pop().unwrap();
        let cursor = end["page"]["cursor"].as_str().unwrap().to_owned();
        (entries, cursor, end["page"]["more"].as_bool().unwrap())
    }

    pub async fn behave(&self, command: Value) -> Value {
        let body = command.to_string().into();
        let reply = self.send(&self.admin_token, Method::POST, "/admin/behave", &[], body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json().unwrap()
    }

    pub async fn dump(&self) -> Value {
        self.send(&self.admin_token, Method::GET, "/admin/dump", &[], Bytes::new()).await.json().unwrap()
    }

    /// A work order made by ana: its server id.
    pub async fn work_order(&self, title: &str) -> String {
        let line = self.push_one("ana", create("work_order", json!({ "title": title, "status": "assigned" }))).await;
        line["server_id"].as_str().unwrap().to_owned()
    }
}

pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A new id.
pub fn uuid() -> String {
    new_uuid(&SystemClock::new()).to_string()
}

/// A shipment that makes a record.
pub fn create(record_type: &str, fields: Value) -> Value {
    let fields = fields.as_object().unwrap().iter().map(|(name, to)| (name.clone(), json!({ "to": to })));
    let fields: Value = Value::Object(fields.collect());
    shipment(json!({ "type": record_type, "kind": "create", "local_id": uuid(), "fields": fields }))
}

/// A shipment that changes fields, `{name: [from, to]}`.
pub fn patch(record_type: &str, server_id: &str, fields: Value) -> Value {
    let change = |pair: &Value| json!({ "from": pair[0], "to": pair[1] });
    let fields = fields.as_object().unwrap().iter().map(|(name, pair)| (name.clone(), change(pair)));
    let fields: Value = Value::Object(fields.collect());
    shipment(json!({ "type": record_type, "kind": "patch", "record": server_id, "fields": fields }))
}

/// Archive, reopen or sign-off.
pub fn barrier(record_type: &str, kind: &str, server_id: &str) -> Value {
    shipment(json!({ "type": record_type, "kind": kind, "record": server_id }))
}

pub fn group(members: &[Value]) -> Value {
    json!({ "group": uuid(), "shipments": members })
}

/// A shipment with what is given, and the usual for the rest.
pub fn shipment(given: Value) -> Value {
    let mut shipment = json!({
        "id": uuid(), "record": null, "local_id": uuid(), "base_version": null, "fields": {}, "schema_version": 1,
        "author": "somebody", "made_at": START_MS, "first_sent_at": START_MS,
    });
    for (name, value) in given.as_object().unwrap() {
        shipment[name] = value.clone();
    }
    shipment
}
