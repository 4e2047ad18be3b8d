//! The server's database: one writer, one reader, SQLite in WAL mode.

mod audit;
mod entry;
mod feed;
mod keys;
mod records;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use super::error::ServeError;

pub(crate) use audit::{Change, audit, change_count};
pub(crate) use entry::{entry_for, entry_of};
pub(crate) use feed::{announce, may_see, page, refresh_all, refresh_moved, refresh_tree, set_grant, set_sees_all};
pub(crate) use keys::{
    AppliedRow, applied, first_answer, first_applied, forget_keys, known_key, remember, remember_answer,
    remember_applied,
};
pub(crate) use records::{Record, all, by_local_id, by_no, by_server_id, insert, life_text, update};

/// The database of one server.
pub(crate) struct Store {
    writer: Mutex<Connection>,
    /// Pulls read a snapshot of their own, so that a long page never waits for a push, nor a push for it.
    reader: Mutex<Connection>,
}

impl Store {
    /// Opens or makes the database, in a SQLite file system of that name or in the system's own.
    pub(crate) fn open(path: &Path, vfs: Option<&str>, users: &[String]) -> Result<Self, ServeError> {
        let mut writer = connect(path, vfs)?;
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(include_str!("tables.sql"))?;
        for user in users {
            tx.execute("INSERT OR IGNORE INTO users(name) VALUES(?1)", [user])?;
        }
        tx.commit()?;
        let reader = connect(path, vfs)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Runs `work` in the one write transaction. When this returns `Ok`, it is durable.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, ServeError>,
    ) -> Result<T, ServeError> {
        // A panic inside rolls back with the transaction's drop, so a poisoned lock guards nothing broken.
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&mut tx)?;
        tx.commit()?;
        Ok(result)
    }

    /// Runs `work` on one snapshot.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, ServeError>) -> Result<T, ServeError> {
        let mut connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = connection.transaction()?;
        let result = work(&tx)?;
        tx.commit()?;
        Ok(result)
    }

    /// The latest time that the database has seen, milliseconds: where virtual time goes on after a restart.
    pub(crate) fn latest_ms(&self) -> Result<i64, ServeError> {
        self.read(|db| {
            let latest =
                "SELECT max(coalesce((SELECT max(at_ms) FROM records),0),coalesce((SELECT max(at_ms) FROM keys),0))";
            Ok(db.query_row(latest, [], |row| row.get(0))?)
        })
    }
}

fn connect(path: &Path, vfs: Option<&str>) -> Result<Connection, ServeError> {
    // A session has about fifty statements; each stays prepared.
    const STATEMENTS: usize = 64;
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?,
        None => Connection::open(path)?,
    };
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: an acknowledged shipment survives a power cut, not only a crash.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// The name of the counter behind every `seq`.
const SEQ: &str = "seq";

/// The next `seq`. Taken inside the one write transaction, so commit order is `seq` order.
pub(crate) fn next_seq(tx: &Connection) -> Result<i64, ServeError> {
    next(tx, SEQ)
}

/// The last `seq` given out; 0 before the first.
pub(crate) fn last_seq(db: &Connection) -> Result<i64, ServeError> {
    let mut statement = db.prepare_cached("SELECT value FROM counters WHERE name=?1")?;
    Ok(statement.query_row([SEQ], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// A readable id: initials of the type and a number of its own, such as `WO-000123`.
pub(crate) fn next_server_id(tx: &Connection, record_type: &str) -> Result<String, ServeError> {
    let initials: String = record_type.split('_').filter_map(|word| word.chars().next()).collect();
    let initials = initials.to_uppercase();
    // Two types may share initials; they then share the numbers too, and no id is given twice.
    Ok(format!("{initials}-{:06}", next(tx, &format!("id {initials}"))?))
}

fn next(tx: &Connection, counter: &str) -> Result<i64, ServeError> {
    let sql = "INSERT INTO counters(name,value) VALUES(?1,1) ON CONFLICT DO UPDATE SET value=value+1 RETURNING value";
    Ok(tx.prepare_cached(sql)?.query_row([counter], |row| row.get(0))?)
}
