//! Table `journal`: what happened, append only.

use rusqlite::{Connection, params};

use super::StoreResult;

/// A row of the journal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JournalRow {
    pub(crate) seq: i64,
    pub(crate) at_ms: i64,
    pub(crate) kind: String,
    /// JSON object.
    pub(crate) detail: String,
}

/// Adds a row.
pub(crate) fn add(
    db: &Connection,
    at_ms: i64,
    record: Option<i64>,
    kind: &str,
    detail: &serde_json::Value,
) -> StoreResult<()> {
    db.prepare_cached("INSERT INTO journal(at_ms,record,kind,detail) VALUES(?1,?2,?3,?4)")?.execute(params![
        at_ms,
        record,
        kind,
        detail.to_string()
    ])?;
    Ok(())
}

/// The history of a record, oldest first.
pub(crate) fn of_record(db: &Connection, record: i64) -> StoreResult<Vec<JournalRow>> {
    let mut statement = db.prepare_cached("SELECT seq,at_ms,kind,detail FROM journal WHERE record=?1 ORDER BY seq")?;
    let rows = statement.query_map([record], |row| {
        Ok(JournalRow { seq: row.get(0)?, at_ms: row.get(1)?, kind: row.get(2)?, detail: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
