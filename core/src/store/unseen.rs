//! Table `unseen`: records that a full refresh has not shown yet. Without a cursor the server sends what there is and says
//! nothing of what is gone, so each of these is asked about (requirement F2).

use rusqlite::{Connection, params};

use super::StoreResult;

/// A full refresh begins: everything that the server once sent has to be seen again.
pub(crate) fn begin(db: &Connection) -> StoreResult<()> {
    db.execute(
        "INSERT OR IGNORE INTO unseen(record) SELECT no FROM records \
         WHERE server_id IS NOT NULL AND merged_into IS NULL AND (life IN('alive','archived') OR stale)",
        [],
    )?;
    Ok(())
}

/// Whether anything is left to be seen.
pub(crate) fn any(db: &Connection) -> StoreResult<bool> {
    Ok(db.prepare_cached("SELECT EXISTS(SELECT 1 FROM unseen)")?.query_row([], |row| row.get(0))?)
}

/// Some of them.
pub(crate) fn first(db: &Connection, limit: usize) -> StoreResult<Vec<i64>> {
    let mut statement = db.prepare_cached("SELECT record FROM unseen ORDER BY record LIMIT ?1")?;
    let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A page has shown this one.
pub(crate) fn seen(db: &Connection, record_type: &str, server_id: &str) -> StoreResult<()> {
    db.prepare_cached(
        "DELETE FROM unseen WHERE record=(SELECT no FROM records WHERE type=?1 AND server_id=?2 \
         AND server_id IS NOT NULL AND merged_into IS NULL)",
    )?
    .execute(params![record_type, server_id])?;
    Ok(())
}

/// The server has said what became of it.
pub(crate) fn remove(db: &Connection, record: i64) -> StoreResult<()> {
    db.prepare_cached("DELETE FROM unseen WHERE record=?1")?.execute([record])?;
    Ok(())
}
