//! The memory that connections to one database share, and the locks on it: what SQLite's WAL mode needs besides files.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Locks that WAL mode has (`SQLITE_SHM_NLOCK`).
const LOCKS: usize = 8;

/// Shared memory of one database in one process.
#[derive(Default)]
pub(crate) struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    regions: Vec<Region>,
    locks: [Lock; LOCKS],
}

#[derive(Default)]
struct Lock {
    exclusive: Option<u64>,
    shared: BTreeSet<u64>,
}

/// Zeroed memory at a place that never moves. SQLite reads and writes it from several threads, by its own rules.
struct Region {
    start: *mut u64,
    words: usize,
}

// SAFETY: the memory is only handed out as a raw pointer, and freed by the last owner alone.
unsafe impl Send for Region {}

impl Region {
    fn new(bytes: usize) -> Self {
        let words = bytes.div_ceil(8);
        let memory: Box<[u64]> = vec![0; words].into_boxed_slice();
        Self { start: Box::into_raw(memory).cast(), words }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        let slice = std::ptr::slice_from_raw_parts_mut(self.start, self.words);
        // SAFETY: made by `Box::into_raw` in `new` with this very length, and dropped once.
        drop(unsafe { Box::from_raw(slice) });
    }
}

impl Shared {
    /// Where a region lies, made with those before it if asked to. It stays there as long as this lives.
    pub(crate) fn region(&self, index: usize, bytes: usize, extend: bool) -> Option<*mut u8> {
        let mut state = self.lock();
        while extend && state.regions.len() <= index {
            state.regions.push(Region::new(bytes));
        }
        state.regions.get(index).map(|region| region.start.cast())
    }

    /// Takes locks; false, and none taken, when somebody else is in the way.
    pub(crate) fn take(&self, holder: u64, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let mut state = self.lock();
        let Some(locks) = state.locks.get_mut(slots) else { return false };
        let blocked = |lock: &Lock| {
            let written = lock.exclusive.is_some_and(|other| other != holder);
            written || exclusive && lock.shared.iter().any(|other| *other != holder)
        };
        if locks.iter().any(blocked) {
            return false;
        }
        for lock in locks {
            if exclusive {
                lock.exclusive = Some(holder);
            } else {
                lock.shared.insert(holder);
            }
        }
        true
    }

    /// Gives locks back.
    pub(crate) fn give_back(&self, holder: u64, slots: std::ops::Range<usize>) {
        let mut state = self.lock();
        for lock in state.locks.get_mut(slots).into_iter().flatten() {
            lock.shared.remove(&holder);
            if lock.exclusive == Some(holder) {
                lock.exclusive = None;
            }
        }
    }

    /// Gives all locks back.
    pub(crate) fn leave(&self, holder: u64) {
        self.give_back(holder, 0..LOCKS);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
