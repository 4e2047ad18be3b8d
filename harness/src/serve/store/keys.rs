//! What was answered before: idempotency keys for a day, applied shipments for a season.

use std::collections::BTreeMap;

use fieldkeep::wire::{ChangeKind, Entry, Outcome};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value as Json;
use uuid::Uuid;

use super::Record;
use crate::serve::error::ServeError;

/// A key that is still remembered.
pub(crate) struct KnownKey {
    pub(crate) user: String,
    /// SHA-256 of the shipment's body text.
    pub(crate) body: Vec<u8>,
    pub(crate) outcome: Outcome,
}

/// A shipment that was applied.
pub(crate) struct AppliedRow {
    pub(crate) record: i64,
    pub(crate) seq: i64,
    pub(crate) stored: BTreeMap<String, Json>,
}

/// The key of this shipment, if it was answered at `since_ms` or later.
pub(crate) fn known_key(db: &Connection, shipment: Uuid, since_ms: i64) -> Result<Option<KnownKey>, ServeError> {
    let mut statement = db.prepare_cached("SELECT user,body,outcome FROM keys WHERE shipment=?1 AND at_ms>=?2")?;
    let found = statement.query_row(params![shipment.to_string(), since_ms], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
    });
    let Some((user, body, outcome)) = found.optional()? else { return Ok(None) };
    Ok(Some(KnownKey { user, body, outcome: serde_json::from_str(&outcome)? }))
}

/// Keeps a definite outcome with its key.
pub(crate) fn remember(
    tx: &Connection,
    (shipment, user, body): (Uuid, &str, &[u8]),
    outcome: &Outcome,
    now_ms: i64,
) -> Result<(), ServeError> {
    let sql = "INSERT OR REPLACE INTO keys(shipment,user,body,outcome,at_ms) VALUES(?1,?2,?3,?4,?5)";
    let outcome = serde_json::to_string(outcome)?;
    tx.prepare_cached(sql)?.execute(params![shipment.to_string(), user, body, outcome, now_ms])?;
    Ok(())
}

/// Forgets keys that were answered before `before_ms`, and what was kept with them.
pub(crate) fn forget_keys(tx: &Connection, before_ms: i64) -> Result<usize, ServeError> {
    let answers = "DELETE FROM answers WHERE shipment IN (SELECT shipment FROM keys WHERE at_ms<?1)";
    tx.prepare_cached(answers)?.execute([before_ms])?;
    Ok(tx.prepare_cached("DELETE FROM keys WHERE at_ms<?1")?.execute([before_ms])?)
}

/// Keeps the record that was told with a key's first answer.
pub(crate) fn remember_answer(tx: &Connection, shipment: Uuid, record: &Entry) -> Result<(), ServeError> {
    let sql = "INSERT OR REPLACE INTO answers(shipment,record) VALUES(?1,?2)";
    tx.prepare_cached(sql)?.execute(params![shipment.to_string(), serde_json::to_string(record)?])?;
    Ok(())
}

/// The record that was told with a key's first answer, if it was kept.
pub(crate) fn first_answer(db: &Connection, shipment: Uuid) -> Result<Option<Entry>, ServeError> {
    let mut statement = db.prepare_cached("SELECT record FROM answers WHERE shipment=?1")?;
    let kept: Option<String> = statement.query_row([shipment.to_string()], |row| row.get(0)).optional()?;
    Ok(kept.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Keeps that a shipment made it, for `by` lists and lookups.
pub(crate) fn remember_applied(
    tx: &Connection,
    (shipment, user, kind): (Uuid, &str, ChangeKind),
    row: &AppliedRow,
    now_ms: i64,
) -> Result<(), ServeError> {
    let sql = "INSERT OR REPLACE INTO applied(shipment,user,record,kind,seq,stored,at_ms) VALUES(?1,?2,?3,?4,?5,?6,?7)";
    let (kind, stored) = (serde_json::to_string(&kind)?, serde_json::to_string(&row.stored)?);
    let values = params![shipment.to_string(), user, row.record, kind, row.seq, stored, now_ms];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// What became of this user's shipment, if it was applied.
pub(crate) fn applied(db: &Connection, shipment: Uuid, user: &str) -> Result<Option<AppliedRow>, ServeError> {
    let sql = "SELECT record,seq,stored FROM applied WHERE shipment=?1 AND user=?2";
    one(db, sql, params![shipment.to_string(), user])
}

/// The shipment that made this record, if it is still remembered.
pub(crate) fn first_applied(db: &Connection, record: &Record) -> Result<Option<AppliedRow>, ServeError> {
    let sql = "SELECT record,seq,stored FROM applied WHERE record=?1 AND seq=?2 LIMIT 1";
    one(db, sql, params![record.no, record.created_seq])
}

fn one(db: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Option<AppliedRow>, ServeError> {
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)));
    let Some((record, seq, stored)) = found.optional()? else { return Ok(None) };
    Ok(Some(AppliedRow { record, seq, stored: serde_json::from_str(&stored)? }))
}
