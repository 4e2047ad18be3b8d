//! What only the admin does to records: deletion, a touch, and who sees what.

use fieldkeep::value::FieldMap;
use fieldkeep::wire::RecordLife;
use rusqlite::Connection;

use crate::serve::error::ServeError;
use crate::serve::store::{self, Change, Record};

/// Who the audit trail names for such changes.
const ADMIN: &str = "admin";

/// Deletes a record for good. Its names stay taken, so that a late create cannot bring it back.
pub(crate) fn delete(tx: &Connection, server_id: &str, now_ms: i64) -> Result<i64, ServeError> {
    let mut record = find(tx, server_id)?;
    record.life = RecordLife::Gone;
    record.fields = FieldMap::new();
    record.authors.clear();
    change(tx, &mut record, "delete", now_ms)
}

/// Gives a record a new version and `seq` without changing a value, as servers do that save on every look.
pub(crate) fn touch(tx: &Connection, server_id: &str, now_ms: i64) -> Result<i64, ServeError> {
    let mut record = find(tx, server_id)?;
    change(tx, &mut record, "touch", now_ms)
}

/// Lets a user see a record and all below it, or hides them.
pub(crate) fn grant(
    tx: &Connection,
    (user, allowed): (&str, bool),
    server_id: &str,
    now_ms: i64,
) -> Result<(), ServeError> {
    let record = find(tx, server_id)?;
    store::set_grant(tx, user, record.no, allowed)?;
    audit(tx, &record, (if allowed { "grant" } else { "revoke" }, user), now_ms)?;
    store::refresh_tree(tx, user, record.no)
}

/// Sets whether a user sees the records that no grant speaks of.
pub(crate) fn set_sees_all(tx: &Connection, user: &str, sees_all: bool) -> Result<(), ServeError> {
    store::set_sees_all(tx, user, sees_all)?;
    store::refresh_all(tx, user)
}

fn change(tx: &Connection, record: &mut Record, kind: &str, now_ms: i64) -> Result<i64, ServeError> {
    record.seq = store::next_seq(tx)?;
    record.version += 1;
    ADMIN.clone_into(&mut record.who);
    record.at_ms = now_ms;
    store::update(tx, record)?;
    audit(tx, record, (kind, ""), now_ms)?;
    store::announce(tx, record.no, record.seq)?;
    Ok(record.seq)
}

fn audit(tx: &Connection, record: &Record, (kind, field): (&str, &str), now_ms: i64) -> Result<(), ServeError> {
    let row = Change { record: record.no, kind, field, from: None, to: None, who: ADMIN, shipment: None };
    store::audit(tx, &row, now_ms)
}

fn find(tx: &Connection, server_id: &str) -> Result<Record, ServeError> {
    store::by_server_id(tx, server_id)?.ok_or_else(|| ServeError::Unknown(format!("record {server_id}")))
}
