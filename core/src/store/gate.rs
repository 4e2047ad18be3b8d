//! The one writer, handed to one caller at a time. A person's save goes before the engine's next slice (pitfall P12).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::error::{StoreError, StoreResult};

/// App calls that may pass an engine that waits. Without a bound, an app that saves without end starves the engine: nothing is
/// sent, and `suspend`, which waits for the engine's step, never ends.
const APP_TURNS_AHEAD: u32 = 20;
/// An interrupt ends the statement that runs; between two statements it is lost, so it comes again.
const BETWEEN_INTERRUPTS: Duration = Duration::from_millis(5);

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
    engines_waiting: usize,
    /// App calls that passed while the engine waited.
    passed: u32,
    closed: bool,
    /// It will not be opened again.
    over: bool,
    interrupt: Option<InterruptHandle>,
}

impl State {
    fn waiting(&mut self, turn: Turn) -> &mut usize {
        match turn {
            Turn::App => &mut self.apps_waiting,
            Turn::Engine => &mut self.engines_waiting,
        }
    }

    /// Whose turn it is, once the writer is free.
    fn may_go(&self, turn: Turn) -> bool {
        let engine_first = self.engines_waiting > 0 && self.passed >= APP_TURNS_AHEAD;
        match turn {
            Turn::App => !engine_first,
            Turn::Engine => self.apps_waiting == 0 || engine_first,
        }
    }
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
        *state.waiting(turn) += 1;
        let blocked = |state: &mut State| !state.closed && (state.busy || !state.may_go(turn));
        state = self.changed.wait_while(state, blocked).unwrap_or_else(PoisonError::into_inner);
        *state.waiting(turn) -= 1;
        let connection = if state.closed { None } else { state.idle.take() };
        let Some(connection) = connection else {
            self.changed.notify_all();
            return Err(if state.over { StoreError::Closed } else { StoreError::Suspended });
        };
        state.busy = true;
        state.passed = if turn == Turn::App && state.engines_waiting > 0 { state.passed + 1 } else { 0 };
        Ok(Writer { gate: self, connection: Some(connection) })
    }

    /// From now on a closed gate stays closed.
    pub(crate) fn end(&self) {
        self.state().over = true;
    }

    /// Whether it stays closed.
    pub(crate) fn is_over(&self) -> bool {
        self.state().over
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
        while waited.timed_out() && state.busy {
            if let Some(handle) = &state.interrupt {
                handle.interrupt();
            }
            state = self
                .changed
                .wait_timeout(state, BETWEEN_INTERRUPTS)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
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
