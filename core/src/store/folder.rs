//! The folder of one user's store: its files and the lock that keeps a second opener out (pitfall 17).

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::error::{StoreError, StoreResult};

/// The database file; SQLite adds `-wal` and `-shm`.
pub const DATABASE_FILE: &str = "fieldkeep.db";
/// Held with an exclusive advisory lock as long as the store is open.
const LOCK_FILE: &str = "engine.lock";
/// Lies there when the database turned out to be damaged in use.
const DAMAGE_NOTE: &str = "damage.noted";
/// What SQLite keeps beside a database, and the database.
const PARTS: [&str; 3] = ["-wal", "-shm", ""];
/// Marks a database that is being moved aside.
const MOVING: &str = ".moving";
/// Stands between the name of a database that was moved aside and its number.
const ASIDE: &str = ".damaged-";
/// More damaged databases than this in one folder are another problem.
const MAX_ASIDE: usize = 1_000;

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

    /// Notes that the database turned out to be damaged while it was in use: the next opener looks at all of it.
    #[allow(clippy::disallowed_methods, reason = "the one place that makes files")]
    pub(crate) fn note_damage(path: &Path) {
        // Without the note the damage is met again.
        let _ = File::create(path.join(DAMAGE_NOTE));
    }

    /// Whether that was noted.
    pub(crate) fn damage_is_noted(&self) -> bool {
        self.path.join(DAMAGE_NOTE).exists()
    }

    /// All of it was looked at.
    #[allow(clippy::disallowed_methods, reason = "the one place that removes files; there is nothing in this one")]
    pub(crate) fn forget_damage(&self) {
        let _ = fs::remove_file(self.path.join(DAMAGE_NOTE));
    }

    /// Moves the database aside under a new name beside it, with what SQLite keeps for it, and says where it lies (requirement
    /// G6). Nothing is deleted or written over.
    pub(crate) fn set_aside(&self) -> StoreResult<PathBuf> {
        let name = |number: usize| format!("{DATABASE_FILE}{ASIDE}{number}");
        let free = |name: &String| [PARTS.as_slice(), &[MOVING]].concat().iter().all(|part| !self.has(name, part));
        let name = (1..=MAX_ASIDE).map(name).find(free).ok_or(StoreError::Vanished)?;
        // Killed in the middle, the next opener must not take what is left for a sound store without its log.
        let mark = File::options().create_new(true).write(true).open(self.path.join(format!("{name}{MOVING}")))?;
        mark.sync_all()?;
        self.finish_move(&name)
    }

    /// Whether SQLite's log lies there without the database that it belongs to: work may be in it, and a new database would
    /// write over it.
    pub(crate) fn log_is_orphaned(&self) -> bool {
        let bytes =
            |part: &str| fs::metadata(self.path.join(format!("{DATABASE_FILE}{part}"))).map_or(0, |file| file.len());
        bytes("") == 0 && bytes("-wal") > 0
    }

    /// Ends a move that was begun by a process which did not live to end it, if there is one.
    pub(crate) fn unfinished_move(&self) -> StoreResult<Option<PathBuf>> {
        for entry in fs::read_dir(&self.path)? {
            let file = entry?.file_name();
            if let Some(name) = file.to_str().and_then(|file| file.strip_suffix(MOVING)) {
                return self.finish_move(name).map(Some);
            }
        }
        Ok(None)
    }

    #[allow(clippy::disallowed_methods, reason = "the one place that moves files, and removes its own mark")]
    fn finish_move(&self, name: &str) -> StoreResult<PathBuf> {
        for part in PARTS {
            match fs::rename(self.path.join(format!("{DATABASE_FILE}{part}")), self.path.join(format!("{name}{part}")))
            {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                moved => moved?,
            }
        }
        // Where the database itself was gone, its place is marked, so that the log beside it is found.
        let _ = File::options().create_new(true).write(true).open(self.path.join(name));
        File::open(&self.path)?.sync_all()?;
        fs::remove_file(self.path.join(format!("{name}{MOVING}")))?;
        Ok(self.path.join(name))
    }

    fn has(&self, name: &str, part: &str) -> bool {
        self.path.join(format!("{name}{part}")).exists()
    }

    /// Databases that were moved aside, oldest first.
    pub(crate) fn aside(path: &Path) -> StoreResult<Vec<PathBuf>> {
        let prefix = format!("{DATABASE_FILE}{ASIDE}");
        let number = |path: &Path| path.file_name()?.to_str()?.strip_prefix(&prefix)?.parse::<u32>().ok();
        let mut found: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(path)? {
            found.push(entry?.path());
        }
        found.retain(|path| number(path).is_some());
        found.sort_by_key(|path| number(path));
        Ok(found)
    }

    /// Path of the database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }
}

/// Makes a file that was not there before.
pub(crate) fn new_file(path: &Path) -> StoreResult<BufWriter<File>> {
    match File::options().create_new(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(StoreError::FileExists),
        file => Ok(BufWriter::new(file?)),
    }
}

/// Returns when all of a file is on the disk.
pub(crate) fn durable(file: BufWriter<File>) -> StoreResult<()> {
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(file.sync_all()?)
}

impl Drop for Folder {
    /// Says it aloud: a process that this one is just starting shares the open file for a moment, and closing alone would
    /// leave the lock with it.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}
