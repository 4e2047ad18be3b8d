//! The one writer, handed to one caller at a time. A person's save goes before the engine's next slice (pitfall P12).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::error::{StoreError, StoreResult};

/// Who asks for the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A call from the app: somebody waits for it.
    App,
    /// The engine: it can wait.
    Engine,
}

#[derive(Default)]
struct State {
    /// The writer, while nobody has it.
    idle: Option<Connection>,
    /// Somebody has it.
    busy: bool,
    apps_waiting: usize,
    closed: bool,
    interrupt: Option<InterruptHandle>,
}

/// Hands out the writer.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

/// The writer, given back when dropped.
pub(crate) struct Writer<'a> {
    gate: &'a Gate,
    connection: Option<Connection>,
}

impl Gate {
    /// Opens the gate with a writer.
    pub(crate) fn put(&self, connection: Connection) {
        let mut state = self.state();
        state.interrupt = Some(connection.get_interrupt_handle());
        state.idle = Some(connection);
        state.busy = false;
        state.closed = false;
        self.changed.notify_all();
    }

    /// Waits for the writer.
    pub(crate) fn enter(&self, turn: Turn) -> StoreResult<Writer<'_>> {
        let mut state = self.state();
        if turn == Turn::App {
            state.apps_waiting += 1;
        }
        let blocked =
            |state: &mut State| !state.closed && (state.busy || turn == Turn::Engine && state.apps_waiting > 0);
        state = self.changed.wait_while(state, blocked).unwrap_or_else(PoisonError::into_inner);
        if turn == Turn::App {
            state.apps_waiting -= 1;
        }
        let connection = if state.closed { None } else { state.idle.take() };
        let Some(connection) = connection else {
            self.changed.notify_all();
            return Err(StoreError::Suspended);
        };
        state.busy = true;
        Ok(Writer { gate: self, connection: Some(connection) })
    }

    /// Closes the gate: nobody new gets the writer. Waits for the one who has it; after `patience` the running statement
    /// is interrupted, which rolls its transaction back.
    pub(crate) fn close(&self, patience: Duration) -> Option<Connection> {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        let (mut state, waited) = self
            .changed
            .wait_timeout_while(state, patience, |state| state.busy)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() && state.busy {
            if let Some(handle) = &state.interrupt {
                handle.interrupt();
            }
            state = self.changed.wait_while(state, |state| state.busy).unwrap_or_else(PoisonError::into_inner);
        }
        state.interrupt = None;
        state.idle.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer<'_> {
    /// The connection.
    pub(crate) fn connection(&mut self) -> StoreResult<&mut Connection> {
        self.connection.as_mut().ok_or(StoreError::Closed)
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.idle = self.connection.take();
        state.busy = false;
        self.gate.changed.notify_all();
    }
}
