//! How a database file is opened: settings, identity, version.

use std::path::PathBuf;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::{StoreError, StoreResult};
use crate::mutants::{self, Mutant};

/// SQLite `application_id` of a Fieldkeep store: the letters "Fkp1".
const APPLICATION_ID: i64 = 0x466b_7031;
/// Migrations in order; the n-th leads to version n. Released ones never change (requirement F5).
const MIGRATIONS: &[&str] =
    &[include_str!("schema_v1.sql"), include_str!("schema_v2.sql"), include_str!("schema_v3.sql")];
/// Prepared statements kept per connection; above the number of different statements this crate runs.
const STATEMENT_CACHE: usize = 128;
/// After a checkpoint the WAL file is cut to this size: a phone's storage is dear.
const JOURNAL_SIZE_LIMIT_BYTES: i64 = 4 * 1024 * 1024;

/// A database file, and the SQLite file system that it lies in; the system's own when none is named.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) vfs: Option<String>,
}

impl Place {
    fn connect(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(&self.path, flags, vfs.as_str()),
            None => Connection::open_with_flags(&self.path, flags),
        }
    }
}

/// Opens the writer, making or migrating the file as needed.
pub(crate) fn writer(place: &Place) -> StoreResult<Connection> {
    let mut connection = place.connect(OpenFlags::default())?;
    keep_statements(&connection)?;
    // Identity first: nothing may be written to a file that is not ours.
    let version = check_identity(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", if mutants::is(Mutant::SynchronousOff) { "OFF" } else { "FULL" })?;
    if cfg!(target_vendor = "apple") {
        // Without it a flush on Apple systems stops at the drive's cache (pitfall P12 g).
        connection.pragma_update(None, "fullfsync", true)?;
    }
    connection.pragma_update(None, "journal_size_limit", JOURNAL_SIZE_LIMIT_BYTES)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    migrate(&mut connection, version)?;
    Ok(connection)
}

/// Opens a reader of an existing store.
pub(crate) fn reader(place: &Place) -> StoreResult<Connection> {
    let connection = place.connect(OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    keep_statements(&connection)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Statements are prepared once a connection. Without the planner's stability guarantee SQLite prepares most of them anew
/// each time, since it looks at the bound values for better plans: 38 % of the time of a list went there.
fn keep_statements(connection: &Connection) -> StoreResult<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Looks at the whole file.
pub(crate) fn check_all(connection: &Connection) -> StoreResult<()> {
    // Indexes can be made anew; only what cannot be is damage.
    connection.execute_batch("REINDEX")?;
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Corrupt(found)) }
}

fn check_identity(connection: &Connection) -> StoreResult<i64> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    // Before anything of it is read: a later version may hold what this SQLite cannot.
    if application == APPLICATION_ID && version > known {
        return Err(StoreError::Newer { found: version, known });
    }
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0) {
        return Err(StoreError::Foreign);
    }
    Ok(version)
}

/// Brings the file to the newest version; each step is one transaction with its version number.
fn migrate(connection: &mut Connection, version: i64) -> StoreResult<()> {
    let done = usize::try_from(version).unwrap_or(0);
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", i64::try_from(step + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}
