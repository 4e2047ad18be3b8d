//! A unit of work: one transaction, who does it and when, and which records it touched.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use uuid::Uuid;

use crate::clock::{Clock, Moment, new_uuid};
use crate::schedule::SLICE_MS;
use crate::schema::{Policy, RecordType, Schema};
use crate::store::meta::{self, Skew, Versions};
use crate::store::{StoreResult, journal};

/// What stays the same from open to close.
pub(crate) struct Context {
    pub(crate) schema: Arc<Schema>,
    pub(crate) user: String,
    pub(crate) device: String,
    pub(crate) clock: Arc<dyn Clock>,
    /// What is stored of what the server said: each unit needs it, and it changes at most when a session opens.
    pub(crate) said: Mutex<Said>,
}

/// What the server said of time and versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) skew: Option<Skew>,
    pub(crate) versions: Option<Versions>,
}

impl Said {
    /// As it is stored.
    pub(crate) fn load(db: &Connection) -> StoreResult<Self> {
        Ok(Self { skew: meta::skew(db)?, versions: meta::versions(db)? })
    }
}

impl Context {
    /// What the server said.
    pub(crate) fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Device time corrected by what is known of the skew, milliseconds (requirement A1).
    pub(crate) fn corrected_ms(&self, now: &Moment) -> i64 {
        self.said().skew.as_ref().map_or(now.wall_ms, |skew| skew.corrected_ms(now))
    }
}

/// One transaction at work.
pub(crate) struct Unit<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) context: &'a Context,
    pub(crate) now: Moment,
    /// Device time corrected by the skew measured against the server, milliseconds (requirement A1).
    pub(crate) now_ms: i64,
    touched: RefCell<BTreeSet<i64>>,
    versions: Option<Versions>,
}

impl<'a> Unit<'a> {
    /// Starts a unit on an open transaction or snapshot.
    pub(crate) fn new(db: &'a Connection, context: &'a Context) -> Self {
        let now = context.clock.now();
        let now_ms = context.corrected_ms(&now);
        let versions = context.said().versions;
        Self { db, context, now, now_ms, touched: RefCell::default(), versions }
    }

    /// Whether it has worked as long as one transaction of the engine may: a save waits behind it (pitfall P12).
    pub(crate) fn has_had_its_slice(&self) -> bool {
        let now = self.context.clock.now();
        now.boot_id != self.now.boot_id || now.boot_ms - self.now.boot_ms >= SLICE_MS
    }

    /// A new identity.
    pub(crate) fn new_uuid(&self) -> Uuid {
        new_uuid(self.context.clock.as_ref())
    }

    /// 64 random bits.
    pub(crate) fn random(&self) -> u64 {
        self.context.clock.random()
    }

    /// The schema's type of that name, if it still has it.
    pub(crate) fn record_type(&self, name: &str) -> Option<&'a RecordType> {
        self.context.schema.record_type(name)
    }

    /// The policy of a field; the default for a field that the schema does not know.
    pub(crate) fn policy(&self, record_type: &str, field: &str) -> Policy {
        self.context.schema.field(record_type, field).map_or(Policy::default(), |field| field.policy)
    }

    /// What the server takes from which version of the app, as it last said.
    pub(crate) fn versions(&self) -> Option<Versions> {
        self.versions
    }

    /// Whether the server takes a change of that number from a newer version of the app only.
    pub(crate) fn needs_update(&self, seq: i64) -> bool {
        let version = self.context.schema.version;
        self.versions.is_some_and(|known| version < known.new_from && seq > known.waiting_to)
    }

    /// Notes that a record changed, for subscribers and for the check of invariants.
    pub(crate) fn touch(&self, record: i64) {
        self.touched.borrow_mut().insert(record);
    }

    /// The records that this unit changed.
    pub(crate) fn touched(&self) -> Vec<i64> {
        self.touched.borrow().iter().copied().collect()
    }

    /// Writes to the journal.
    pub(crate) fn journal(&self, record: Option<i64>, kind: &str, detail: &serde_json::Value) -> StoreResult<()> {
        journal::add(self.db, self.now_ms, record, kind, detail)
    }
}
