//! Who changed what, when and by which shipment: append only.

use fieldkeep::value::Canonical;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::serve::error::ServeError;

/// One thing that happened to a record.
pub(crate) struct Change<'a> {
    /// Row number of the record.
    pub(crate) record: i64,
    /// `field`, `create`, `archive`, `reopen`, `signoff`, `grant`, `revoke`, `delete` or `touch`.
    pub(crate) kind: &'a str,
    /// The field, or the user of a grant; empty for the record as a whole.
    pub(crate) field: &'a str,
    pub(crate) from: Option<&'a Canonical>,
    pub(crate) to: Option<&'a Canonical>,
    pub(crate) who: &'a str,
    /// The shipment that did it; none when the admin did.
    pub(crate) shipment: Option<Uuid>,
}

/// Writes one row.
pub(crate) fn audit(tx: &Connection, change: &Change<'_>, now_ms: i64) -> Result<(), ServeError> {
    let sql = "INSERT INTO audit(record,kind,field,from_value,to_value,who,at_ms,shipment,source)
        VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)";
    tx.prepare_cached(sql)?.execute(params![
        change.record,
        change.kind,
        change.field,
        change.from.map(Canonical::as_str),
        change.to.map(Canonical::as_str),
        change.who,
        now_ms,
        change.shipment.map(|id| id.to_string()),
        if change.shipment.is_some() { "shipment" } else { "admin" },
    ])?;
    Ok(())
}

/// How often each field of a record changed; the record as a whole counts under its kinds.
pub(crate) fn change_count(db: &Connection, record: i64) -> Result<Vec<(String, i64)>, ServeError> {
    let sql = "SELECT CASE kind WHEN 'field' THEN field ELSE '('||kind||')' END AS what,count(*)
        FROM audit WHERE record=?1 GROUP BY what ORDER BY what";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([record], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
