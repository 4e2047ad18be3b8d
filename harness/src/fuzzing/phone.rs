//! A real client in a real folder, opened through the public face, and what must hold of it whatever a server says.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use fieldkeep::clock::ManualClock;
use fieldkeep::remote::TokenProvider;
use fieldkeep::state::{ReaderLocale, sentence, sentences};
use fieldkeep::store::{DATABASE_FILE, invariants};
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{
    CommitOptions, Edit, Fieldkeep, KeepError, OutboxItem, Query, Resolve, Review, SyncOutcome, SyncReport, WhyWaiting,
};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::LIFE;
use super::liar::Liar;
use super::place::{Place, Tokens, job};

/// Of so many inputs one is followed by a look at all there is. Under libFuzzer each is.
const LOOKED_AT: usize = if LIFE == 1 { 1 } else { 4 };
/// A phone, and the server that it talks to.
pub(super) struct Phone {
    pub(super) keep: Fieldkeep,
    pub(super) liar: Arc<Liar>,
    clock: Arc<ManualClock>,
    tokens: Arc<Tokens>,
    /// How often it was checked.
    checks: Cell<usize>,
    /// How long a server has said to wait, which a sync does not pass.
    asked_to_wait_ms: Cell<i64>,
    /// Work of the input before that nothing has happened to: the next one finds it.
    waiting: Vec<Meant>,
    db: Connection,
    _folder: TempDir,
}

/// Something that a person meant, and must not be lost.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    pub(super) operation: i64,
    pub(super) record: RecordId,
    /// What was typed: no two are the same.
    pub(super) text: String,
    /// It makes the record.
    pub(super) makes: bool,
}

/// What has become of work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// All of it waits as before.
    Waits,
    /// Some of it is done, or a question.
    Moved,
}

impl Phone {
    /// With a customer and work orders that came from the server.
    pub(super) fn new() -> Self {
        let place = Place::new();
        let tokens = Arc::new(Tokens::default());
        let keep = Fieldkeep::open(place.options(Arc::clone(&tokens) as Arc<dyn TokenProvider>)).unwrap();
        let Place { folder, clock, liar } = place;
        // Nobody cuts the power here.
        keep.without_waiting_for_the_disk().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        db.set_prepared_statement_cache_capacity(100);
        let phone = Self {
            keep,
            liar,
            clock,
            tokens,
            checks: Cell::new(0),
            asked_to_wait_ms: Cell::new(0),
            waiting: Vec::new(),
            db,
            _folder: folder,
        };
        assert_eq!(phone.sync().outcome, SyncOutcome::Done);
        phone
    }

    /// The server is honest and lets us ask, and the person is signed in.
    pub(super) fn begin(&self) {
        if self.tokens.is_refused() {
            self.sign_in_again();
        }
        self.clock.advance(self.asked_to_wait_ms.take());
        self.liar.told().be_honest();
    }

    /// A new token: the session is opened anew.
    pub(super) fn sign_in_again(&self) {
        self.tokens.renew();
        sound(self.keep.token_changed());
    }

    /// Asks until there is nothing to do.
    pub(super) fn sync(&self) -> SyncReport {
        let report = sound(self.keep.sync_now());
        self.tokens.note(matches!(report.outcome, SyncOutcome::SignIn | SyncOutcome::WrongUser));
        if let SyncOutcome::ServerAskedToWait { wait_ms } = report.outcome {
            self.asked_to_wait_ms.set(wait_ms);
        }
        self.liar.told().assert_it_ends();
        report
    }

    /// Keeps edits and says what was meant; the texts are those of the edits, in order. Nothing where a lie has taken the
    /// record out of reach before.
    pub(super) fn commit(&self, edits: Vec<(Edit, String)>, together: bool) -> Vec<Meant> {
        let (edits, texts): (Vec<Edit>, Vec<String>) = edits.into_iter().unzip();
        let makes: Vec<bool> = edits.iter().map(|edit| matches!(edit, Edit::Create { .. })).collect();
        let options = CommitOptions { together, ..CommitOptions::default() };
        let Some(receipt) = usable(self.keep.commit(edits, options)) else { return Vec::new() };
        assert_eq!(receipt.operations.len(), texts.len(), "each edit changes something");
        let both = receipt.operations.into_iter().zip(receipt.records).zip(texts.into_iter().zip(makes));
        both.map(|((operation, record), (text, makes))| Meant { operation, record, text, makes }).collect()
    }

    /// A change of a work order that came from the server, of the text that is given.
    pub(super) fn patch(&self, n: u128, text: &str) -> (Edit, String) {
        let seen = sound(self.keep.get(job(n))).map(|record| record.seen);
        let fields = HashMap::from([("description".to_owned(), Value::Text(text.to_owned()))]);
        (Edit::Patch { record_type: "work_order".to_owned(), id: job(n), seen, fields }, text.to_owned())
    }

    /// What must hold after any reply: nothing that was meant is lost, everything can be read and said, nothing waits for
    /// ever without a reason.
    pub(super) fn check(&self, meant: &[Meant]) -> Fate {
        let outbox = sound(self.keep.outbox());
        let waits = |one: &&Meant| outbox.iter().any(|item| item.operation == one.operation);
        for one in meant.iter().filter(|one| !waits(one)) {
            let server_id = sound(self.keep.get(one.record)).and_then(|record| record.server_id);
            let may_be_done = self.liar.told().may_be_done(one, server_id.as_deref());
            assert!(may_be_done, "lost: {one:?}, and nothing that was said can mean that it is done");
        }
        self.check_waits(&outbox);
        let reviews = sound(self.keep.reviews());
        let as_it_was = reviews.is_empty() && meant.iter().all(|one| waits(&one));
        // Where nothing has moved, a screen shows what it showed, but for the lane.
        self.checks.set(self.checks.get() + 1);
        if !as_it_was || self.checks.get().is_multiple_of(LOOKED_AT) {
            self.read(meant, &reviews);
        }
        if as_it_was { Fate::Waits } else { Fate::Moved }
    }

    /// What waits for the network or for its time has a time at which it is tried.
    fn check_waits(&self, outbox: &[OutboxItem]) {
        let by_itself = |item: &&OutboxItem| {
            use WhyWaiting as W;
            matches!(item.why, W::Ready | W::InFlight | W::Bounced { .. } | W::Later { .. } | W::Lane { .. })
        };
        if let Some(item) = outbox.iter().find(by_itself) {
            assert!(sound(self.keep.next_wake()).is_some(), "would wait for ever: {item:?}");
        }
    }

    /// Everything that a screen shows.
    fn read(&self, meant: &[Meant], reviews: &[Review]) {
        let now_ms = sound(self.keep.now_ms());
        let locale = ReaderLocale::default();
        let device = sound(self.keep.state(None)).expect("a device has a state");
        assert!(!sentence(&device, now_ms, &locale).text.is_empty());
        for review in reviews {
            assert!(sound(self.keep.get(review.record)).is_some(), "a question about nothing: {review:?}");
        }
        for one in meant {
            let Some(record) = sound(self.keep.get(one.record)) else { continue };
            assert!(sentences(&record.state, now_ms, &locale).iter().all(|words| !words.text.is_empty()));
            sound(self.keep.history(one.record));
        }
    }

    /// Work of an earlier input that is still as it was; else what `make` makes.
    pub(super) fn work(&mut self, make: impl FnOnce(&Self) -> Vec<Meant>) -> Vec<Meant> {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() {
            return waiting;
        }
        self.liar.told().forget_what_was_said();
        make(self)
    }

    /// After an input. Most inputs cannot be read and change nothing; then its work is that of the next one, which saves most
    /// of the time. Otherwise every question can be answered, and with an honest server the phone comes to rest: the next
    /// input finds no more than what a lie has done for good.
    pub(super) fn end(&mut self, meant: Vec<Meant>, fate: Fate, number: usize) {
        match fate {
            Fate::Waits => self.waiting = meant,
            Fate::Moved => self.rest(number),
        }
    }

    /// All questions answered, all work sent.
    pub(super) fn rest(&self, number: usize) {
        for (position, review) in sound(self.keep.reviews()).into_iter().enumerate() {
            let answer = if position % 2 == 0 { Resolve::Mine } else { Resolve::Theirs };
            // A question may be answered by the answer to another one, and not every answer fits.
            usable(self.keep.resolve(review.id, review.theirs_rev, answer));
        }
        for item in sound(self.keep.outbox()).iter().filter(|item| item.why == WhyWaiting::Paused) {
            usable(self.keep.unpause(item.operation));
        }
        self.clock.advance(sound(self.keep.next_wake()).unwrap_or(0));
        self.begin();
        self.sync();
        if number.is_multiple_of(LOOKED_AT) {
            self.check(&[]);
            self.check_store();
        }
    }

    /// Every transaction has proved itself for what it touched, where the core is built for that. This looks at all there is.
    fn check_store(&self) {
        sound(self.keep.find(&Query { limit: 5, search: Some("pump".to_owned()), ..Query::all("work_order") }));
        let broken = invariants::violations(&self.db).unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }
}

/// The result of a call that has no reason to fail. Defects are told as errors, too: the engine's panics among them.
pub(super) fn sound<T>(result: Result<T, KeepError>) -> T {
    result.unwrap_or_else(|error| panic!("a call fails: {error:?}"))
}

/// The result of a call with what came from outside: it may be refused, but for a reason that is the caller's.
pub(super) fn usable<T>(result: Result<T, KeepError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(
            error @ (KeepError::Internal { .. }
            | KeepError::Damaged { .. }
            | KeepError::Unavailable { .. }
            | KeepError::Full
            | KeepError::Suspended
            | KeepError::Closed),
        ) => panic!("a call fails: {error:?}"),
        Err(_) => None,
    }
}
