//! Table `lanes`: the backoff of each lane.

use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, StoreResult};
use crate::schedule::{Due, LaneReason};

/// The lane of small edits.
pub(crate) const FAST: &str = "fast";

/// The backoff of a lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneRow {
    /// Failures in a row.
    pub(crate) failures: i64,
    /// When it may try again.
    pub(crate) due: Option<Due>,
    /// Why it waits.
    pub(crate) reason: Option<LaneReason>,
    /// The server named the time.
    pub(crate) server_floor: bool,
}

pub(crate) fn get(db: &Connection, name: &str) -> StoreResult<LaneRow> {
    let mut statement = db.prepare_cached(
        "SELECT failures,reason,server_floor,wait_ms,due_wall_ms,due_boot_ms,boot_id FROM lanes WHERE name=?1",
    )?;
    let row = statement
        .query_row([name], |row| {
            let due = super::records::read_due(row, 3)?;
            Ok((row.get(0)?, row.get::<_, Option<String>>(1)?, row.get(2)?, due))
        })
        .optional()?;
    let Some((failures, reason, server_floor, due)) = row else { return Ok(LaneRow::default()) };
    let reason = reason
        .map(|text| serde_json::from_value(serde_json::Value::String(text)))
        .transpose()
        .map_err(|error| StoreError::Unreadable(error.to_string()))?;
    Ok(LaneRow { failures, due, reason, server_floor })
}

pub(crate) fn set(db: &Connection, name: &str, row: &LaneRow) -> StoreResult<()> {
    let due = row.due.as_ref();
    let reason = row.reason.and_then(|reason| serde_json::to_value(reason).ok());
    db.prepare_cached(
        "INSERT INTO lanes(name,failures,reason,server_floor,wait_ms,due_wall_ms,due_boot_ms,boot_id) \
         VALUES(?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT(name) DO UPDATE SET failures=excluded.failures,\
         reason=excluded.reason,server_floor=excluded.server_floor,wait_ms=excluded.wait_ms,\
         due_wall_ms=excluded.due_wall_ms,due_boot_ms=excluded.due_boot_ms,boot_id=excluded.boot_id",
    )?
    .execute(params![
        name,
        row.failures,
        reason.as_ref().and_then(|reason| reason.as_str()),
        row.server_floor,
        due.map(|due| due.wait_ms),
        due.map(|due| due.wall_ms),
        due.map(|due| due.boot_ms),
        due.map(|due| &due.boot_id),
    ])?;
    Ok(())
}
