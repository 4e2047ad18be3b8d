//! Where a phone under test is: its folder, its time, its network, and the records that were there before.

use std::sync::{Arc, Mutex};

use fieldkeep::OpenOptions;
use fieldkeep::clock::{Clock, ManualClock};
use fieldkeep::remote::{AccessToken, Http, TokenFuture, TokenProvider};
use fieldkeep::schema::Schema;
use fieldkeep::value::RecordId;
use serde_json::json;
use tempfile::TempDir;

use super::honest::Honest;
use super::liar::Liar;
use crate::serve::DEFAULT_SCHEMA;

/// Whose phone it is.
const USER: &str = "ana";
/// Work orders on it.
pub(super) const JOBS: u128 = 8;
/// 2026-01-01.
const START_MS: i64 = 1_767_225_600_000;

/// A folder, a time, and a network in which everything is as it was before the first input.
pub(super) struct Place {
    pub(super) folder: TempDir,
    pub(super) clock: Arc<ManualClock>,
    pub(super) liar: Arc<Liar>,
}

impl Place {
    pub(super) fn new() -> Self {
        let clock = Arc::new(ManualClock::new(START_MS, "boot"));
        let mut honest = Honest::new(USER);
        honest.add("customer", "CU-1", customer(), &json!({"name": "Hansa", "phone": "+4940123"}));
        for n in 0..JOBS {
            let values =
                json!({"title": format!("Pump {n}"), "status": "assigned", "customer": "CU-1", "due": "2026-03-05"});
            honest.add("work_order", &server_id(n), job(n), &values);
        }
        let liar = Arc::new(Liar::new(Arc::clone(&clock), honest));
        Self { folder: new_folder(), clock, liar }
    }

    /// To open a phone here.
    pub(super) fn options(&self, tokens: Arc<dyn TokenProvider>) -> OpenOptions {
        OpenOptions {
            folder: self.folder.path().to_owned(),
            user: USER.to_owned(),
            schema: Schema::from_json(DEFAULT_SCHEMA).unwrap(),
            server: "http://server.test".to_owned(),
            tokens,
            clock: Some(Arc::clone(&self.clock) as Arc<dyn Clock>),
            http: Some(Arc::clone(&self.liar) as Arc<dyn Http>),
            files: None,
            manual: true,
        }
    }
}

/// A folder in memory, where the system has such: nobody cuts the power here.
pub(super) fn new_folder() -> TempDir {
    let in_memory = tempfile::tempdir_in("/dev/shm");
    in_memory.or_else(|_| tempfile::tempdir()).unwrap()
}

/// The n-th work order's id.
pub(super) fn job(n: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0100 + n))
}

/// The server's id of it.
pub(super) fn server_id(n: u128) -> String {
    format!("WO-{n}")
}

/// The customer's id.
pub(super) fn customer() -> RecordId {
    RecordId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001))
}

/// Ana's tokens, each a generation of its own; a refresh finds no newer one.
#[derive(Default)]
pub(super) struct Tokens(Mutex<(u64, bool)>);

impl Tokens {
    pub(super) fn renew(&self) {
        let mut held = self.0.lock().unwrap();
        *held = (held.0 + 1, false);
    }

    pub(super) fn note(&self, refused: bool) {
        self.0.lock().unwrap().1 = refused;
    }

    pub(super) fn is_refused(&self) -> bool {
        self.0.lock().unwrap().1
    }
}

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        Some(AccessToken { text: "token".to_owned(), generation: self.0.lock().unwrap().0 })
    }

    fn refresh(&self, _stale: u64) -> TokenFuture<'_> {
        Box::pin(async { None })
    }
}
