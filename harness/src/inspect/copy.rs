//! A copy of database and WAL, consistent also while a device writes.

use std::path::Path;

use fieldkeep::store::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::InspectError;

/// Copies the store of a folder into a folder of its own, which is removed with the value.
pub(super) fn of(folder: &Path) -> Result<TempDir, InspectError> {
    let database = folder.join(DATABASE_FILE);
    if !database.is_file() {
        return Err(InspectError::NoStore(folder.to_owned()));
    }
    let copy = tempfile::tempdir().map_err(InspectError::Copy)?;
    // An open read transaction keeps the WAL from being started anew while it is copied; what a checkpoint writes into
    // the database meanwhile is in the copied WAL as well. Where the folder cannot be written to, no device is running.
    let held = hold(&database);
    for suffix in ["", "-wal"] {
        let name = format!("{DATABASE_FILE}{suffix}");
        let source = folder.join(&name);
        if source.is_file() {
            std::fs::copy(&source, copy.path().join(&name)).map_err(InspectError::Copy)?;
        }
    }
    drop(held);
    Ok(copy)
}

fn hold(database: &Path) -> Option<Connection> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    connection.execute_batch("BEGIN").ok()?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).ok()?;
    Some(connection)
}
