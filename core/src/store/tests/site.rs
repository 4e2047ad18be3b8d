//! A small store with something of everything in it, made through the public face against a server of three lines.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::clock::ManualClock;
use crate::remote::{
    AccessToken, Http, HttpBody, HttpError, HttpFuture, HttpRequest, HttpResponse, TokenFuture, TokenProvider,
};
use crate::schema::Schema;
use crate::store::open::Place;
use crate::value::Value;
use crate::{CommitOptions, Edit, Fieldkeep, OpenError, OpenOptions, Record};

pub(super) const NOW_MS: i64 = 1_767_225_600_000;

pub(super) fn schema(version: i64) -> Schema {
    let schema = json!({"version": version, "types": [
        {"name": "customer", "fields": [{"name": "name", "kind": "text", "required": true, "indexed": true}]},
        {"name": "work_order", "fields": [
            {"name": "title", "kind": "text", "required": true},
            {"name": "status", "kind": "choice", "choices": ["assigned", "complete"], "indexed": true},
            {"name": "due", "kind": "date", "indexed": true},
            {"name": "hours", "kind": "decimal", "indexed": true},
            {"name": "customer", "kind": "reference", "target": "customer", "indexed": true}]}]});
    Schema::from_json(&schema.to_string()).unwrap()
}

struct Whole(Option<Vec<u8>>);

impl HttpBody for Whole {
    fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>> {
        let piece = self.0.take().map(Ok);
        Box::pin(async { piece })
    }
}

/// Says hello, hands out the pages it is given, and hears every push without a word.
#[derive(Default)]
pub(super) struct Deaf {
    pub(super) pages: Mutex<VecDeque<Vec<Json>>>,
}

impl Http for Deaf {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        let (kind, body) = if request.url.ends_with("/v1/hello") {
            let hello = json!({
                "user": "ana", "server_time_ms": NOW_MS, "schema": {"current": 1, "new_from": 1, "pending_from": 1},
                "key_lifetime_s": 60, "limits": {"batch_items": 100, "batch_bytes": 100_000, "page_entries": 10},
            });
            ("application/json", hello.to_string())
        } else if request.url.contains("/v1/pull") {
            let mut lines = self.pages.lock().unwrap().pop_front().unwrap_or_default();
            lines.push(json!({"page": {"cursor": "c", "more": false}}));
            ("application/x-ndjson", lines.iter().map(|line| format!("{line}\n")).collect())
        } else {
            return Box::pin(async { Err(HttpError::Cut("deaf".to_owned())) });
        };
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        let body = Box::new(Whole(Some(body.into_bytes())));
        Box::pin(async { Ok(HttpResponse { status: 200, headers, body }) })
    }
}

struct Token;

impl TokenProvider for Token {
    fn current(&self) -> Option<AccessToken> {
        Some(AccessToken { text: "t".to_owned(), generation: 1 })
    }

    fn refresh(&self, _stale: u64) -> TokenFuture<'_> {
        Box::pin(async { None })
    }
}

pub(super) fn open(
    folder: &std::path::Path,
    user: &str,
    version: i64,
    http: Arc<Deaf>,
) -> Result<Fieldkeep, OpenError> {
    Fieldkeep::open(OpenOptions {
        folder: folder.to_owned(),
        user: user.to_owned(),
        schema: schema(version),
        server: "http://nowhere.example".to_owned(),
        tokens: Arc::new(Token),
        clock: Some(Arc::new(ManualClock::new(NOW_MS, "boot"))),
        http: Some(http),
        files: None,
        manual: true,
    })
}

fn entry(server_id: &str, record_type: &str, seq: i64, values: Json) -> Json {
    json!({"server_id": server_id, "type": record_type, "seq": seq, "life": "alive", "values": values, "who": "dana"})
}

fn patch(record: &Record, fields: &[(&str, Value)]) -> Edit {
    let fields: HashMap<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Edit::Patch { record_type: record.record_type.clone(), id: record.id, seen: Some(record.seen.clone()), fields }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A closed store: job one has a sealed status and a waiting title, job two a title under review and, in a group with
/// the customer's name, a waiting status; a third customer is new.
pub(super) fn busy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let job = |title: &str| json!({"title": title, "status": "assigned", "customer": "C-1"});
    let http = Arc::new(Deaf::default());
    http.pages.lock().unwrap().extend([
        vec![
            entry("C-1", "customer", 1, json!({"name": "Hansa"})),
            entry("J-1", "work_order", 2, job("one")),
            entry("J-2", "work_order", 3, job("two")),
        ],
        vec![entry("J-2", "work_order", 4, job("changed in the office"))],
    ]);
    let keep = open(folder.path(), "ana", 1, http).unwrap();
    let job = |server_id: &str| keep.get_by_server_id("work_order", server_id).unwrap().unwrap();
    let commit = |edits, together| keep.commit(edits, CommitOptions { together, ..CommitOptions::default() }).unwrap();
    keep.sync_now().unwrap();
    let before_the_news = job("J-2");
    keep.run_until(1_000).unwrap();
    commit(vec![patch(&before_the_news, &[("title", text("changed here"))])], false);
    assert_eq!(keep.reviews().unwrap().len(), 1);
    commit(vec![patch(&job("J-1"), &[("status", Value::Choice("complete".to_owned()))])], false);
    keep.sync_now().unwrap();
    commit(vec![patch(&job("J-1"), &[("title", text("one more"))])], false);
    let customer = keep.get_by_server_id("customer", "C-1").unwrap().unwrap();
    let status = patch(&job("J-2"), &[("status", Value::Choice("complete".to_owned()))]);
    commit(vec![patch(&customer, &[("name", text("Hansa AG"))]), status], true);
    let fields = HashMap::from([("name".to_owned(), text("New"))]);
    commit(vec![Edit::Create { record_type: "customer".to_owned(), id: None, fields }], false);
    drop(keep);
    folder
}

/// A database file of the operating system's.
pub(super) fn place(path: std::path::PathBuf) -> Place {
    Place { path, vfs: None }
}
