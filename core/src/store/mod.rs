//! SQLite: one writer, short readers, one file per table family, the invariants. Rows in, rows out; what the rows mean
//! together is the `ledger`'s business.

pub(crate) mod changes;
pub(crate) mod cursors;
pub(crate) mod drafts;
pub(crate) mod dues;
mod error;
pub mod files;
mod folder;
pub(crate) mod forms;
mod gate;
pub mod invariants;
pub(crate) mod journal;
pub(crate) mod lanes;
pub(crate) mod meta;
mod open;
pub(crate) mod paused;
pub(crate) mod query;
mod readers;
pub(crate) mod records;
pub(crate) mod refs;
pub(crate) mod reviews;
pub(crate) mod search;
pub(crate) mod shipments;
#[cfg(test)]
mod tests;
pub(crate) mod tidy;
pub(crate) mod unseen;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub(crate) use error::{StorageFault, StoreError, StoreResult};
use files::Files;
pub use folder::DATABASE_FILE;
use folder::Folder;
pub(crate) use folder::{Site, durable, new_file};
use gate::Gate;
pub(crate) use gate::Turn;
pub use meta::{Passport, passport};
use readers::Readers;

/// One user's store on this device.
pub(crate) struct Store {
    site: Site,
    folder: Mutex<Option<Folder>>,
    gate: Gate,
    readers: Readers,
}

impl Store {
    /// Takes the folder's lock and opens the database in it.
    pub(crate) fn open(path: &Path, files: Arc<dyn Files>) -> StoreResult<Self> {
        let site = Site::new(path, files);
        let store = Self { site, folder: Mutex::new(None), gate: Gate::default(), readers: Readers::default() };
        let folder = store.site.lock()?;
        if let Some(place) = folder.unfinished_move()? {
            return Err(StoreError::Corrupt("it was found damaged before".to_owned()).with_place(place));
        }
        if folder.log_is_orphaned()? {
            let cause = StoreError::Corrupt("the database is empty or gone, and its log is not".to_owned());
            return Err(cause.with_place(folder.set_aside()?));
        }
        if let Err(cause) = store.sound_writer(&folder).map(|writer| store.gate.put(writer)) {
            return Err(if cause.is_damage() { cause.with_place(folder.set_aside()?) } else { cause });
        }
        store.readers.open();
        *store.folder() = Some(folder);
        Ok(store)
    }

    /// The writer; of a database that turned out to be damaged in use only after all of it has been looked at.
    fn sound_writer(&self, folder: &Folder) -> StoreResult<Connection> {
        let writer = open::writer(&folder.database())?;
        if folder.damage_is_noted()? {
            open::check_all(&writer)?;
            folder.forget_damage();
        }
        Ok(writer)
    }

    /// Notes that a call met damage, for the next opener.
    pub(crate) fn note_damage(&self) {
        self.site.note_damage();
    }

    /// Databases that were found damaged and moved aside, oldest first.
    pub(crate) fn aside(&self) -> StoreResult<Vec<PathBuf>> {
        self.site.aside()
    }

    /// Opens the files again after [`Store::suspend`]. Does nothing when they are open. Where they are gone meanwhile
    /// nothing is made in their place: work that is missing must not look like work that never was.
    pub(crate) fn resume(&self) -> StoreResult<()> {
        let mut slot = self.folder();
        if self.gate.is_over() {
            return Err(StoreError::Closed);
        }
        if slot.is_some() {
            return Ok(());
        }
        if !self.site.has_database()? {
            return Err(StoreError::Vanished);
        }
        let folder = self.site.lock()?;
        self.open_files(folder, &mut slot)
    }

    fn open_files(&self, folder: Folder, slot: &mut Option<Folder>) -> StoreResult<()> {
        self.gate.put(open::writer(&folder.database())?);
        self.readers.open();
        *slot = Some(folder);
        Ok(())
    }

    /// Ends reads and writes, writes the WAL back, closes all files and releases the lock, so that the system may freeze
    /// the process (requirement G1). Work that takes longer than `patience` is interrupted and rolled back.
    pub(crate) fn suspend(&self, patience: Duration) -> StoreResult<()> {
        let mut slot = self.folder();
        if slot.is_none() {
            return Ok(());
        }
        let writer = self.gate.close(patience);
        self.readers.close();
        if let Some(connection) = writer {
            // A checkpoint that cannot finish loses nothing: the WAL stays and is read at the next open.
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            drop(connection);
        }
        *slot = None;
        Ok(())
    }

    /// The same for good: calls answer [`StoreError::Closed`] then.
    pub(crate) fn close(&self, patience: Duration) -> StoreResult<()> {
        self.gate.end();
        self.readers.end();
        self.suspend(patience)
    }

    /// Runs one write transaction; it commits when `work` returns `Ok`, and leaves no trace otherwise.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        turn: Turn,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.gate.enter(turn)?;
        let connection = writer.connection()?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let result = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(result)
    }

    /// From now until the files are closed, a transaction survives a kill but not a power cut: for measuring what the
    /// waiting for the disk costs.
    pub(crate) fn without_waiting_for_the_disk(&self) -> StoreResult<()> {
        let mut writer = self.gate.enter(Turn::App)?;
        Ok(writer.connection()?.pragma_update(None, "synchronous", "NORMAL")?)
    }

    /// Runs a read in one consistent snapshot.
    pub(crate) fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        self.readers.read(&self.site.database(), work)
    }

    fn folder(&self) -> MutexGuard<'_, Option<Folder>> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
