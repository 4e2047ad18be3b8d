//! A phone's storage: the [`Files`] seam over a disk in memory.

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

use fieldkeep::store::files::{FileLock, Files};
use fieldkeep_disk::{LockedFile, Process, VFS};

/// The files as one process of the phone has them.
pub(crate) struct Flash(pub(crate) Process);

struct Held {
    _until_dropped: LockedFile,
}

impl FileLock for Held {}

impl Files for Flash {
    fn sqlite_vfs(&self) -> Option<String> {
        Some(VFS.to_owned())
    }

    fn make_folder(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn size(&self, path: &Path) -> io::Result<Option<u64>> {
        let size = self.0.size(&text(path)?)?;
        Ok(size.map(|bytes| u64::try_from(bytes).unwrap_or(u64::MAX)))
    }

    fn make_new(&self, path: &Path) -> io::Result<()> {
        self.0.make_new(&text(path)?)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(&text(from)?, &text(to)?)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(&text(path)?)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(self.0.list(&text(folder)?)?.into_iter().map(PathBuf::from).collect())
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        self.0.sync_names()
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn FileLock>, TryLockError> {
        let path = text(path).map_err(TryLockError::Error)?;
        match self.0.lock_file(&path).map_err(TryLockError::Error)? {
            Some(lock) => Ok(Box::new(Held { _until_dropped: lock })),
            None => Err(TryLockError::WouldBlock),
        }
    }
}

fn text(path: &Path) -> io::Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}
