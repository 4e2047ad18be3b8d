//! The folder of one user's store: its files and the lock that keeps a second opener out (pitfall 17).

use std::fs::{File, TryLockError};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{StoreError, StoreResult};
use super::files::{FileLock, Files};
use super::open::Place;

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

/// A folder, whether or not anybody has its lock.
#[derive(Clone)]
pub(crate) struct Site {
    path: PathBuf,
    files: Arc<dyn Files>,
}

/// The folder, locked for this opener until dropped.
pub(crate) struct Folder {
    site: Site,
    _lock: Box<dyn FileLock>,
}

impl Site {
    pub(crate) fn new(path: &Path, files: Arc<dyn Files>) -> Self {
        Self { path: path.to_owned(), files }
    }

    /// Makes the folder if need be and takes its lock.
    pub(crate) fn lock(&self) -> StoreResult<Folder> {
        if self.files.size(&self.path)?.is_some() {
            return Err(StoreError::NoFolder);
        }
        self.files.make_folder(&self.path)?;
        match self.files.lock(&self.path.join(LOCK_FILE)) {
            Ok(lock) => Ok(Folder { site: self.clone(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(StoreError::Folder(error)),
        }
    }

    /// Whether there is a database, without making anything.
    pub(crate) fn has_database(&self) -> StoreResult<bool> {
        Ok(self.files.size(&self.path.join(DATABASE_FILE))?.is_some())
    }

    /// Notes that the database turned out to be damaged while it was in use: the next opener looks at all of it.
    pub(crate) fn note_damage(&self) {
        // Without the note the damage is met again.
        let _ = self.files.make_new(&self.path.join(DAMAGE_NOTE));
    }

    /// The database file.
    pub(crate) fn database(&self) -> Place {
        Place { path: self.path.join(DATABASE_FILE), vfs: self.files.sqlite_vfs() }
    }

    /// Databases that were moved aside, oldest first.
    pub(crate) fn aside(&self) -> StoreResult<Vec<PathBuf>> {
        let prefix = format!("{DATABASE_FILE}{ASIDE}");
        let number = |path: &Path| path.file_name()?.to_str()?.strip_prefix(&prefix)?.parse::<u32>().ok();
        let mut found = self.files.list(&self.path)?;
        found.retain(|path| number(path).is_some());
        found.sort_by_key(|path| number(path));
        Ok(found)
    }

    fn bytes_of(&self, name: &str, part: &str) -> StoreResult<Option<u64>> {
        Ok(self.files.size(&self.path.join(format!("{name}{part}")))?)
    }
}

impl Folder {
    /// Whether damage was noted.
    pub(crate) fn damage_is_noted(&self) -> StoreResult<bool> {
        Ok(self.site.bytes_of(DAMAGE_NOTE, "")?.is_some())
    }

    /// All of it was looked at.
    pub(crate) fn forget_damage(&self) {
        let _ = self.site.files.remove(&self.site.path.join(DAMAGE_NOTE));
    }

    /// Moves the database aside under a new name beside it, with what SQLite keeps for it, and says where it lies (requirement
    /// G6). Nothing is deleted or written over.
    pub(crate) fn set_aside(&self) -> StoreResult<PathBuf> {
        let mut number = 1;
        while !self.is_free(number)? {
            number += 1;
            if number > MAX_ASIDE {
                return Err(StoreError::Vanished);
            }
        }
        let name = aside_name(number);
        // Killed in the middle, the next opener must not take what is left for a sound store without its log.
        self.site.files.make_new(&self.site.path.join(format!("{name}{MOVING}")))?;
        self.finish_move(&name)
    }

    fn is_free(&self, number: usize) -> StoreResult<bool> {
        for part in PARTS.iter().chain(&[MOVING]) {
            if self.site.bytes_of(&aside_name(number), part)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether SQLite's log lies there without the database that it belongs to: work may be in it, and a new database would
    /// write over it.
    pub(crate) fn log_is_orphaned(&self) -> StoreResult<bool> {
        let bytes = |part: &str| self.site.bytes_of(DATABASE_FILE, part).map(Option::unwrap_or_default);
        Ok(bytes("")? == 0 && bytes("-wal")? > 0)
    }

    /// Ends a move that was begun by a process which did not live to end it, if there is one.
    pub(crate) fn unfinished_move(&self) -> StoreResult<Option<PathBuf>> {
        for path in self.site.files.list(&self.site.path)? {
            let file = path.file_name().and_then(|file| file.to_str());
            if let Some(name) = file.and_then(|file| file.strip_suffix(MOVING)) {
                return self.finish_move(name).map(Some);
            }
        }
        Ok(None)
    }

    fn finish_move(&self, name: &str) -> StoreResult<PathBuf> {
        let Site { path, files } = &self.site;
        for part in PARTS {
            match files.rename(&path.join(format!("{DATABASE_FILE}{part}")), &path.join(format!("{name}{part}"))) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                moved => moved?,
            }
        }
        // Where the database itself was gone, its place is marked, so that the log beside it is found.
        let _ = files.make_new(&path.join(name));
        files.sync_folder(path)?;
        files.remove(&path.join(format!("{name}{MOVING}")))?;
        Ok(path.join(name))
    }

    /// The database file.
    pub(crate) fn database(&self) -> Place {
        self.site.database()
    }
}

fn aside_name(number: usize) -> String {
    format!("{DATABASE_FILE}{ASIDE}{number}")
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
