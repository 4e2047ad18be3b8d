//! The files of a disk as one process has them, beside what SQLite opens.

use std::sync::Arc;

use crate::disk::{Disk, Refusal};
use crate::file::File;

/// A process on a disk. When it has died, all of its calls fail.
#[derive(Clone)]
pub struct Process {
    disk: Arc<Disk>,
    life: u64,
}

/// A file that a process has for itself, until this is dropped.
pub struct LockedFile {
    disk: Arc<Disk>,
    path: String,
    life: u64,
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        let mut state = self.disk.lock();
        if state.locked.get(&self.path) == Some(&self.life) {
            state.locked.remove(&self.path);
        }
    }
}

impl Process {
    /// The next process on this disk; the one before is dead.
    #[must_use]
    pub fn start(disk: &Arc<Disk>) -> Self {
        let mut state = disk.lock();
        state.end_process();
        state.running = true;
        Self { disk: Arc::clone(disk), life: state.life }
    }

    /// Bytes of a file; none when there is none.
    ///
    /// # Errors
    /// Nothing can be read now.
    pub fn size(&self, path: &str) -> std::io::Result<Option<usize>> {
        let state = self.disk.lock();
        state.reads_in(self.life).map_err(Refusal::for_io)?;
        Ok(state.names.get(path).map(File::len))
    }

    /// Makes an empty file, durable at once.
    ///
    /// # Errors
    /// There is one, or nothing can be written now.
    pub fn make_new(&self, path: &str) -> std::io::Result<()> {
        let mut state = self.disk.lock();
        state.writes_in(self.life, 1).map_err(Refusal::for_io)?;
        if state.names.get(path).is_some() {
            return Err(std::io::ErrorKind::AlreadyExists.into());
        }
        state.names.make(path);
        state.names.sync();
        Ok(())
    }

    /// Gives a file another name.
    ///
    /// # Errors
    /// There is none, or nothing can be written now.
    pub fn rename(&self, from: &str, to: &str) -> std::io::Result<()> {
        let mut state = self.disk.lock();
        state.writes_in(self.life, 0).map_err(Refusal::for_io)?;
        if state.names.rename(from, to) { Ok(()) } else { Err(std::io::ErrorKind::NotFound.into()) }
    }

    /// Removes a file.
    ///
    /// # Errors
    /// There is none, or nothing can be written now.
    pub fn remove(&self, path: &str) -> std::io::Result<()> {
        let mut state = self.disk.lock();
        state.writes_in(self.life, 0).map_err(Refusal::for_io)?;
        if state.names.remove(path) { Ok(()) } else { Err(std::io::ErrorKind::NotFound.into()) }
    }

    /// The paths below a folder.
    ///
    /// # Errors
    /// Nothing can be read now.
    pub fn list(&self, folder: &str) -> std::io::Result<Vec<String>> {
        let state = self.disk.lock();
        state.reads_in(self.life).map_err(Refusal::for_io)?;
        let prefix = format!("{folder}/");
        Ok(state.names.all().map(|(name, _)| name).filter(|name| name.starts_with(&prefix)).cloned().collect())
    }

    /// Makes the names durable.
    ///
    /// # Errors
    /// Nothing can be written now.
    pub fn sync_names(&self) -> std::io::Result<()> {
        let mut state = self.disk.lock();
        state.writes_in(self.life, 0).map_err(Refusal::for_io)?;
        state.sync_names();
        Ok(())
    }

    /// Takes a file for the process alone; none when it has it already.
    ///
    /// # Errors
    /// Nothing can be written now.
    pub fn lock_file(&self, path: &str) -> std::io::Result<Option<LockedFile>> {
        let mut state = self.disk.lock();
        state.writes_in(self.life, 0).map_err(Refusal::for_io)?;
        if state.locked.contains_key(path) {
            return Ok(None);
        }
        if state.names.get(path).is_none() {
            state.names.make(path);
        }
        state.locked.insert(path.to_owned(), self.life);
        Ok(Some(LockedFile { disk: Arc::clone(&self.disk), path: path.to_owned(), life: self.life }))
    }
}
