//! The folder of one user's store: its files and the lock that keeps a second opener out (pitfall 17).

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::{StoreError, StoreResult};

/// The database file; SQLite adds `-wal` and `-shm`.
pub const DATABASE_FILE: &str = "fieldkeep.db";
/// Held with an exclusive advisory lock as long as the store is open.
const LOCK_FILE: &str = "engine.lock";

/// The folder, locked for this opener until dropped.
pub(crate) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes the folder if need be and takes its lock. The system releases the lock when the process ends, however it
    /// ends.
    pub(crate) fn lock(path: &Path) -> StoreResult<Self> {
        if path.is_file() {
            return Err(StoreError::NoFolder);
        }
        fs::create_dir_all(path)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK_FILE))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(StoreError::Folder(error)),
        }
    }

    /// Whether there is a database, without making anything.
    pub(crate) fn has_database(path: &Path) -> bool {
        path.join(DATABASE_FILE).exists()
    }

    /// Path of the database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }
}

impl Drop for Folder {
    /// Says it aloud: a process that this one is just starting shares the open file for a moment, and closing alone would
    /// leave the lock with it.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}
