//! The object: every method delegates.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fieldkeep::remote::ReqwestHttp;
use fieldkeep::schedule::Conditions;
use fieldkeep::state::SyncState;
use fieldkeep::value::{RecordId, ReviewId};
use fieldkeep::{
    CommitOptions, DiscardPlan, Draft, Edit, Fieldkeep, HistoryEntry, KeepError, OpenError, OpenOptions, OutboxItem,
    Query, Receipt, Record, RecordPage, Resolve, Review, SeenStamp, SliceReport, Subscription, SyncReport, WatchTarget,
};

use crate::guard::guarded;
use crate::host::{Relay, TokenSource, Tokens, UpdateListener};
use crate::words::read_schema;

/// What a Fieldkeep is opened with.
#[derive(Clone, Debug, uniffi::Record)]
pub struct OpenConfig {
    /// The user's own folder, made if need be. Exclude it from backups.
    pub folder: String,
    /// Whose work it is. A folder belongs to one user for ever.
    pub user: String,
    /// The schema, as JSON.
    pub schema_json: String,
    /// The server's address, such as `https://field.example.com`.
    pub server: String,
    /// Certificates (DER) that are trusted besides Mozilla's: for a server with a private authority.
    pub private_roots: Vec<Vec<u8>>,
}

/// One user's work on this device. All methods may be called from any thread; each blocks it until it is done.
#[derive(uniffi::Object)]
pub struct FieldkeepCore(Fieldkeep);

/// A watched thing. The watching ends when this is dropped.
#[derive(uniffi::Object)]
pub struct Watching(Subscription);

#[uniffi::export]
impl Watching {
    /// Ends the watching now. A value that is being handed over still arrives.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

#[uniffi::export]
impl FieldkeepCore {
    /// Opens a user's folder, making it if need be, and goes on where the last process stopped.
    ///
    /// # Errors
    /// [`OpenError`]; nothing in the folder was changed then, but that a damaged file was moved aside.
    #[uniffi::constructor]
    pub fn open(config: OpenConfig, tokens: Arc<dyn TokenSource>) -> Result<Self, OpenError> {
        let http = ReqwestHttp::new(&config.private_roots).map_err(|words| OpenError::SetUp { words })?;
        let options = OpenOptions {
            folder: PathBuf::from(config.folder),
            user: config.user,
            schema: read_schema(&config.schema_json)?,
            server: config.server,
            tokens: Arc::new(Tokens(tokens)),
            clock: None,
            http: Some(Arc::new(http)),
            files: None,
            manual: false,
        };
        Ok(Self(Fieldkeep::open(options)?))
    }

    /// An id for a record to be created, where other edits of the same commit refer to it.
    #[must_use]
    pub fn new_record_id(&self) -> RecordId {
        self.0.new_record_id()
    }

    /// This device's name, made when the folder was made.
    #[must_use]
    pub fn device(&self) -> String {
        self.0.device()
    }

    /// Corrected device time, milliseconds since 1970 UTC: the clock of all times in states.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn now_ms(&self) -> Result<i64, KeepError> {
        guarded(|| self.0.now_ms())
    }

    /// Keeps edits, all or none. When it returns they are durable on this device, and will reach the server or a person.
    ///
    /// # Errors
    /// [`KeepError`]; nothing was written then.
    pub fn commit(&self, edits: Vec<Edit>, options: CommitOptions) -> Result<Receipt, KeepError> {
        guarded(|| self.0.commit(edits, options))
    }

    /// A record by its id; none when it is not on this device.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn get(&self, id: RecordId) -> Result<Option<Record>, KeepError> {
        guarded(|| self.0.get(id))
    }

    /// A record by the server's id of it; none when it is not on this device.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn get_by_server_id(&self, record_type: &str, server_id: &str) -> Result<Option<Record>, KeepError> {
        guarded(|| self.0.get_by_server_id(record_type, server_id))
    }

    /// One page of a list.
    ///
    /// # Errors
    /// [`KeepError`] when the query is not usable or the store cannot be read.
    pub fn find(&self, query: &Query) -> Result<RecordPage, KeepError> {
        guarded(|| self.0.find(query))
    }

    /// The state of a record with those that belong to it, or of the whole device; none for an unknown record.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn state(&self, root: Option<RecordId>) -> Result<Option<SyncState>, KeepError> {
        guarded(|| self.0.state(root))
    }

    /// Watches something: the listener gets the first value and every change until the handle is dropped.
    ///
    /// # Errors
    /// [`KeepError`] when a query is not usable.
    pub fn watch(&self, target: WatchTarget, listener: Arc<dyn UpdateListener>) -> Result<Watching, KeepError> {
        guarded(|| self.0.watch(target, Arc::new(Relay(listener))).map(Watching))
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
        guarded(|| self.0.save_draft(form, record, seen, fields))
    }

    /// The draft of a form, if there is one.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn draft(&self, form: &str) -> Result<Option<Draft>, KeepError> {
        guarded(|| self.0.draft(form))
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be written.
    pub fn discard_draft(&self, form: &str) -> Result<(), KeepError> {
        guarded(|| self.0.discard_draft(form))
    }

    /// Everything that waits, in the order in which it was made.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn outbox(&self) -> Result<Vec<OutboxItem>, KeepError> {
        guarded(|| self.0.outbox())
    }

    /// Writes everything that was not sent to a new file: a JSON line that says whose it is, then one for each operation. Says
    /// how many operations there were. Nothing is sent or removed.
    ///
    /// # Errors
    /// [`KeepError::BadRequest`] when there is such a file already; others when it cannot be written.
    pub fn export_unsent(&self, to: &str) -> Result<u64, KeepError> {
        guarded(|| self.0.export_unsent(Path::new(to)))
    }

    /// Damaged databases that were moved aside when this folder was opened, oldest first.
    ///
    /// # Errors
    /// [`KeepError`] when the folder cannot be read.
    pub fn damaged_files(&self) -> Result<Vec<String>, KeepError> {
        let files = guarded(|| self.0.damaged_files())?;
        Ok(files.into_iter().map(|file| file.to_string_lossy().into_owned()).collect())
    }

    /// Keeps an item of the outbox, and all that is sent together with it, from being sent until it is taken up again.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when no such operation waits; [`KeepError::NotEditable`] when it is on its way already.
    pub fn pause(&self, operation: i64) -> Result<(), KeepError> {
        guarded(|| self.0.pause(operation))
    }

    /// Takes a paused item up again, with all that is sent together with it.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when no such operation waits; [`KeepError::NotEditable`] when it is on its way already.
    pub fn unpause(&self, operation: i64) -> Result<(), KeepError> {
        guarded(|| self.0.unpause(operation))
    }

    /// What would happen if this item of the outbox were given up. Changes nothing.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when no such operation waits; [`KeepError::NotEditable`] when it is on its way already.
    pub fn discard_plan(&self, operation: i64) -> Result<DiscardPlan, KeepError> {
        guarded(|| self.0.discard_plan(operation))
    }

    /// Gives up what a person has seen in the plan and wants given up.
    ///
    /// # Errors
    /// [`KeepError::PlanChanged`] when something else would happen by now; others as for `discard_plan`. Nothing was
    /// changed then.
    pub fn discard(&self, plan: &DiscardPlan) -> Result<(), KeepError> {
        guarded(|| self.0.discard(plan))
    }

    /// All open reviews, oldest first.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn reviews(&self) -> Result<Vec<Review>, KeepError> {
        guarded(|| self.0.reviews())
    }

    /// A person's answer to a review, with the `theirs_rev` that was shown.
    ///
    /// # Errors
    /// [`KeepError`]; the review is open then as before.
    pub fn resolve(&self, review: ReviewId, theirs_rev: i64, answer: Resolve) -> Result<(), KeepError> {
        guarded(|| self.0.resolve(review, theirs_rev, answer))
    }

    /// What happened to a record on this device, oldest first.
    ///
    /// # Errors
    /// [`KeepError`] when the record is not here or the store cannot be read.
    pub fn history(&self, id: RecordId) -> Result<Vec<HistoryEntry>, KeepError> {
        guarded(|| self.0.history(id))
    }

    /// Tells what the phone's network and battery are like. Call it whenever that changes.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be written.
    pub fn conditions(&self, conditions: Conditions) -> Result<(), KeepError> {
        guarded(|| self.0.conditions(conditions))
    }

    /// A token is there that was not there before: somebody has signed in.
    ///
    /// # Errors
    /// [`KeepError::Closed`].
    pub fn token_changed(&self) -> Result<(), KeepError> {
        guarded(|| self.0.token_changed())
    }

    /// A person pressed "Sync now": tries at once and says what the server answered. Waits for the network.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read or written.
    pub fn sync_now(&self) -> Result<SyncReport, KeepError> {
        guarded(|| self.0.sync_now())
    }

    /// "Sync now" for one record, with a report on that record alone.
    ///
    /// # Errors
    /// [`KeepError::NotFound`] when the record is not here; otherwise as for `sync_now`.
    pub fn sync_record(&self, id: RecordId) -> Result<SyncReport, KeepError> {
        guarded(|| self.0.sync_record(id))
    }

    /// Works for at most so long, for a background task of the host. Waits for the network, but not longer: at the end of
    /// its time the request under way ends, and what was sent is settled later.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read or written.
    pub fn run_until(&self, within_ms: i64) -> Result<SliceReport, KeepError> {
        guarded(|| self.0.run_until(within_ms))
    }

    /// When `run_until` should be called next, milliseconds from now; none when only an event brings work.
    /// Answers at once, also while a request is under way.
    ///
    /// # Errors
    /// [`KeepError`] when the store cannot be read.
    pub fn next_wake(&self) -> Result<Option<i64>, KeepError> {
        guarded(|| self.0.next_wake())
    }

    /// Finishes or interrupts within that time and closes all files and locks, so that the system may freeze the process.
    ///
    /// # Errors
    /// [`KeepError`] when the files cannot be closed properly; nothing is lost then either.
    pub fn suspend(&self, within_ms: i64) -> Result<(), KeepError> {
        guarded(|| self.0.suspend(within_ms))
    }

    /// Opens the files again and goes on.
    ///
    /// # Errors
    /// `InUse` when another process has taken the folder meanwhile; `Closed` after `shut_down`; others as for `open`.
    pub fn resume(&self) -> Result<(), OpenError> {
        self.0.resume()
    }

    /// Closes for good. May be called twice; every call after it answers [`KeepError::Closed`]. (In Kotlin the name `close`
    /// belongs to the handle itself.)
    pub fn shut_down(&self) {
        self.0.close();
    }
}
