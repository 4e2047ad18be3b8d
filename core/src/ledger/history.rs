//! The history of a record: what happened to it on this device, and what came of it.

use super::unit::Unit;
use crate::store::{StoreResult, changes, journal};

/// One event in a record's life.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct HistoryEntry {
    /// When, corrected device time, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What: `waiting`, `applied`, `refused`, `converged`, `cancelled`, `nothing_to_change`, `review_opened`,
    /// `review_closed`, `review_withdrawn`, `paused`, `unpaused`, `discarded`, `over_own_edit`, `create_found`,
    /// `protocol_error`.
    pub kind: String,
    /// The event's own facts, a JSON object.
    pub detail: String,
}

/// The journal of a record, then what still waits.
pub(crate) fn history(unit: &Unit<'_>, record: i64) -> StoreResult<Vec<HistoryEntry>> {
    let rows = journal::of_record(unit.db, record)?;
    let mut list: Vec<HistoryEntry> =
        rows.into_iter().map(|row| HistoryEntry { at_ms: row.at_ms, kind: row.kind, detail: row.detail }).collect();
    for change in changes::live_of(unit.db, record)? {
        list.push(HistoryEntry {
            at_ms: change.made_ms,
            kind: "waiting".to_owned(),
            detail: super::settle::describe(&change).to_string(),
        });
    }
    Ok(list)
}
