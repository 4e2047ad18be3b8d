//! One file: what processes see, and what a power cut leaves of it.

use std::collections::BTreeSet;
use std::sync::Weak;

use crate::locks::Locks;
use crate::shared::Shared;

/// What is kept or lost as one: SQLite's page, and what it takes a sector to be here.
pub(crate) const PAGE: usize = 4096;

/// A file with a name.
#[derive(Default)]
pub(crate) struct File {
    /// What processes see.
    written: Vec<u8>,
    /// What was there at the last sync.
    synced: Vec<u8>,
    /// Pages written since.
    unsynced: BTreeSet<usize>,
    /// Locks on the file as a whole.
    pub(crate) locks: Locks,
    /// Memory that the connections to it share: SQLite's index of the log.
    pub(crate) shared: Weak<Shared>,
}

impl File {
    pub(crate) fn len(&self) -> usize {
        self.written.len()
    }

    /// Reads what there is; says how much that was.
    pub(crate) fn read(&self, offset: usize, into: &mut [u8]) -> usize {
        let from = self.written.get(offset..).unwrap_or_default();
        let bytes = from.len().min(into.len());
        into[..bytes].copy_from_slice(&from[..bytes]);
        bytes
    }

    pub(crate) fn write(&mut self, offset: usize, data: &[u8]) {
        let end = offset + data.len();
        if self.written.len() < end {
            self.touch(self.written.len(), end);
            self.written.resize(end, 0);
        }
        self.written[offset..end].copy_from_slice(data);
        self.touch(offset, end);
    }

    pub(crate) fn truncate(&mut self, size: usize) {
        let before = self.written.len();
        self.written.resize(size, 0);
        self.touch(before.min(size), before.max(size));
    }

    /// From here on a power cut leaves it as it is.
    pub(crate) fn sync(&mut self) {
        self.synced.resize(self.written.len(), 0);
        for page in std::mem::take(&mut self.unsynced) {
            let range = range_of(page, self.written.len());
            self.synced[range.clone()].copy_from_slice(&self.written[range]);
        }
    }

    /// The power goes: of each page written since the last sync `keeps` says whether it reached the disk.
    pub(crate) fn lose_power(&mut self, keeps: &mut dyn FnMut() -> bool) {
        let mut left = std::mem::take(&mut self.synced);
        let shortened = self.written.len() < left.len();
        for page in std::mem::take(&mut self.unsynced) {
            let range = range_of(page, self.written.len());
            if range.is_empty() || !keeps() {
                continue;
            }
            if left.len() < range.end {
                left.resize(range.end, 0);
            }
            left[range.clone()].copy_from_slice(&self.written[range]);
        }
        if shortened && keeps() {
            left.truncate(self.written.len());
        }
        self.synced.clone_from(&left);
        self.written = left;
    }

    fn touch(&mut self, from: usize, to: usize) {
        self.unsynced.extend(from / PAGE..to.div_ceil(PAGE));
    }
}

fn range_of(page: usize, len: usize) -> std::ops::Range<usize> {
    (page * PAGE).min(len)..((page + 1) * PAGE).min(len)
}
