//! The public face. Short: every method delegates.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock, new_uuid};
use crate::engine::{Core, Driver, Engine, Listener, SliceReport, Subscription, SyncReport, WatchTarget};
use crate::error::{KeepError, OpenError};
use crate::ledger::{
    self, CommitOptions, DiscardPlan, Edit, HistoryEntry, OutboxItem, Receipt, Record, RecordPage, Resolve, Review,
    Said, SeenStamp,
};
use crate::mutants::{self, Mutant};
use crate::opening::{self, Parts};
use crate::remote::{Http, ReqwestHttp, TokenProvider, check_address};
use crate::schedule::{Conditions, NetworkKind};
use crate::schema::Schema;
use crate::state::SyncState;
use crate::store::drafts::{self, DraftRow};
use crate::store::files::{Files, SystemFiles};
use crate::store::query::{self, Query};
use crate::store::{StoreError, Turn, durable, new_file, records};
use crate::value::{FormToken, RecordId, ReviewId};

/// Time for the step and the transaction under way when it is closed; then they are interrupted, which loses nothing.
const CLOSING: Duration = Duration::from_secs(5);

/// What a Fieldkeep is opened with.
pub struct OpenOptions {
    /// The user's own folder, made if need be. Exclude it from backups.
    pub folder: PathBuf,
    /// Whose work it is. A folder belongs to one user for ever.
    pub user: String,
    /// What records there are.
    pub schema: Schema,
    /// The server's address, such as `https://field.example.com`.
    pub server: String,
    /// Hands out bearer tokens.
    pub tokens: Arc<dyn TokenProvider>,
    /// Time and chance; the system's unless given.
    pub clock: Option<Arc<dyn Clock>>,
    /// The network; reqwest unless given.
    pub http: Option<Arc<dyn Http>>,
    /// The file system; the operating system's unless given.
    pub files: Option<Arc<dyn Files>>,
    /// Nothing moves by itself: the caller runs the engine and the notifier. For tests, scripts and the simulator.
    pub manual: bool,
}

/// A half-filled form. It survives a kill and is never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Draft {
    /// The form's name, the app's own.
    pub form: String,
    /// The record that it edits, if it does.
    pub record: Option<RecordId>,
    /// What the person saw when the form opened.
    pub seen: Option<SeenStamp>,
    /// The app's own text, usually JSON.
    pub fields: String,
    /// When it was saved, corrected device time, milliseconds.
    pub at_ms: i64,
}

/// One user's work on this device.
///
/// All methods may be called from any thread. Only [`Fieldkeep::sync_now`], [`Fieldkeep::sync_record`] and
/// [`Fieldkeep::run_until`] wait for the network.
pub struct Fieldkeep {
    pub(crate) core: Arc<Core>,
    pub(crate) driver: Arc<Driver>,
    closed: std::sync::atomic::AtomicBool,
}

impl Fieldkeep {
    /// Opens a user's folder, making it if need be, and goes on where the last process stopped.
    ///
    /// # Errors
    /// [`OpenError`]; nothing in the folder was changed then, but that a damaged file was moved aside.
    pub fn open(options: OpenOptions) -> Result<Self, OpenError> {
        let clock = options.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let http = match options.http {
            Some(http) => http,
            None => Arc::new(ReqwestHttp::new(&[]).map_err(|words| OpenError::SetUp { words })?),
        };
        check_address(&options.server).map_err(|words| OpenError::SetUp { words })?;
        let missing = [("folder", options.folder.as_os_str().is_empty()), ("user", options.user.trim().is_empty())];
        if let Some((what, _)) = missing.iter().find(|(_, empty)| *empty) {
            return Err(OpenError::SetUp { words: format!("no {what} is named") });
        }
        let files = options.files.unwrap_or_else(|| Arc::new(SystemFiles));
        let OpenOptions { folder, user, schema, server, tokens, manual, .. } = options;
        let core = opening::open(&folder, Parts { user, schema, server, tokens, clock, http, files })?;
        let driver = Driver::new(Arc::clone(&core))?;
        if !manual {
            driver.start()?;
        }
        Ok(Self { core, driver, closed: false.into() })
    }

    /// A name for a form on the screen, for [`CommitOptions::form_token`].
    #[must_use]
    pub fn new_form_token(&self) -> FormToken {
        FormToken(new_uuid(self.core.context.clock.as_ref()))
    }

    /// An id for a record to be created, where other edits of the same commit refer to it.
    #[must_use]
    pub fn new_record_id(&self) -> RecordId {
        RecordId(new_uuid(self.core.context.clock.as_ref()))
    }

    /// This device's name, made when the folder was made.
    #[must_use]
    pub fn device(&self) -> String {
        self.core.context.device.clone()
    }

    /// The schema it was opened with.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.core.context.schema
    }

    /// Corrected device time, milliseconds since 1970 UTC: the clock of all times in states, for
    /// [`crate::state::sentence`].
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn now_ms(&self) -> Result<i64, KeepError> {
        self.read(|unit, _| Ok::<_, StoreError>(unit.now_ms))
    }

    /// Keeps edits, all or none. When it returns they are durable on this device, and will reach the server or a person.
    ///
    /// # Errors
    /// [`KeepError`]; nothing was written then.
    pub fn commit(&self, edits: Vec<Edit>, options: CommitOptions) -> Result<Receipt, KeepError> {
        let receipt = self.write(|unit| ledger::commit(unit, &edits, &options))?;
        self.driver.poke();
        Ok(receipt)
    }

    /// A record by its id; none when it is not on this device.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn get(&self, id: RecordId) -> Result<Option<Record>, KeepError> {
        self.read(|unit, lane| ledger::get(unit, id, lane))
    }

    /// A record by the server's id of it; none when it is not on this device.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn get_by_server_id(&self, record_type: &str, server_id: &str) -> Result<Option<Record>, KeepError> {
        self.read(|unit, lane| ledger::get_by_server_id(unit, record_type, server_id, lane))
    }

    /// One page of a list.
    ///
    /// # Errors
    /// [`KeepError`] when the query is not usable or the store cannot be read.
    pub fn find(&self, query: &Query) -> Result<RecordPage, KeepError> {
        let prepared = query::prepare(&self.core.context.schema, query)?;
        self.read(|unit, lane| ledger::find(unit, &prepared, lane))
    }

    /// The state of a record with those that belong to it, or of the whole device; none for an unknown record.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn state(&self, root: Option<RecordId>) -> Result<Option<SyncState>, KeepError> {
        self.read(|unit, lane| ledger::summaries_of(unit, root, lane))
    }

    /// Watches something: the listener gets the first value and every change until the handle is dropped.
    ///
    /// # Errors
    /// [`KeepError`] when a query is not usable.
    pub fn watch(&self, target: WatchTarget, listener: Arc<dyn Listener>) -> Result<Subscription, KeepError> {
        self.open_or_closed()?;
        Ok(self.core.subscribe(target, listener)?)
    }

    /// Keeps a half-filled form. It is never sent; a commit that names it removes it.
    ///
    /// # Errors
    /// [`KeepError`]; an earlier draft of the form is still there then.
    pub fn save_draft(
        &self,
        form: &str,
        record: Option<RecordId>,
        seen: Option<SeenStamp>,
        fields: &str,
    ) -> Result<(), KeepError> {
        if fields.len() > ledger::MAX_DRAFT_BYTES || form.is_empty() {
            let words = format!("a draft has a name and at most {} bytes", ledger::MAX_DRAFT_BYTES);
            return Err(KeepError::BadRequest { words });
        }
        self.write(|unit| {
            let record = match record {
                Some(id) => {
                    let known = records::no_of(unit.db, id)?.map(|(no, _)| no);
                    Some(known.ok_or_else(|| not_here(id))?)
                }
                None => None,
            };
            let (form, fields, seen) = (form.to_owned(), fields.to_owned(), seen.map(|stamp| stamp.0));
            let row = DraftRow { form, record, seen, fields, at_ms: unit.now_ms };
            Ok::<_, KeepError>(drafts::save(unit.db, &row)?)
        })
    }

    /// The draft of a form, if there is one.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn draft(&self, form: &str) -> Result<Option<Draft>, KeepError> {
        self.read(|unit, _| {
            let Some(row) = drafts::find(unit.db, form)? else { return Ok(None) };
            let record = match row.record {
                Some(no) => records::ids_of(unit.db, no)?.map(|(id, _)| id),
                None => None,
            };
            Ok::<_, StoreError>(Some(Draft {
                form: row.form,
                record,
                seen: row.seen.map(SeenStamp),
                fields: row.fields,
                at_ms: row.at_ms,
            }))
        })
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`KeepError`]; the draft is still there then.
    pub fn discard_draft(&self, form: &str) -> Result<(), KeepError> {
        self.write(|unit| drafts::delete(unit.db, form))
    }

    /// Everything that waits, why, and what waits for it, in the order in which it was made.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn outbox(&self) -> Result<Vec<OutboxItem>, KeepError> {
        self.read(ledger::outbox)
    }

    /// Writes everything that was not sent to a new file, for people and support desks: a JSON line that says whose it is,
    /// then one for each operation, with the values typed. Says how many operations there were. Nothing is sent or removed.
    ///
    /// # Errors
    /// [`KeepError::BadRequest`] when there is such a file already; others when it cannot be written or the store cannot be
    /// read. What was written of it is left.
    pub fn export_unsent(&self, to: &Path) -> Result<u64, KeepError> {
        self.read(|unit, lane| {
            let mut file = new_file(to)?;
            let count = ledger::export_unsent(unit, lane, &mut file)?;
            durable(file)?;
            Ok::<_, StoreError>(count)
        })
    }

    /// Damaged databases that were moved aside when this folder was opened, oldest first: work that was not sent may be in
    /// them.
    ///
    /// # Errors
    /// [`KeepError`] when the folder cannot be read.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, KeepError> {
        self.open_or_closed()?;
        Ok(self.core.store.aside()?)
    }

    /// Keeps an item of the outbox, and all that is sent together with it, from being sent until
    /// [`Fieldkeep::unpause`]. What may pass it goes on; what comes behind it waits. It is stored, and stays through
    /// questions and answers. Pausing what is paused does nothing.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when no such operation waits; [`KeepError::NotEditable`] when it is on its way already.
    pub fn pause(&self, operation: i64) -> Result<(), KeepError> {
        self.write(|unit| ledger::pause(unit, operation))
    }

    /// Takes a paused item up again, with all that is sent together with it.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when no such operation waits; [`KeepError::NotEditable`] when it is on its way already.
    pub fn unpause(&self, operation: i64) -> Result<(), KeepError> {
        self.write(|unit| ledger::unpause(unit, operation))?;
        if !mutants::is(Mutant::NoPokeAfterUnpause) {
            self.driver.poke();
        }
        Ok(())
    }

    /// What would happen if this item of the outbox were given up: all that would go with it, and what a person would be
    /// asked about. Changes nothing.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when no such operation waits; [`KeepError::NotEditable`] when it is on its way: what may
    /// have arrived can only be changed back.
    pub fn discard_plan(&self, operation: i64) -> Result<DiscardPlan, KeepError> {
        self.open_or_closed()?;
        Ok(self.core.rehearse(|unit| ledger::give_up(unit, operation))?)
    }

    /// Gives up what a person has seen in the plan and wants given up. It stays in the history.
    ///
    /// # Errors
    /// [`KeepError::PlanChanged`] when something else would happen by now; others as for [`Fieldkeep::discard_plan`].
    /// Nothing was changed then.
    pub fn discard(&self, plan: &DiscardPlan) -> Result<(), KeepError> {
        self.write(|unit| ledger::discard(unit, plan))?;
        self.driver.poke();
        Ok(())
    }

    /// All open reviews, oldest first.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn reviews(&self) -> Result<Vec<Review>, KeepError> {
        self.read(|unit, _| ledger::open_reviews(unit))
    }

    /// Answers a review. `theirs_rev` is that of the review as it was shown.
    ///
    /// # Errors
    /// [`KeepError::Moved`] when the other side has changed since; others when the review or the value is not usable.
    pub fn resolve(&self, review: ReviewId, theirs_rev: i64, answer: Resolve) -> Result<(), KeepError> {
        self.write(|unit| ledger::resolve(unit, review, theirs_rev, &answer))?;
        self.driver.poke();
        Ok(())
    }

    /// What happened to a record on this device, oldest first.
    ///
    /// # Errors
    /// [`KeepError`] when the record is not here or the store cannot be read.
    pub fn history(&self, id: RecordId) -> Result<Vec<HistoryEntry>, KeepError> {
        self.read(|unit, _| match records::no_of(unit.db, id)? {
            Some((no, _)) => Ok(ledger::history(unit, no)?),
            None => Err(not_here(id)),
        })
    }

    /// Tells what the phone's network and battery are like. Call it whenever that changes.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be written.
    pub fn conditions(&self, conditions: Conditions) -> Result<(), KeepError> {
        self.open_or_closed()?;
        let before = {
            let mut shared = self.core.shared();
            std::mem::replace(&mut shared.conditions, conditions)
        };
        let regained = if before.network == NetworkKind::None && conditions.network != NetworkKind::None {
            let mut shared = self.core.shared();
            shared.session_lost = true;
            shared.want_news();
            drop(shared);
            self.core.lane_regained()
        } else {
            Ok(())
        };
        if mutants::is(Mutant::UnheardNetwork) && regained.is_err() {
            return Ok(());
        }
        // Whether or not its wait can be stored: the network is there, and somebody has to look.
        self.core.notices.everything();
        self.driver.poke();
        match regained {
            // Its waits are looked at anew when it resumes.
            Ok(()) | Err(StoreError::Suspended) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A token is there that was not there before: somebody has signed in.
    ///
    /// # Errors
    /// [`KeepError::Closed`].
    pub fn token_changed(&self) -> Result<(), KeepError> {
        self.open_or_closed()?;
        {
            let mut shared = self.core.shared();
            shared.session_lost = true;
            shared.signed_in_anew = true;
        }
        self.core.notices.everything();
        self.driver.poke();
        Ok(())
    }

    /// A person pressed "Sync now": tries at once, past our own backoff but never past a time that the server named, and
    /// says what the server answered. Waits for the network.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read or written.
    pub fn sync_now(&self) -> Result<SyncReport, KeepError> {
        self.open_or_closed()?;
        Ok(self.driver.with(|engine, runtime| runtime.block_on(engine.run_forced(|| false)))?)
    }

    /// "Sync now" for one record: tries just the same, since what it waits for may be elsewhere, and reports on that record
    /// alone. Waits for the network.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when the record is not here; otherwise as for [`Fieldkeep::sync_now`].
    pub fn sync_record(&self, id: RecordId) -> Result<SyncReport, KeepError> {
        if self.get(id)?.is_none() {
            return Err(not_here(id));
        }
        let mut report = self.sync_now()?;
        report.items.retain(|item| item.record == id);
        let count = |found: usize| i64::try_from(found).unwrap_or(i64::MAX);
        report.waiting = count(self.outbox()?.iter().filter(|item| item.record == id).count());
        report.reviews = count(self.reviews()?.iter().filter(|review| review.record == id).count());
        Ok(report)
    }

    /// Works for at most so long, for a background task of the host. Waits for the network, but not longer: at the end of
    /// its time the request under way ends, and what was sent is settled later. A step that the engine was doing by itself
    /// goes on. May be called any number of times; `next_wake_ms` in the report says when to call again.
    ///
    /// With a clock that stands still ([`crate::clock::ManualClock`]) no time passes, and no request is ended.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read or written.
    pub fn run_until(&self, within_ms: i64) -> Result<SliceReport, KeepError> {
        self.open_or_closed()?;
        self.core.shared().want_news();
        let time_passes = self.core.context.clock.virtual_now_ms().is_none();
        match self.driver.run_within(self.time_left(within_ms), time_passes)? {
            Some(report) => Ok(report),
            None => Ok(Engine::report_aside(Arc::clone(&self.core))?),
        }
    }

    /// When [`Fieldkeep::run_until`] should be called next, milliseconds from now; none when only an event brings work.
    /// Answers at once, also while a request is under way.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn next_wake(&self) -> Result<Option<i64>, KeepError> {
        self.open_or_closed()?;
        Ok(self.driver.wake()?.in_ms())
    }

    /// Runs every step that is due, once. Only for [`OpenOptions::manual`]; says when the next is due.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read or written.
    pub fn run_due(&self) -> Result<Option<i64>, KeepError> {
        self.open_or_closed()?;
        let (wake, _) = self.driver.with(|engine, runtime| runtime.block_on(engine.run(|| false)))?;
        Ok(wake.in_ms())
    }

    /// Hands subscribers what has changed, on this thread. Only for [`OpenOptions::manual`].
    pub fn tell_subscribers(&self) {
        self.core.tell_now();
    }

    /// Finishes or interrupts within that time, writes everything back and closes all files and locks, so that the system
    /// may freeze the process. Calls answer [`KeepError::Suspended`] until [`Fieldkeep::resume`].
    ///
    /// # Errors
    /// [`KeepError`] when the files cannot be closed properly; nothing is lost then either.
    pub fn suspend(&self, within_ms: i64) -> Result<(), KeepError> {
        self.open_or_closed()?;
        let left = self.time_left(within_ms);
        self.driver.pause(left());
        Ok(self.core.store.suspend(left())?)
    }

    /// Opens the files again and goes on.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another process has taken the folder meanwhile; [`OpenError::Closed`] after
    /// [`Fieldkeep::close`]; others as for [`Fieldkeep::open`].
    pub fn resume(&self) -> Result<(), OpenError> {
        if self.closed.load(std::sync::atomic::Ordering::Acquire) {
            return Err(OpenError::Closed);
        }
        self.core.store.resume()?;
        // Somebody else may have had the folder meanwhile, and heard more.
        *self.core.context.said() = self.core.store.read(Said::load)?;
        {
            let mut shared = self.core.shared();
            shared.session_lost = true;
            shared.want_news();
        }
        self.driver.unpause();
        self.core.notices.everything();
        Ok(())
    }

    /// Closes for good. May be called twice; every call after it answers [`KeepError::Closed`].
    pub fn close(&self) {
        if self.closed.swap(true, std::sync::atomic::Ordering::AcqRel) {
            return;
        }
        self.driver.close(CLOSING);
        // What a checkpoint could not write back stays in the WAL and is read at the next open.
        let _ = self.core.store.close(CLOSING);
    }

    /// Only for benchmarks: until it is closed or suspended, commits do not wait for the disk (`synchronous=NORMAL`). What
    /// a power cut takes then was promised and is lost, so no app may call it.
    ///
    /// # Errors
    /// [`KeepError`] when the store is closed.
    #[doc(hidden)]
    pub fn without_waiting_for_the_disk(&self) -> Result<(), KeepError> {
        self.open_or_closed()?;
        Ok(self.core.store.without_waiting_for_the_disk()?)
    }

    /// What is left of so many milliseconds, each time it is asked.
    pub(crate) fn time_left(&self, within_ms: i64) -> impl Fn() -> Duration + use<> {
        let clock = Arc::clone(&self.core.context.clock);
        let start_ms = clock.now().boot_ms;
        move || {
            let left_ms = within_ms.saturating_sub(clock.now().boot_ms - start_ms);
            Duration::from_millis(u64::try_from(left_ms).unwrap_or(0))
        }
    }

    fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&ledger::Unit<'_>, ledger::LaneView) -> Result<T, E>,
    ) -> Result<T, KeepError>
    where
        KeepError: From<E>,
    {
        self.open_or_closed()?;
        self.note_damage(self.core.read(work).map_err(KeepError::from))
    }

    fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&ledger::Unit<'_>) -> Result<T, E>,
    ) -> Result<T, KeepError>
    where
        KeepError: From<E>,
    {
        self.open_or_closed()?;
        self.note_damage(self.core.write(Turn::App, work).map_err(KeepError::from))
    }

    /// Whoever opens the store next looks at all of it, and moves it aside if need be.
    fn note_damage<T>(&self, result: Result<T, KeepError>) -> Result<T, KeepError> {
        if matches!(result, Err(KeepError::Damaged { .. })) {
            self.core.store.note_damage();
        }
        result
    }

    pub(crate) fn open_or_closed(&self) -> Result<(), KeepError> {
        if self.closed.load(std::sync::atomic::Ordering::Acquire) { Err(KeepError::Closed) } else { Ok(()) }
    }
}

fn not_here(id: RecordId) -> KeepError {
    KeepError::NotFound { words: format!("there is no record {id} on this device") }
}

impl Drop for Fieldkeep {
    fn drop(&mut self) {
        self.close();
    }
}
