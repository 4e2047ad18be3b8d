//! SQLite's five levels of locks on a file (<https://www.sqlite.org/lockingv3.html>).

use std::collections::BTreeMap;

/// A level, as SQLite numbers them.
pub(crate) type Level = i32;

pub(crate) const NONE: Level = 0;
const SHARED: Level = 1;
const RESERVED: Level = 2;
const PENDING: Level = 3;
const EXCLUSIVE: Level = 4;

/// Who has which level.
#[derive(Default)]
pub(crate) struct Locks(BTreeMap<u64, Level>);

impl Locks {
    /// Raises a holder's level; false when others are in the way.
    pub(crate) fn raise(&mut self, holder: u64, level: Level) -> bool {
        if self.level_of(holder) >= level {
            return true;
        }
        let others = self.0.iter().filter(|(other, _)| **other != holder).map(|(_, level)| *level).max();
        let others = others.unwrap_or(NONE);
        let allowed = match level {
            SHARED => others < PENDING,
            RESERVED => others < RESERVED,
            _ => others < SHARED,
        };
        if allowed {
            self.0.insert(holder, level);
        } else if level == EXCLUSIVE && others < RESERVED {
            // No new readers, until those that are there have gone.
            self.0.insert(holder, PENDING);
        }
        allowed
    }

    /// Lowers a holder's level.
    pub(crate) fn lower(&mut self, holder: u64, level: Level) {
        if level == NONE {
            self.0.remove(&holder);
        } else {
            self.0.insert(holder, level);
        }
    }

    /// Whether anybody is about to write.
    pub(crate) fn reserved(&self) -> bool {
        self.0.values().any(|level| *level >= RESERVED)
    }

    /// All of a process are gone with it.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn level_of(&self, holder: u64) -> Level {
        self.0.get(&holder).copied().unwrap_or(NONE)
    }
}
