//! The office's side of the protocol: it reads the record, says what it saw, and pushes, as a device would.

use std::collections::BTreeMap;

use fieldkeep::clock::{Clock, SystemClock, new_uuid};
use fieldkeep::value::{Canonical, RecordId};
use fieldkeep::wire::{
    ChangeKind, Entry, FieldChange, Hello, JSON, RecordAnswer, RecordQuestion, Shipment, TEST_NOW_HEADER,
};
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::command::{Command, question};
use crate::command_lines::Failure;
use crate::http_client::{HttpClient, Reply};
use crate::report;

/// The name under which the office pushes.
const DEVICE: &str = "office-desk";
const USER: &str = "office";

/// One office.
pub(super) struct Desk {
    client: HttpClient,
    token: String,
    admin_token: Option<String>,
    clock: SystemClock,
    /// Virtual time, once it was set; only sent in manual mode.
    now_ms: Option<i64>,
    manual: bool,
    /// The server's schema version, asked for once.
    schema_version: Option<i64>,
}

impl Desk {
    pub(super) fn new(client: HttpClient, token: String, admin_token: Option<String>, manual: bool) -> Self {
        Self { client, token, admin_token, clock: SystemClock::new(), now_ms: None, manual, schema_version: None }
    }

    /// Does what it is told. A refusal by the server is a result like any other: the line of the push.
    pub(super) async fn carry_out(&mut self, command: Command) -> Result<Value, Failure> {
        match command {
            Command::Set { record_type, id, server_id, fields, expect } => {
                let record = self.look_up(question(id, server_id)?).await?;
                let fields = changes_of(&record, fields, &expect);
                self.push(shipment(&record_type, ChangeKind::Patch, Some(&record), fields)).await
            }
            Command::Create { record_type, fields, id } => {
                let fields =
                    fields.into_iter().map(|(name, to)| (name, FieldChange { from: Value::Null, to })).collect();
                let mut create = shipment(&record_type, ChangeKind::Create, None, fields);
                create.local_id = id.unwrap_or_else(|| RecordId(new_uuid(&self.clock)));
                self.push(create).await
            }
            Command::Archive { id, server_id } => self.barrier(ChangeKind::Archive, question(id, server_id)?).await,
            Command::Reopen { id, server_id } => self.barrier(ChangeKind::Reopen, question(id, server_id)?).await,
            Command::Delete { server_id } => self.behave(json!({ "do": "delete", "server_id": server_id })).await,
            Command::Touch { server_id } => self.behave(json!({ "do": "touch", "server_id": server_id })).await,
            Command::Grant { user, server_id } => {
                self.behave(json!({ "do": "grant", "user": user, "server_id": server_id })).await
            }
            Command::Revoke { user, server_id } => {
                self.behave(json!({ "do": "revoke", "user": user, "server_id": server_id })).await
            }
            Command::Dump { record_type, server_id } => self.dump(record_type, server_id).await,
            Command::Load { work_orders, seed } => self.load(work_orders, seed).await,
            Command::Now { ms } => {
                if !self.manual {
                    return Err(Failure::new("not_manual", "the time can only be set with --manual"));
                }
                self.now_ms = Some(ms);
                Ok(json!({ "now_ms": ms }))
            }
        }
    }

    async fn barrier(&mut self, kind: ChangeKind, question: RecordQuestion) -> Result<Value, Failure> {
        let record = self.look_up(question).await?;
        self.push(shipment(&record.record_type, kind, Some(&record), BTreeMap::new())).await
    }

    async fn look_up(&self, question: RecordQuestion) -> Result<Entry, Failure> {
        let body = json!({ "records": [question] });
        let reply = self.ask(Method::POST, "/v1/lookup", &self.token, Some(&body)).await?;
        let answer: RecordAnswer = serde_json::from_slice(&reply.body).map_err(unreadable)?;
        answer.record.ok_or_else(|| Failure::new("unknown_record", "the server knows no such record"))
    }

    async fn push(&mut self, shipment: Shipment) -> Result<Value, Failure> {
        let reply = self.push_all(vec![shipment]).await?;
        reply.json().map_err(unreadable)
    }

    /// Pushes shipments in one request; the reply has a line for each.
    pub(super) async fn push_all(&mut self, mut shipments: Vec<Shipment>) -> Result<Reply, Failure> {
        let schema_version = self.schema_version().await?;
        for shipment in &mut shipments {
            shipment.schema_version = schema_version;
            shipment.id = new_uuid(&self.clock);
            shipment.made_at = self.now_ms.unwrap_or_else(|| self.clock.now().wall_ms);
            shipment.first_sent_at = shipment.made_at;
        }
        let body = json!({ "device": DEVICE, "items": shipments });
        self.ask(Method::POST, "/v1/push", &self.token, Some(&body)).await
    }

    async fn schema_version(&mut self) -> Result<i64, Failure> {
        if let Some(version) = self.schema_version {
            return Ok(version);
        }
        let reply = self.ask(Method::GET, "/v1/hello", &self.token, None).await?;
        let hello: Hello = serde_json::from_slice(&reply.body).map_err(unreadable)?;
        self.schema_version = Some(hello.schema.current);
        Ok(hello.schema.current)
    }

    async fn behave(&self, command: Value) -> Result<Value, Failure> {
        let reply = self.ask(Method::POST, "/admin/behave", self.admin()?, Some(&command)).await?;
        reply.json().map_err(unreadable)
    }

    async fn dump(&self, record_type: Option<String>, server_id: Option<String>) -> Result<Value, Failure> {
        // Names of types and ids of this server need no escaping; others exist nowhere.
        let plain = |text: &&String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        let pairs = [("type", record_type), ("server_id", server_id)];
        let mut query = String::new();
        for (name, value) in &pairs {
            match value {
                Some(value) if plain(&value) => query.push_str(&format!("&{name}={value}")),
                Some(value) => return Err(Failure::new("unknown_record", format!("there is no {name} {value}"))),
                None => {}
            }
        }
        let path = format!("/admin/dump?{}", query.trim_start_matches('&'));
        self.ask(Method::GET, &path, self.admin()?, None).await?.json().map_err(unreadable)
    }

    fn admin(&self) -> Result<&str, Failure> {
        let missing = || Failure::new("no_admin_token", "this needs --admin-token-file");
        self.admin_token.as_deref().ok_or_else(missing)
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: Option<&Value>) -> Result<Reply, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        let authorization = HeaderValue::from_str(&format!("Bearer {token}"));
        let authorization =
            authorization.map_err(|_| Failure::new("bad_token", "the token has strange signs in it"))?;
        headers.insert(header::AUTHORIZATION, authorization);
        if let Some(now_ms) = self.now_ms {
            headers.insert(TEST_NOW_HEADER, now_ms.into());
        }
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let reply = self.client.send(method, path, &headers, body).await;
        let reply = reply.map_err(|error| Failure::new("unreachable", report::in_one_line(&error)))?;
        if reply.status == StatusCode::OK {
            return Ok(reply);
        }
        let detail = reply.json().ok().and_then(|problem| problem["detail"].as_str().map(str::to_owned));
        Err(Failure::new("http", format!("{}: {}", reply.status, detail.unwrap_or_default())))
    }
}

/// From what the record has now (or what the office is said to have seen) to what it is to have.
fn changes_of(
    record: &Entry,
    fields: BTreeMap<String, Value>,
    expect: &BTreeMap<String, Value>,
) -> BTreeMap<String, FieldChange> {
    let now = |name: &str| record.values.get(name).map_or(Value::Null, Canonical::json);
    let change = |(name, to): (String, Value)| {
        let from = expect.get(&name).cloned().unwrap_or_else(|| now(&name));
        (name, FieldChange { from, to })
    };
    fields.into_iter().map(change).collect()
}

/// A shipment of the office; id, versions and times come when it is pushed.
pub(super) fn shipment(
    record_type: &str,
    kind: ChangeKind,
    record: Option<&Entry>,
    fields: BTreeMap<String, FieldChange>,
) -> Shipment {
    let nobody = RecordId(uuid::Uuid::nil());
    Shipment {
        id: uuid::Uuid::nil(),
        record_type: record_type.to_owned(),
        record: record.map(|record| record.server_id.clone()),
        local_id: record.and_then(|record| record.local_id).unwrap_or(nobody),
        kind,
        base_version: record.and_then(|record| record.version.clone()),
        fields,
        schema_version: 0,
        author: USER.to_owned(),
        made_at: 0,
        first_sent_at: 0,
    }
}

pub(super) fn unreadable(error: serde_json::Error) -> Failure {
    Failure::new("unreadable_reply", error.to_string())
}
