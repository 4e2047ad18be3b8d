//! `fieldkeep serve` as a process of its own, with the sample's records, for the measure beside W2.

use std::collections::BTreeMap;
use std::path::Path;

use fieldkeep::clock::{SystemClock, new_uuid};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::sample::{self, Extent};
use super::{BATCH, Fault, USER};
use crate::http_client::HttpClient;
use crate::program::Program;

/// A running server, killed with this.
pub(super) struct RealServer {
    /// Where it listens.
    pub(super) url: String,
    tokens: BTreeMap<String, String>,
    _program: Program,
}

impl RealServer {
    /// Starts it on a folder of its own.
    pub(super) fn start(folder: &Path) -> Result<Self, Fault> {
        std::fs::create_dir_all(folder)?;
        let schema = folder.join("schema.json");
        crate::private_file::replace(&schema, &sample::schema_text(Extent::Indexed))?;
        let (data, schema) = (folder.to_string_lossy(), schema.to_string_lossy());
        let mut program =
            Program::start(&std::env::current_exe()?, ["serve", "--data", data.as_ref(), "--schema", schema.as_ref()])?;
        let url = program.line()?["listening"].as_str().ok_or("the server does not say where it is")?.to_owned();
        let tokens = serde_json::from_str(&std::fs::read_to_string(folder.join("tokens.json"))?)?;
        Ok(Self { url, tokens, _program: program })
    }

    /// The token of the phones' user.
    pub(super) fn token(&self) -> Result<&str, Fault> {
        self.tokens.get(USER).map(String::as_str).ok_or_else(|| "the server does not know the user".into())
    }

    /// The office makes the first records.
    pub(super) fn fill(&self, count: usize) -> Result<(), Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = HttpClient::new(&self.url)?;
        let token = self.tokens.get("office").ok_or("the server has no office")?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}"))?);
        let clock = SystemClock::new();
        for start in (0..count).step_by(BATCH) {
            let numbers = start..(start + BATCH).min(count);
            let items = numbers.map(|n| creation(n, &clock)).collect::<Result<Vec<_>, Fault>>()?;
            let body = Bytes::from(json!({ "device": "office", "items": items }).to_string());
            let reply = runtime.block_on(client.send(Method::POST, "/v1/push", &headers, body))?;
            let applied = reply.text().matches("\"outcome\":\"applied\"").count();
            if reply.status != StatusCode::OK || applied != items.len() {
                return Err(format!("the server took {applied} of {} records: {}", items.len(), reply.text()).into());
            }
        }
        Ok(())
    }
}

fn creation(n: usize, clock: &SystemClock) -> Result<Value, Fault> {
    let values: serde_json::Map<String, Value> = serde_json::from_str(&sample::values(n))?;
    let fields: serde_json::Map<String, Value> =
        values.into_iter().map(|(field, value)| (field, json!({ "from": null, "to": value }))).collect();
    Ok(json!({
        "id": new_uuid(clock), "type": sample::TYPE, "record": null, "local_id": sample::id(n), "kind": "create",
        "base_version": null, "fields": fields, "schema_version": 1, "author": "office", "made_at": 0, "first_sent_at": 0,
    }))
}
