//! Table `paused`: the operations that a person has paused. A row goes with the last live change of its operation.

use rusqlite::Connection;

use super::StoreResult;

/// Notes that an operation is paused; says whether it was not.
pub(crate) fn add(db: &Connection, op: i64) -> StoreResult<bool> {
    Ok(db.prepare_cached("INSERT OR IGNORE INTO paused(op) VALUES(?1)")?.execute([op])? > 0)
}

/// Forgets that an operation is paused; says whether it was.
pub(crate) fn remove(db: &Connection, op: i64) -> StoreResult<bool> {
    Ok(db.prepare_cached("DELETE FROM paused WHERE op=?1")?.execute([op])? > 0)
}
