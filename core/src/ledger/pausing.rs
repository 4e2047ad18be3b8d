//! Pausing what waits, and taking it up again (requirement B9).

use std::collections::BTreeMap;

use serde_json::json;

use super::item::{ItemProblem, companions, waiting_item};
use super::unit::Unit;
use crate::store::paused;

/// Keeps an operation, and all that is sent together with it, from being sent.
pub(crate) fn pause(unit: &Unit<'_>, op: i64) -> Result<(), ItemProblem> {
    for (member, record) in members(unit, op)? {
        if paused::add(unit.db, member)? {
            note(unit, record, member, "paused")?;
        }
    }
    Ok(())
}

/// Takes it up again.
pub(crate) fn unpause(unit: &Unit<'_>, op: i64) -> Result<(), ItemProblem> {
    for (member, record) in members(unit, op)? {
        if paused::remove(unit.db, member)? {
            note(unit, record, member, "unpaused")?;
        }
    }
    Ok(())
}

/// The operation and those of its group, with their records. A group is on its way as a whole or not at all.
fn members(unit: &Unit<'_>, op: i64) -> Result<BTreeMap<i64, i64>, ItemProblem> {
    let item = waiting_item(unit, op)?;
    let companions = companions(unit, &item)?;
    Ok(item.iter().chain(&companions).map(|change| (change.op, change.record)).collect())
}

fn note(unit: &Unit<'_>, record: i64, op: i64, kind: &str) -> Result<(), ItemProblem> {
    unit.journal(Some(record), kind, &json!({"op": op, "by": unit.context.user}))?;
    unit.touch(record);
    Ok(())
}
