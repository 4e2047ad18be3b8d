//! An item of the outbox, taken by its operation: what a person may pause, take up again or give up.

use thiserror::Error;

use super::edit::StoreFailure;
use super::unit::Unit;
use crate::store::changes::{self, Change, State};
use crate::store::{StoreError, StoreResult};

/// Why nothing is done with an item. Nothing was changed.
#[derive(Debug, Error)]
pub(crate) enum ItemProblem {
    /// No such operation waits: it has ended, or there never was one.
    #[error("there is no operation {0} that waits")]
    NotFound(i64),
    /// Sent, and the answer is not in: it may have arrived already.
    #[error("operation {0} is on its way to the server")]
    OnItsWay(i64),
    /// What would be given up is not what the plan says any more.
    #[error("what would be given up has changed since the plan was made")]
    PlanChanged,
    #[error(transparent)]
    Store(#[from] StoreFailure),
}

impl From<StoreError> for ItemProblem {
    fn from(error: StoreError) -> Self {
        Self::Store(StoreFailure(error))
    }
}

/// The live changes of an operation of which nothing is on its way.
pub(super) fn waiting_item(unit: &Unit<'_>, op: i64) -> Result<Vec<Change>, ItemProblem> {
    let live = changes::live_of_op(unit.db, op)?;
    if live.is_empty() {
        return Err(ItemProblem::NotFound(op));
    }
    if live.iter().any(|change| change.state == State::Sealed) {
        return Err(ItemProblem::OnItsWay(op));
    }
    Ok(live)
}

/// The live changes of all that is sent together with these.
pub(super) fn companions(unit: &Unit<'_>, item: &[Change]) -> StoreResult<Vec<Change>> {
    let mut groups: Vec<i64> = item.iter().filter_map(|change| change.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut found = Vec::new();
    for group in groups {
        found.extend(changes::live_of_group(unit.db, group)?);
    }
    Ok(found)
}
