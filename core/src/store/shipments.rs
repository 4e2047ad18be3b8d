//! Table `shipments`: what goes over the wire, frozen.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::StoreResult;
use crate::mutants::{self, Mutant};
use crate::schedule::Due;

/// A row of `shipments` that has no outcome yet.
#[derive(Clone, Debug)]
pub(crate) struct OpenShipment {
    pub(crate) no: i64,
    pub(crate) key: Uuid,
    pub(crate) record: i64,
    pub(crate) group: Option<i64>,
    pub(crate) body: String,
    pub(crate) attempts: i64,
    /// The schema that its body was made under.
    pub(crate) schema_version: i64,
    pub(crate) due: Due,
}

/// What a new shipment is made of.
pub(crate) struct NewShipment<'a> {
    pub(crate) key: Uuid,
    pub(crate) record: i64,
    pub(crate) group: Option<i64>,
    pub(crate) body: &'a str,
    pub(crate) base_version: Option<&'a str>,
    pub(crate) schema_version: i64,
    pub(crate) sealed_ms: i64,
    pub(crate) due: &'a Due,
}

/// How a shipment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Applied,
    Refused,
}

const COLUMNS: &str = "no,key,record,grp,body,attempts,wait_ms,due_wall_ms,due_boot_ms,boot_id,schema_version";

fn read(row: &Row<'_>) -> rusqlite::Result<OpenShipment> {
    let key: uuid::Bytes = row.get(1)?;
    Ok(OpenShipment {
        no: row.get(0)?,
        key: Uuid::from_bytes(key),
        record: row.get(2)?,
        group: row.get(3)?,
        body: row.get(4)?,
        attempts: row.get(5)?,
        schema_version: row.get(10)?,
        due: Due { wait_ms: row.get(6)?, wall_ms: row.get(7)?, boot_ms: row.get(8)?, boot_id: row.get(9)? },
    })
}

/// Writes a shipment; the first byte may go out only after this is durable (pitfall P1).
pub(crate) fn insert(db: &Connection, new: &NewShipment<'_>) -> StoreResult<i64> {
    db.prepare_cached(
        "INSERT INTO shipments(key,record,grp,body,base_version,schema_version,sealed_ms,wait_ms,due_wall_ms,due_boot_ms,\
         boot_id) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
    )?
    .execute(params![
        new.key.as_bytes(),
        new.record,
        new.group,
        new.body,
        new.base_version,
        new.schema_version,
        new.sealed_ms,
        new.due.wait_ms,
        new.due.wall_ms,
        new.due.boot_ms,
        new.due.boot_id,
    ])?;
    Ok(db.last_insert_rowid())
}

/// Open shipments in the order in which they were sealed, from number `from` on.
pub(crate) fn open_from(db: &Connection, from: i64, limit: usize) -> StoreResult<Vec<OpenShipment>> {
    // Without the hint SQLite walks all shipments there ever were, since they lie in the order asked for.
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM shipments INDEXED BY one_open_shipment WHERE outcome IS NULL AND no>=?1 ORDER BY no LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![from, i64::try_from(limit).unwrap_or(i64::MAX)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the open shipments may go out, each with its group, without their bodies.
pub(crate) fn open_dues(db: &Connection) -> StoreResult<Vec<(Option<i64>, Due)>> {
    let mut statement = db.prepare_cached(
        "SELECT wait_ms,due_wall_ms,due_boot_ms,boot_id,grp FROM shipments INDEXED BY one_open_shipment \
         WHERE outcome IS NULL ORDER BY no",
    )?;
    let rows = statement.query_map([], |row| {
        let due = Due { wait_ms: row.get(0)?, wall_ms: row.get(1)?, boot_ms: row.get(2)?, boot_id: row.get(3)? };
        Ok((row.get(4)?, due))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What an answer of "expired" leaves in `last_error`.
pub(crate) const EXPIRED: &str = "expired";

/// Open shipments whose outcome the server may have forgotten: sealed before that time, or said to be so by the server. One
/// that was sealed after now was sealed under a clock that has been set back since: its age is not known. A group is in doubt
/// as a whole.
pub(crate) fn in_doubt(db: &Connection, sealed_before_ms: i64, now_ms: i64) -> StoreResult<Vec<OpenShipment>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM shipments INDEXED BY one_open_shipment WHERE outcome IS NULL AND (sealed_ms<?1 \
         OR sealed_ms>?3 OR last_error=?2 OR grp IN (SELECT grp FROM shipments INDEXED BY one_open_shipment \
             WHERE outcome IS NULL AND last_error=?2)) ORDER BY no"
    ))?;
    let rows = statement.query_map(params![sealed_before_ms, EXPIRED, now_ms], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The open shipment of a record.
pub(crate) fn open_of(db: &Connection, record: i64) -> StoreResult<Option<OpenShipment>> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM shipments WHERE record=?1 AND outcome IS NULL"))?;
    Ok(statement.query_row([record], read).optional()?)
}

/// The key of the record's last shipment, where a planted defect uses it again.
pub(crate) fn key_to_reuse(db: &Connection, record: i64) -> StoreResult<Option<Uuid>> {
    if !mutants::is(Mutant::KeyReusedAfterRefusal) && !mutants::is(Mutant::InFlightInMemory) {
        return Ok(None);
    }
    let sql = "SELECT key,outcome='refused' FROM shipments WHERE record=?1 ORDER BY no DESC LIMIT 1";
    let last = db.query_row(sql, [record], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, bool>(1)?))).optional()?;
    Ok(last.filter(|(_, refused)| *refused).and_then(|(key, _)| Uuid::from_slice(&key).ok()))
}

/// What was sent and has no answer is as if it had never been: what a planted defect does when the app starts.
pub(crate) fn forget_open(db: &Connection) -> StoreResult<()> {
    db.execute_batch(
        "UPDATE changes SET state='pending',shipment=NULL WHERE state='sealed'; \
         UPDATE shipments SET outcome='refused' WHERE outcome IS NULL; UPDATE records SET theirs=NULL;",
    )?;
    Ok(())
}

/// The answer is in.
pub(crate) fn settle(db: &Connection, no: i64, ending: Ending) -> StoreResult<()> {
    let outcome = match ending {
        Ending::Applied => "applied",
        Ending::Refused => "refused",
    };
    db.prepare_cached("UPDATE shipments SET outcome=?2 WHERE no=?1")?.execute(params![no, outcome])?;
    Ok(())
}

/// What the server said to wait for is kept under this word; such a time is never passed.
pub(crate) const LATER: &str = "later";

/// Brings the waits forward that are our own, not those that the server named.
pub(crate) fn hurry(db: &Connection, now: &Due) -> StoreResult<()> {
    db.prepare_cached(
        "UPDATE shipments SET wait_ms=?1,due_wall_ms=?2,due_boot_ms=?3,boot_id=?4 \
         WHERE outcome IS NULL AND last_error IS NOT ?5",
    )?
    .execute(params![now.wait_ms, now.wall_ms, now.boot_ms, now.boot_id, LATER])?;
    Ok(())
}

/// No answer, or "not now": the same row goes out again when it is due.
pub(crate) fn postpone(db: &Connection, no: i64, due: &Due, error: &str) -> StoreResult<()> {
    db.prepare_cached(
        "UPDATE shipments SET attempts=attempts+1,wait_ms=?2,due_wall_ms=?3,due_boot_ms=?4,boot_id=?5,last_error=?6 \
         WHERE no=?1",
    )?
    .execute(params![no, due.wait_ms, due.wall_ms, due.boot_ms, due.boot_id, error])?;
    Ok(())
}
