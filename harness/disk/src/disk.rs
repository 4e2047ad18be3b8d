//! A disk with one process on it at a time, and what goes wrong with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::names::Names;

/// What SQLite is told; 0 is fine.
pub(crate) type Code = i32;

/// What is wrong with a disk for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing can be read or written, as while a phone is locked.
    Locked,
    /// So many more operations work, then one fails, then all work again.
    Once(u64),
}

/// A disk.
pub struct Disk {
    name: String,
    pub(crate) state: Mutex<State>,
}

pub(crate) struct State {
    /// Which process is on it: files opened by an earlier one are dead.
    pub(crate) life: u64,
    /// Whether that process lives.
    pub(crate) running: bool,
    pub(crate) names: Names,
    pub(crate) last_handle: u64,
    fuse: Option<u64>,
    died: bool,
    fault: Option<Fault>,
    capacity: Option<usize>,
    /// Files that a process has for itself.
    pub(crate) locked: BTreeMap<String, u64>,
    operations: u64,
    lies: bool,
}

/// All disks that are in use, by name.
static DISKS: Mutex<BTreeMap<String, Weak<Disk>>> = Mutex::new(BTreeMap::new());

/// What a file operation of a dead process, or on a failing disk, comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Dead,
    Failed,
    Full,
}

impl Disk {
    /// An empty disk. A name has one disk at a time; the newest counts.
    #[must_use]
    pub fn new(name: &str) -> Arc<Self> {
        let disk = Self::nameless(name);
        let mut disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
        disks.retain(|_, disk| disk.strong_count() > 0);
        disks.insert(name.to_owned(), Arc::downgrade(&disk));
        disk
    }

    /// One that no path leads to.
    pub(crate) fn nameless(name: &str) -> Arc<Self> {
        let state = State {
            life: 0,
            running: false,
            names: Names::default(),
            last_handle: 0,
            fuse: None,
            died: false,
            fault: None,
            capacity: None,
            locked: BTreeMap::new(),
            operations: 0,
            lies: false,
        };
        Arc::new(Self { name: name.to_owned(), state: Mutex::new(state) })
    }

    /// The disk that a path lies on.
    pub(crate) fn of_path(path: &str) -> Option<Arc<Self>> {
        let name = path.strip_prefix('/')?.split('/').next()?;
        DISKS.lock().unwrap_or_else(PoisonError::into_inner).get(name)?.upgrade()
    }

    /// Where its files lie.
    #[must_use]
    pub fn root(&self) -> String {
        format!("/{}", self.name)
    }

    /// The process dies: what it wrote stays, its locks and its memory go.
    pub fn kill(&self) {
        self.lock().end_process();
    }

    /// The power goes: `draw(n)` gives a number from 0 to n, and decides what of the unsynced is lost.
    pub fn lose_power(&self, draw: &mut dyn FnMut(usize) -> usize) {
        let mut state = self.lock();
        state.end_process();
        state.names.lose_power(draw);
    }

    /// After so many more writing operations the process dies by itself; none takes that back.
    pub fn set_fuse(&self, operations: Option<u64>) {
        self.lock().fuse = operations;
    }

    /// Takes the fuse away, for somebody who looks in between; gives what was left of it.
    pub fn take_fuse(&self) -> Option<u64> {
        self.lock().fuse.take()
    }

    /// Whether the fuse has burnt down since this was asked last.
    pub fn has_died(&self) -> bool {
        std::mem::take(&mut self.lock().died)
    }

    /// Whether the fuse has burnt down, without taking notice.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.lock().died
    }

    /// Sets or ends a fault.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    /// Sets how many bytes it holds, none without limit.
    pub fn set_capacity(&self, bytes: Option<usize>) {
        self.lock().capacity = bytes;
    }

    /// A disk that says it has synced and has not: for showing what that would cost.
    pub fn set_lies(&self, lies: bool) {
        self.lock().lies = lies;
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().names.all().map(|(_, file)| file.len()).sum()
    }

    /// Writing operations so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a process of that life may read now.
    pub(crate) fn reads_in(&self, life: u64) -> Result<(), Refusal> {
        match self.fault {
            _ if life != self.life || !self.running => Err(Refusal::Dead),
            Some(Fault::Locked) => Err(Refusal::Failed),
            _ => Ok(()),
        }
    }

    /// Whether a process of that life may write so many more bytes now; counts the operation.
    pub(crate) fn writes_in(&mut self, life: u64, more_bytes: usize) -> Result<(), Refusal> {
        self.reads_in(life)?;
        self.operations += 1;
        match &mut self.fuse {
            Some(0) => {
                self.end_process();
                self.died = true;
                return Err(Refusal::Dead);
            }
            Some(left) => *left -= 1,
            None => {}
        }
        match self.fault {
            Some(Fault::Once(0)) => {
                self.fault = None;
                return Err(Refusal::Failed);
            }
            Some(Fault::Once(left)) => self.fault = Some(Fault::Once(left - 1)),
            _ => {}
        }
        let bytes: usize = self.names.all().map(|(_, file)| file.len()).sum();
        match self.capacity {
            Some(capacity) if more_bytes > 0 && bytes + more_bytes > capacity => Err(Refusal::Full),
            _ => Ok(()),
        }
    }

    /// A sync, unless the disk lies.
    pub(crate) fn sync(&mut self, name: &str) {
        if self.lies {
            return;
        }
        if let Some(file) = self.names.get_mut(name) {
            file.sync();
        }
        self.names.sync();
    }

    /// The same for the names alone.
    pub(crate) fn sync_names(&mut self) {
        if !self.lies {
            self.names.sync();
        }
    }

    pub(crate) fn end_process(&mut self) {
        self.life += 1;
        self.running = false;
        self.fuse = None;
        self.locked.clear();
        self.names.lose_process();
    }
}

impl Refusal {
    pub(crate) fn for_io(self) -> std::io::Error {
        match self {
            Self::Full => std::io::ErrorKind::StorageFull.into(),
            Self::Dead | Self::Failed => std::io::Error::other("the disk failed"),
        }
    }
}
