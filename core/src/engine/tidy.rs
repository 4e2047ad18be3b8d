//! Clean-up, once a day, when there is nothing else to do.

use super::step::Engine;
use crate::schedule::{DAY_MS, KEEP_JOURNAL_MS, KEEP_SETTLED_MS};
use crate::store::tidy::{KeepSince, Tidy};
use crate::store::{StoreError, StoreResult, Turn, meta};

impl Engine {
    /// Cleans up a little, where nobody waits for a report. What goes wrong with it is no failure of the sync: it is left
    /// until the next start.
    pub(super) fn tidies(&mut self) -> StoreResult<bool> {
        if self.forced || self.untidy {
            return Ok(false);
        }
        match self.tidy() {
            Err(error @ (StoreError::Suspended | StoreError::Closed)) => Err(error),
            Err(error) => {
                self.untidy = true;
                self.tidying = None;
                if error.is_damage() {
                    self.core.store.note_damage();
                }
                Ok(false)
            }
            done => done,
        }
    }

    /// Cleans up a little. Says whether it did anything: then there may be more. It never wakes a phone by itself.
    fn tidy(&mut self) -> StoreResult<bool> {
        let begun = self.tidying;
        let stage = match begun {
            Some(stage) => stage,
            None if self.tidy_is_due()? => Tidy::START,
            None => return Ok(false),
        };
        self.tidying = self.core.write(Turn::Engine, |unit| {
            let keep = KeepSince { work_ms: unit.now_ms - KEEP_SETTLED_MS, journal_ms: unit.now_ms - KEEP_JOURNAL_MS };
            let next = stage.slice(unit.db, keep)?;
            if next.is_none() {
                meta::set_tidied_ms(unit.db, unit.now_ms)?;
            }
            StoreResult::Ok(next)
        })?;
        Ok(true)
    }

    fn tidy_is_due(&self) -> StoreResult<bool> {
        // By a clock that nobody has compared with the server's, everything may look old.
        let now = self.core.context.clock.now();
        let compared = self.core.context.said().skew.as_ref().is_some_and(|skew| skew.boot_id == now.boot_id);
        if !compared {
            return Ok(false);
        }
        let (now_ms, last_ms) = self.core.read(|unit, _| StoreResult::Ok((unit.now_ms, meta::tidied_ms(unit.db)?)))?;
        match last_ms {
            // A clock that was far ahead at the last time puts it off no longer than a right one.
            Some(last_ms) => Ok((now_ms - last_ms).abs() >= DAY_MS),
            // A new store has nothing to clean; its first day begins.
            None => {
                self.core.write(Turn::Engine, |unit| meta::set_tidied_ms(unit.db, unit.now_ms))?;
                Ok(false)
            }
        }
    }
}
