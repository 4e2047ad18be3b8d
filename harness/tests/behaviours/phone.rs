//! A phone in this process: a folder, a signed-in person, and the waiting for events.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep::schema::Schema;
use fieldkeep::state::{ReaderLocale, SyncFact, sentence};
use fieldkeep::store::{DATABASE_FILE, invariants};
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{
    CommitOptions, Edit, Fieldkeep, Listener, OpenError, OpenOptions, OutboxItem, Receipt, Record, Update, WatchTarget,
};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// How long an event may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn choice(name: &str) -> Value {
    Value::Choice(name.to_owned())
}

pub(crate) fn fields<const N: usize>(given: [(&str, Value); N]) -> HashMap<String, Value> {
    given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(crate) fn open(
    folder: &Path,
    user: &str,
    schema: &Schema,
    server: &str,
    tokens: &Arc<Tokens>,
) -> Result<Fieldkeep, OpenError> {
    Fieldkeep::open(OpenOptions {
        folder: folder.to_owned(),
        user: user.to_owned(),
        schema: schema.clone(),
        server: server.to_owned(),
        tokens: Arc::clone(tokens) as Arc<dyn TokenProvider>,
        clock: None,
        http: None,
        files: None,
        manual: false,
    })
}

/// Who is signed in: a token and its generation.
pub(crate) struct Tokens(pub(crate) Mutex<(Option<String>, u64)>);

impl Tokens {
    pub(crate) fn set(&self, token: Option<String>) {
        let mut held = self.0.lock().unwrap();
        *held = (token, held.1 + 1);
    }
}

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        let held = self.0.lock().unwrap();
        Some(AccessToken { text: held.0.clone()?, generation: held.1 })
    }

    fn refresh(&self, stale: u64) -> TokenFuture<'_> {
        Box::pin(async move { self.current().filter(|token| token.generation > stale) })
    }
}

/// Hands what it is told to a channel.
pub(crate) struct Teller(Mutex<Sender<Update>>);

impl Listener for Teller {
    fn on_update(&self, update: Update) {
        // Nobody listens any more.
        let _ = self.0.lock().unwrap().send(update);
    }
}

pub(crate) fn teller() -> (Arc<Teller>, Receiver<Update>) {
    let (sender, receiver) = channel();
    (Arc::new(Teller(Mutex::new(sender))), receiver)
}

/// A phone; its invariants are checked at the end.
pub(crate) struct Phone {
    pub(crate) keep: Arc<Fieldkeep>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) schema: Schema,
    pub(crate) server: String,
    pub(crate) folder: TempDir,
}

impl Phone {
    /// The app is closed and opened.
    pub(crate) fn reopen(&mut self) {
        self.keep.close();
        self.keep = Arc::new(open(self.folder.path(), "ana", &self.schema, &self.server, &self.tokens).unwrap());
    }

    pub(crate) fn network(&self, network: NetworkKind) {
        self.keep.conditions(Conditions { network, battery: Battery::Ok }).unwrap();
    }

    pub(crate) fn offline(&self) {
        self.network(NetworkKind::None);
    }

    pub(crate) fn online(&self) {
        self.network(NetworkKind::Unmetered);
    }

    pub(crate) fn commit(&self, edits: Vec<Edit>) -> Receipt {
        self.keep.commit(edits, CommitOptions::default()).unwrap()
    }

    pub(crate) fn customer(&self, name: &str) -> RecordId {
        self.create("customer", fields([("name", text(name))]))
    }

    pub(crate) fn create(&self, record_type: &str, fields: HashMap<String, Value>) -> RecordId {
        self.commit(vec![Edit::Create { record_type: record_type.to_owned(), id: None, fields }]).records[0]
    }

    pub(crate) fn record(&self, id: RecordId) -> Record {
        self.keep.get(id).unwrap().unwrap()
    }

    /// An edit of what was shown.
    pub(crate) fn patch<const N: usize>(&self, shown: &Record, given: [(&str, Value); N]) -> Edit {
        let (record_type, seen) = (shown.record_type.clone(), Some(shown.seen.clone()));
        Edit::Patch { record_type, id: shown.id, seen, fields: fields(given) }
    }

    /// Edits what is shown now; the operation.
    pub(crate) fn edit<const N: usize>(&self, id: RecordId, given: [(&str, Value); N]) -> i64 {
        self.commit(vec![self.patch(&self.record(id), given)]).operations[0]
    }

    pub(crate) fn words(&self, id: RecordId) -> String {
        self.words_in(id, &ReaderLocale::default())
    }

    pub(crate) fn words_in(&self, id: RecordId, locale: &ReaderLocale) -> String {
        sentence(&self.record(id).state, self.keep.now_ms().unwrap(), locale).text
    }

    pub(crate) fn item(&self, operation: i64) -> OutboxItem {
        let outbox = self.keep.outbox().unwrap();
        outbox.iter().find(|item| item.operation == operation).unwrap_or_else(|| panic!("{outbox:#?}")).clone()
    }

    /// Waits until what is watched is as it should be; fails after a long time.
    pub(crate) fn wait(&self, target: WatchTarget, is_right: impl Fn(&Update) -> bool) -> Update {
        let (teller, told) = teller();
        let _watching = self.keep.watch(target, teller).unwrap();
        let mut last = None;
        loop {
            match told.recv_timeout(PATIENCE) {
                Ok(update) if is_right(&update) => return update,
                Ok(update) => last = Some(update),
                Err(_) => panic!("it never came; the last was {last:#?}"),
            }
        }
    }

    /// Waits until nothing waits any more.
    pub(crate) fn wait_for_all(&self) {
        self.wait(WatchTarget::Outbox, |update| matches!(update, Update::Outbox { items } if items.is_empty()));
    }

    /// Waits for a record to be in a state.
    pub(crate) fn wait_for(&self, id: RecordId, is_right: impl Fn(&Record) -> bool) -> Record {
        let right = |update: &Update| matches!(update, Update::Record { record: Some(record) } if is_right(record));
        match self.wait(WatchTarget::Record { id }, right) {
            Update::Record { record: Some(record) } => record,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until a record's work has arrived.
    pub(crate) fn wait_synced(&self, id: RecordId) -> Record {
        self.wait_for(id, |record| matches!(record.state.headline, SyncFact::Synced { .. }))
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.keep.close();
        if !std::thread::panicking() {
            let file = self.folder.path().join(DATABASE_FILE);
            let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            assert_eq!(invariants::violations(&database).unwrap(), []);
        }
    }
}
