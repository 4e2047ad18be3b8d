//! A phone: a folder, a clock, a signed-in person and a Fieldkeep over the real network.
//!
//! Plain `#[test]` functions only: a Fieldkeep blocks on its own runtime. When a phone is dropped, all invariants of its
//! store are checked, and that everything that waits is in the outbox.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use fieldkeep::clock::{Clock, ManualClock, Moment};
use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep::schema;
use fieldkeep::schema::Schema;
use fieldkeep::state::{ReaderLocale, sentence};
use fieldkeep::store::{DATABASE_FILE, invariants};
use fieldkeep::value::{RecordId, Value, value_of_json};
use fieldkeep::{
    CommitOptions, Edit, Fieldkeep, KeepError, OpenOptions, OutboxItem, Receipt, Record, Resolve, Review, SeenStamp,
    SyncReport, WhyWaiting,
};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::START_MS;
use super::site::Field;
use super::wire::Wire;

/// Tokens that a test hands out. Each new one is a generation of its own.
#[derive(Default)]
pub struct Tokens(Mutex<Held>);

#[derive(Default)]
struct Held {
    text: Option<String>,
    generation: u64,
    next: Option<String>,
    refreshes: usize,
    endless: bool,
}

impl Tokens {
    /// Signs in, or out.
    pub fn set(&self, text: Option<String>) {
        let mut held = self.0.lock().unwrap();
        held.text = text;
        held.generation += 1;
    }

    /// What the next refresh finds.
    pub fn set_next(&self, text: String) {
        self.0.lock().unwrap().next = Some(text);
    }

    /// Every refresh finds this one.
    pub fn set_every(&self, text: String) {
        self.set_next(text);
        self.0.lock().unwrap().endless = true;
    }

    /// How often a refresh was asked for.
    pub fn refreshes(&self) -> usize {
        self.0.lock().unwrap().refreshes
    }
}

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        let held = self.0.lock().unwrap();
        Some(AccessToken { text: held.text.clone()?, generation: held.generation })
    }

    fn refresh(&self, stale: u64) -> TokenFuture<'_> {
        let mut held = self.0.lock().unwrap();
        held.refreshes += 1;
        if held.generation <= stale
            && let Some(next) = held.next.take()
        {
            if held.endless {
                held.next = Some(next.clone());
            }
            held.text = Some(next);
            held.generation += 1;
        }
        drop(held);
        Box::pin(async { self.current() })
    }
}

/// The phone's clock. While it ticks, each look at it takes a millisecond: an engine that goes round in circles runs out
/// of time instead of hanging the test.
struct Ticking {
    clock: Arc<ManualClock>,
    ticks: AtomicBool,
}

impl Clock for Ticking {
    fn now(&self) -> Moment {
        if self.ticks.load(Ordering::Relaxed) {
            self.clock.advance(1);
        }
        self.clock.now()
    }

    fn random(&self) -> u64 {
        self.clock.random()
    }

    fn virtual_now_ms(&self) -> Option<i64> {
        self.clock.virtual_now_ms()
    }
}

pub struct Phone {
    keep: Option<Fieldkeep>,
    pub user: String,
    pub clock: Arc<ManualClock>,
    ticking: Arc<Ticking>,
    pub tokens: Arc<Tokens>,
    /// Everything that this phone has sent.
    pub wire: Arc<Wire>,
    pub schema: Schema,
    server: String,
    folder: TempDir,
}

impl Phone {
    pub fn open(field: &Field, user: &str, server: &str) -> Self {
        let clock = Arc::new(ManualClock::new(field.clock.now().wall_ms, "boot"));
        field.clocks.lock().unwrap().push(clock.clone());
        let tokens = Arc::new(Tokens::default());
        tokens.set(Some(field.token(user)));
        let mut phone = Self {
            keep: None,
            user: user.to_owned(),
            ticking: Arc::new(Ticking { clock: clock.clone(), ticks: AtomicBool::new(false) }),
            clock,
            tokens,
            wire: Arc::new(Wire::new()),
            schema: field.schema.clone(),
            server: server.to_owned(),
            folder: tempfile::tempdir().unwrap(),
        };
        phone.start();
        phone
    }

    fn start(&mut self) {
        let options = OpenOptions {
            folder: self.folder.path().to_owned(),
            user: self.user.clone(),
            schema: self.schema.clone(),
            server: self.server.clone(),
            tokens: self.tokens.clone(),
            clock: Some(self.ticking.clone()),
            http: Some(self.wire.clone()),
            files: None,
            manual: true,
        };
        self.keep = Some(Fieldkeep::open(options).unwrap());
    }

    pub fn keep(&self) -> &Fieldkeep {
        self.keep.as_ref().unwrap()
    }

    /// The process ends and another one starts: all that was in memory is lost.
    pub fn reopen(&mut self) {
        self.stop();
        self.start();
    }

    pub fn stop(&mut self) {
        self.keep = None;
        self.check();
    }

    /// The phone is switched off and on: the boot clock starts anew.
    pub fn reboot(&mut self, boot: &str) {
        self.stop();
        self.clock.reboot(boot);
        self.start();
    }

    /// The app is updated: the next version of the schema, each field changed like that.
    pub fn next_schema(&mut self, change: impl Fn(&mut schema::Field)) {
        self.schema.version += 1;
        self.schema.types.iter_mut().flat_map(|record_type| &mut record_type.fields).for_each(change);
        self.reopen();
    }

    // ---- work

    pub fn values(&self, record_type: &str, fields: &Json) -> HashMap<String, Value> {
        let value = |(name, json): (&String, &Json)| {
            let kind = self.schema.field(record_type, name).unwrap_or_else(|| panic!("no field {name}")).kind;
            (name.clone(), value_of_json(kind, json))
        };
        fields.as_object().unwrap().iter().map(value).collect()
    }

    pub fn creation(&self, record_type: &str, id: Option<RecordId>, fields: &Json) -> Edit {
        Edit::Create { record_type: record_type.to_owned(), id, fields: self.values(record_type, fields) }
    }

    /// An edit of what is shown now.
    pub fn patch(&self, id: RecordId, fields: &Json) -> Edit {
        let record = self.record(id);
        self.patch_seen(id, &record.seen, fields)
    }

    /// An edit of what was shown when that stamp was handed out.
    pub fn patch_seen(&self, id: RecordId, seen: &SeenStamp, fields: &Json) -> Edit {
        let record_type = self.record(id).record_type;
        let fields = self.values(&record_type, fields);
        Edit::Patch { record_type, id, seen: Some(seen.clone()), fields }
    }

    pub fn commit(&self, edits: Vec<Edit>) -> Receipt {
        self.keep().commit(edits, CommitOptions::default()).unwrap()
    }

    pub fn try_commit(&self, edits: Vec<Edit>) -> Result<Receipt, KeepError> {
        self.keep().commit(edits, CommitOptions::default())
    }

    pub fn together(&self, edits: Vec<Edit>) -> Receipt {
        self.keep().commit(edits, CommitOptions { together: true, ..CommitOptions::default() }).unwrap()
    }

    pub fn create(&self, record_type: &str, fields: Json) -> RecordId {
        self.commit(vec![self.creation(record_type, None, &fields)]).records[0]
    }

    pub fn customer(&self, name: &str) -> RecordId {
        self.create("customer", json!({ "name": name }))
    }

    pub fn job(&self, title: &str, customer: RecordId) -> RecordId {
        self.create("work_order", json!({ "title": title, "status": "assigned", "customer": customer }))
    }

    /// Edits what is shown now: the operation, if it was one.
    pub fn edit(&self, id: RecordId, fields: Json) -> Option<i64> {
        self.commit(vec![self.patch(id, &fields)]).operations.first().copied()
    }

    pub fn archive(&self, id: RecordId) -> i64 {
        let seen = Some(self.record(id).seen);
        self.commit(vec![Edit::Archive { id, seen }]).operations[0]
    }

    // ---- the network

    /// "Sync now".
    pub fn sync(&self) -> SyncReport {
        self.keep().sync_now().unwrap()
    }

    /// Only what is due by itself; when it wants to be called again.
    pub fn run(&self) -> Option<i64> {
        self.keep().run_due().unwrap()
    }

    /// A background slice of a second, in which looking at the clock takes time.
    pub fn run_a_second(&self) -> SyncReport {
        self.ticking.ticks.store(true, Ordering::Relaxed);
        let slice = self.keep().run_until(1_000).unwrap();
        self.ticking.ticks.store(false, Ordering::Relaxed);
        slice.sync
    }

    pub fn next_wake(&self) -> Option<i64> {
        self.keep().next_wake().unwrap()
    }

    pub fn network(&self, network: NetworkKind) {
        self.keep().conditions(Conditions { network, battery: Battery::Ok }).unwrap();
    }

    pub fn offline(&self) {
        self.network(NetworkKind::None);
    }

    pub fn online(&self) {
        self.network(NetworkKind::Unmetered);
    }

    // ---- what is shown

    pub fn record(&self, id: RecordId) -> Record {
        self.keep().get(id).unwrap().unwrap_or_else(|| panic!("no record {id}"))
    }

    /// The record that the server calls so.
    pub fn by_server_id(&self, record_type: &str, server_id: &str) -> Record {
        let found = self.keep().get_by_server_id(record_type, server_id).unwrap();
        found.unwrap_or_else(|| panic!("no {record_type} {server_id}"))
    }

    pub fn server_id(&self, id: RecordId) -> String {
        self.record(id).server_id.unwrap_or_else(|| panic!("{id} has no server id"))
    }

    pub fn field(&self, id: RecordId, name: &str) -> Value {
        self.record(id).fields.get(name).cloned().unwrap_or(Value::Null)
    }

    pub fn text(&self, id: RecordId, name: &str) -> String {
        match self.field(id, name) {
            Value::Text(text) | Value::Choice(text) | Value::Decimal(text) | Value::Phone(text) => text,
            other => panic!("{name} is {other:?}"),
        }
    }

    /// The sentence about a record.
    pub fn words(&self, id: RecordId) -> String {
        let now_ms = self.keep().now_ms().unwrap();
        sentence(&self.record(id).state, now_ms, &ReaderLocale::default()).text
    }

    /// The sentence about the whole device.
    pub fn device_words(&self) -> String {
        let now_ms = self.keep().now_ms().unwrap();
        sentence(&self.keep().state(None).unwrap().unwrap(), now_ms, &ReaderLocale::default()).text
    }

    pub fn outbox(&self) -> Vec<OutboxItem> {
        self.keep().outbox().unwrap()
    }

    /// Why each operation of a record waits.
    pub fn why(&self, id: RecordId) -> Vec<WhyWaiting> {
        self.outbox().into_iter().filter(|item| item.record == id).map(|item| item.why).collect()
    }

    pub fn item(&self, operation: i64) -> OutboxItem {
        let outbox = self.outbox();
        let found = outbox.iter().find(|item| item.operation == operation);
        found.unwrap_or_else(|| panic!("{operation} is not in {outbox:#?}")).clone()
    }

    /// Nothing waits, and the words say so.
    pub fn assert_synced(&self, id: RecordId) {
        assert!(self.words(id).starts_with("Synced at "), "{}: {:#?}", self.words(id), self.outbox());
        assert_eq!(self.why(id), [], "{:#?}", self.outbox());
    }

    // ---- what is stored

    fn database(&self) -> Connection {
        let path: PathBuf = self.folder.path().join(DATABASE_FILE);
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// Rows of one text column.
    pub fn query(&self, sql: &str) -> Vec<String> {
        let database = self.database();
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
        let text = |value| match value {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        rows.map(|row| text(row.unwrap())).collect()
    }

    /// Changes the stored file behind the phone's back, while it is stopped.
    pub fn plant(&self, sql: &str) {
        assert!(self.keep.is_none(), "stop the phone first");
        let database = Connection::open(self.folder.path().join(DATABASE_FILE)).unwrap();
        database.execute_batch(sql).unwrap();
    }

    /// The whole journal: what kind, and the details.
    pub fn journal(&self, kind: &str) -> Vec<Json> {
        let rows = self.query(&format!("SELECT detail FROM journal WHERE kind='{kind}' ORDER BY seq"));
        rows.iter().map(|detail| serde_json::from_str(detail).unwrap()).collect()
    }

    /// What must hold at every moment.
    pub fn check(&self) {
        let found = invariants::violations(&self.database()).unwrap();
        assert!(found.is_empty(), "{found:?}");
        if let Some(keep) = &self.keep {
            let live = "SELECT DISTINCT op FROM changes WHERE state IN('pending','sealed','held') ORDER BY op";
            let listed = keep.outbox().unwrap().iter().map(|item| item.operation.to_string()).collect::<Vec<_>>();
            assert_eq!(listed, self.query(live), "what waits is what the outbox lists");
        }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check();
        }
    }
}

/// Milliseconds since the tests' clocks started.
pub fn since_start(ms: i64) -> i64 {
    ms - START_MS
}

/// A phone with a job of the office on it, "Pump" for "Hansa", the server's first records: both ids of the job.
pub fn job_on_a_phone() -> (Field, Phone, RecordId, String) {
    let field = Field::new();
    let server_id = field.office_job("Pump");
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.by_server_id("work_order", &server_id).id;
    (field, phone, id, server_id)
}

/// The one open review.
pub fn review(phone: &Phone) -> Review {
    let mut reviews = phone.keep().reviews().unwrap();
    assert_eq!(reviews.len(), 1, "{reviews:#?}");
    reviews.remove(0)
}

/// Answers the one open review, as it is now.
pub fn resolve(phone: &Phone, answer: Resolve) {
    let open = review(phone);
    phone.keep().resolve(open.id, open.theirs_rev, answer).unwrap();
}
