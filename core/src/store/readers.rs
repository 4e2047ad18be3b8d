//! Short-lived readers beside the writer: a list on the screen never waits for a page from the server.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::error::{StoreError, StoreResult};
use super::open::{self, Place};

/// Readers kept open between reads. More can be at work at once; the surplus is closed afterwards.
const KEPT_READERS: usize = 3;
/// A read consists of many statements, and an interrupt ends the one that runs: between two of them it is lost. So it comes
/// again, often enough for a deadline of half a second.
const BETWEEN_INTERRUPTS: Duration = Duration::from_millis(5);

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    at_work: Vec<(u64, InterruptHandle)>,
    last: u64,
    closed: bool,
    /// They will not be opened again.
    over: bool,
}

/// The pool.
#[derive(Default)]
pub(crate) struct Readers {
    state: Mutex<State>,
    changed: Condvar,
}

impl Readers {
    /// Lets reads begin.
    pub(crate) fn open(&self) {
        self.state().closed = false;
    }

    /// Runs a read on a connection of its own, in one consistent snapshot.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        database: &Place,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = self.take(database)?;
        let connection = reader.connection.as_mut().ok_or(StoreError::Closed)?;
        let transaction = connection.transaction().map_err(StoreError::from)?;
        work(&transaction)
    }

    fn take(&self, database: &Place) -> StoreResult<Reader<'_>> {
        let mut state = self.state();
        if state.closed {
            return Err(if state.over { StoreError::Closed } else { StoreError::Suspended });
        }
        let connection = match state.idle.pop() {
            Some(connection) => connection,
            None => open::reader(database)?,
        };
        state.last += 1;
        let ticket = state.last;
        state.at_work.push((ticket, connection.get_interrupt_handle()));
        Ok(Reader { readers: self, ticket, connection: Some(connection) })
    }

    /// From now on closed readers stay closed.
    pub(crate) fn end(&self) {
        self.state().over = true;
    }

    /// Ends reading: interrupts what runs until it has ended, and closes all readers.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        while !state.at_work.is_empty() {
            for (_, handle) in &state.at_work {
                handle.interrupt();
            }
            state = self
                .changed
                .wait_timeout(state, BETWEEN_INTERRUPTS)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
        state.idle.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader at work, given back when dropped: also by a read that panics, or nobody could close any more.
struct Reader<'a> {
    readers: &'a Readers,
    ticket: u64,
    /// There until it is dropped.
    connection: Option<Connection>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut state = self.readers.state();
        state.at_work.retain(|(other, _)| *other != self.ticket);
        if !state.closed && state.idle.len() < KEPT_READERS {
            state.idle.extend(self.connection.take());
        }
        self.readers.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_read_that_panics_keeps_nobody_from_closing() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("database");
        rusqlite::Connection::open(&database).unwrap().execute_batch("CREATE TABLE t(a)").unwrap();
        let database = Place { path: database, vfs: None };
        let readers = Readers::default();
        let read = || readers.read(&database, |_| -> StoreResult<()> { panic!("a defect") });
        assert!(catch_unwind(AssertUnwindSafe(read)).is_err());
        assert!(readers.state().at_work.is_empty(), "it does not count as one at work");
        readers.close();
    }
}
