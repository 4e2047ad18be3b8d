//! A file as SQLite has it open: every call of the shim, in safe terms.

use std::sync::Arc;

use rusqlite::ffi;

use crate::disk::{Code, Disk, Refusal, State};
use crate::file::File;
use crate::locks::{Level, NONE};
use crate::shared::Shared;

/// One open file.
pub(crate) struct Open {
    disk: Arc<Disk>,
    name: String,
    /// The process that opened it.
    life: u64,
    handle: u64,
    shared: Option<Arc<Shared>>,
    /// A file without a name: SQLite's own scratch space, gone when it is closed. Nothing goes wrong with it.
    scratch: Option<File>,
    gone_when_closed: bool,
}

impl Open {
    /// Opens a file, made if `flags` ask for that.
    pub(crate) fn named(path: &str, flags: i32) -> Result<Self, Code> {
        let disk = Disk::of_path(path).ok_or(ffi::SQLITE_CANTOPEN)?;
        let mut state = disk.lock();
        let life = state.life;
        state.reads_in(life).map_err(|_| ffi::SQLITE_CANTOPEN)?;
        if state.names.get(path).is_none() {
            if flags & ffi::SQLITE_OPEN_CREATE == 0 {
                return Err(ffi::SQLITE_CANTOPEN);
            }
            state.writes_in(life, 0).map_err(|_| ffi::SQLITE_CANTOPEN)?;
            state.names.make(path);
        }
        state.last_handle += 1;
        let handle = state.last_handle;
        drop(state);
        let gone_when_closed = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
        Ok(Self { disk, name: path.to_owned(), life, handle, shared: None, scratch: None, gone_when_closed })
    }

    /// Opens scratch space.
    pub(crate) fn scratch() -> Self {
        let disk = Disk::nameless("scratch");
        let scratch = Some(File::default());
        Self { disk, name: String::new(), life: 0, handle: 0, shared: None, scratch, gone_when_closed: false }
    }

    pub(crate) fn read(&mut self, offset: usize, into: &mut [u8]) -> Result<usize, Code> {
        if let Some(scratch) = &self.scratch {
            return Ok(scratch.read(offset, into));
        }
        let mut state = self.disk.lock();
        state.reads_in(self.life).map_err(|_| ffi::SQLITE_IOERR_READ)?;
        let file = state.names.get_mut(&self.name).ok_or(ffi::SQLITE_IOERR_READ)?;
        Ok(file.read(offset, into))
    }

    pub(crate) fn write(&mut self, offset: usize, data: &[u8]) -> Result<(), Code> {
        if let Some(scratch) = &mut self.scratch {
            scratch.write(offset, data);
            return Ok(());
        }
        let mut state = self.disk.lock();
        let grown = state.names.get(&self.name).map_or(0, |file| (offset + data.len()).saturating_sub(file.len()));
        state.writes_in(self.life, grown).map_err(|refusal| of_write(refusal, ffi::SQLITE_IOERR_WRITE))?;
        file_of(&mut state, &self.name, ffi::SQLITE_IOERR_WRITE)?.write(offset, data);
        Ok(())
    }

    pub(crate) fn truncate(&mut self, size: usize) -> Result<(), Code> {
        if let Some(scratch) = &mut self.scratch {
            scratch.truncate(size);
            return Ok(());
        }
        let mut state = self.disk.lock();
        state.writes_in(self.life, 0).map_err(|refusal| of_write(refusal, ffi::SQLITE_IOERR_TRUNCATE))?;
        file_of(&mut state, &self.name, ffi::SQLITE_IOERR_TRUNCATE)?.truncate(size);
        Ok(())
    }

    pub(crate) fn sync(&mut self) -> Result<(), Code> {
        if self.scratch.is_some() {
            return Ok(());
        }
        let mut state = self.disk.lock();
        state.writes_in(self.life, 0).map_err(|_| ffi::SQLITE_IOERR_FSYNC)?;
        state.sync(&self.name);
        Ok(())
    }

    pub(crate) fn size(&mut self) -> Result<usize, Code> {
        if let Some(scratch) = &self.scratch {
            return Ok(scratch.len());
        }
        let mut state = self.disk.lock();
        state.reads_in(self.life).map_err(|_| ffi::SQLITE_IOERR_FSTAT)?;
        Ok(file_of(&mut state, &self.name, ffi::SQLITE_IOERR_FSTAT)?.len())
    }

    pub(crate) fn raise(&mut self, level: Level) -> Result<(), Code> {
        if self.scratch.is_some() {
            return Ok(());
        }
        let mut state = self.disk.lock();
        state.reads_in(self.life).map_err(|_| ffi::SQLITE_IOERR_LOCK)?;
        let raised = file_of(&mut state, &self.name, ffi::SQLITE_IOERR_LOCK)?.locks.raise(self.handle, level);
        if raised { Ok(()) } else { Err(ffi::SQLITE_BUSY) }
    }

    pub(crate) fn lower(&mut self, level: Level) {
        let mut state = self.disk.lock();
        if state.reads_in(self.life) == Err(Refusal::Dead) {
            return;
        }
        if let Some(file) = state.names.get_mut(&self.name) {
            file.locks.lower(self.handle, level);
        }
    }

    pub(crate) fn reserved(&mut self) -> bool {
        self.disk.lock().names.get(&self.name).is_some_and(|file| file.locks.reserved())
    }

    /// Where a region of the shared memory lies. It lives as long as this does.
    pub(crate) fn region(&mut self, index: usize, bytes: usize, extend: bool) -> Result<Option<*mut u8>, Code> {
        let shared = match &self.shared {
            Some(shared) => Arc::clone(shared),
            None => {
                let mut state = self.disk.lock();
                state.reads_in(self.life).map_err(|_| ffi::SQLITE_IOERR_SHMMAP)?;
                let file = file_of(&mut state, &self.name, ffi::SQLITE_IOERR_SHMMAP)?;
                let shared = file.shared.upgrade().unwrap_or_default();
                file.shared = Arc::downgrade(&shared);
                shared
            }
        };
        self.shared = Some(Arc::clone(&shared));
        Ok(shared.region(index, bytes, extend))
    }

    pub(crate) fn take_shared(&mut self, slots: std::ops::Range<usize>, exclusive: bool) -> Result<(), Code> {
        let shared = self.shared.as_ref().ok_or(ffi::SQLITE_IOERR_SHMLOCK)?;
        if shared.take(self.handle, slots, exclusive) { Ok(()) } else { Err(ffi::SQLITE_BUSY) }
    }

    pub(crate) fn give_back_shared(&mut self, slots: std::ops::Range<usize>) {
        if let Some(shared) = &self.shared {
            shared.give_back(self.handle, slots);
        }
    }

    pub(crate) fn leave_shared(&mut self) {
        if let Some(shared) = self.shared.take() {
            shared.leave(self.handle);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.leave_shared();
        self.lower(NONE);
        if self.gone_when_closed {
            self.disk.lock().names.remove(&self.name);
        }
    }
}

/// Removes a file for SQLite.
pub(crate) fn delete(path: &str) -> Result<(), Code> {
    let disk = Disk::of_path(path).ok_or(ffi::SQLITE_IOERR_DELETE)?;
    let mut state = disk.lock();
    let life = state.life;
    state.writes_in(life, 0).map_err(|_| ffi::SQLITE_IOERR_DELETE)?;
    if state.names.remove(path) { Ok(()) } else { Err(ffi::SQLITE_IOERR_DELETE_NOENT) }
}

/// Whether there is a file.
pub(crate) fn exists(path: &str) -> Result<bool, Code> {
    let disk = Disk::of_path(path).ok_or(ffi::SQLITE_IOERR_ACCESS)?;
    let state = disk.lock();
    state.reads_in(state.life).map_err(|_| ffi::SQLITE_IOERR_ACCESS)?;
    // As SQLite itself does it on unix: an empty file counts as none.
    Ok(state.names.get(path).is_some_and(|file| file.len() > 0))
}

fn file_of<'a>(state: &'a mut State, name: &str, code: Code) -> Result<&'a mut File, Code> {
    state.names.get_mut(name).ok_or(code)
}

fn of_write(refusal: Refusal, code: Code) -> Code {
    if refusal == Refusal::Full { ffi::SQLITE_FULL } else { code }
}

/// Makes the names of a disk durable, for SQLite.
pub(crate) fn sync_names(path: &str) -> Result<(), Code> {
    let disk = Disk::of_path(path).ok_or(ffi::SQLITE_IOERR_DIR_FSYNC)?;
    let mut state = disk.lock();
    let life = state.life;
    state.writes_in(life, 0).map_err(|_| ffi::SQLITE_IOERR_DIR_FSYNC)?;
    state.sync_names();
    Ok(())
}
