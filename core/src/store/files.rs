//! The only way to files. Production uses the system's; the simulator brings a disk that can lose what was not synced.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What a store does with files besides opening databases, and which SQLite file system opens those.
pub trait Files: Send + Sync {
    /// The name under which SQLite knows the file system that the databases lie in; none for the system's own.
    fn sqlite_vfs(&self) -> Option<String> {
        None
    }
    /// Makes a folder with those above it; nothing when it is there.
    ///
    /// # Errors
    /// What the file system says.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Bytes of a file; none when there is no file of that name.
    ///
    /// # Errors
    /// What the file system says.
    fn size(&self, path: &Path) -> io::Result<Option<u64>>;
    /// Makes an empty file that was not there, durable when this returns.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`]; else what the file system says.
    fn make_new(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name; durable after [`Files::sync_folder`].
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`]; else what the file system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; durable after [`Files::sync_folder`].
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`]; else what the file system says.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// The files of a folder, in no order.
    ///
    /// # Errors
    /// What the file system says.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
    /// Returns when the names in a folder are durable.
    ///
    /// # Errors
    /// What the file system says.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Takes the exclusive lock of a file, made if need be, until what this returns is dropped. The system releases it when
    /// the process ends, however it ends.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] when somebody else has it; else what the file system says.
    fn lock(&self, path: &Path) -> Result<Box<dyn FileLock>, TryLockError>;
}

/// A lock that is held until this is dropped.
pub trait FileLock: Send {}

/// The files of the operating system.
pub struct SystemFiles;

struct SystemLock(File);

impl FileLock for SystemLock {}

impl Drop for SystemLock {
    /// Says it aloud: a process that this one is just starting shares the open file for a moment, and closing alone would
    /// leave the lock with it.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the seam")]
impl Files for SystemFiles {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn size(&self, path: &Path) -> io::Result<Option<u64>> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(Some(found.len())),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn make_new(&self, path: &Path) -> io::Result<()> {
        File::options().create_new(true).write(true).open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn FileLock>, TryLockError> {
        let lock = File::options().create(true).truncate(false).write(true).open(path).map_err(TryLockError::Error)?;
        lock.try_lock()?;
        Ok(Box::new(SystemLock(lock)))
    }
}
