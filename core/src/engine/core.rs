//! What the public face and the engine share: store, context, server, notices.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::notifier::Notices;
use super::shared::Shared;
use super::stop::Stop;
use crate::ledger::{Context, LaneView, Unit};
use crate::remote::{NativeRemote, TokenProvider};
use crate::store::{Store, StoreError, StoreResult, Turn};
use rusqlite::Connection;

/// One open Fieldkeep, without the thread that drives it.
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) context: Context,
    pub(crate) remote: NativeRemote,
    pub(crate) tokens: Arc<dyn TokenProvider>,
    pub(crate) notices: Notices,
    /// Ends a request that is under way.
    pub(super) stop: Stop,
    shared: Mutex<Shared>,
}

impl Core {
    pub(crate) fn new(store: Store, context: Context, remote: NativeRemote, tokens: Arc<dyn TokenProvider>) -> Self {
        let shared = Mutex::new(Shared { pull_wanted: true, ..Shared::default() });
        Self { store, context, remote, tokens, notices: Notices::default(), stop: Stop::default(), shared }
    }

    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One write transaction as a unit of work. Subscribers hear of what it touched after it is durable.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        turn: Turn,
        work: impl FnOnce(&Unit<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (result, touched) = self.store.write(turn, |transaction| {
            let unit = Unit::new(transaction, &self.context);
            let result = work(&unit)?;
            let touched = unit.touched();
            check_invariants(transaction, &touched)?;
            Ok::<_, E>((result, touched))
        })?;
        self.notices.records(&touched);
        Ok(result)
    }

    /// Does something in a write transaction that is rolled back whatever it says: to learn what it would do.
    pub(crate) fn rehearse<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Unit<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let undone = self.store.write(Turn::App, |transaction| {
            let unit = Unit::new(transaction, &self.context);
            Err::<Infallible, _>(work(&unit).map_or_else(Undone::Failed, Undone::Said))
        });
        match undone {
            Err(Undone::Said(said)) => Ok(said),
            Err(Undone::Failed(error)) => Err(error),
            Ok(never) => match never {},
        }
    }

    /// One read in a consistent snapshot, with the lane as it is.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Unit<'_>, LaneView) -> Result<T, E>,
    ) -> Result<T, E> {
        self.store.read(|connection| {
            let unit = Unit::new(connection, &self.context);
            let lane = self.lane_view(connection)?;
            work(&unit, lane)
        })
    }
}

/// How a rehearsal ends: as an error, so that the transaction is rolled back.
enum Undone<T, E> {
    Said(T),
    Failed(E),
}

impl<T, E: From<StoreError>> From<StoreError> for Undone<T, E> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// In debug builds each transaction proves itself before it commits.
fn check_invariants(connection: &Connection, touched: &[i64]) -> StoreResult<()> {
    if cfg!(debug_assertions) && !touched.is_empty() {
        let found = crate::store::invariants::violations_of(connection, touched)?;
        debug_assert!(found.is_empty(), "{found:?}");
    }
    Ok(())
}
