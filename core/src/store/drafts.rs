//! Table `drafts`: half-filled forms. They survive a kill and are never sent (requirement D15).

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreResult;

/// A half-filled form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DraftRow {
    pub(crate) form: String,
    pub(crate) record: Option<i64>,
    /// The whole stamp, so that the form goes on with what the person saw.
    pub(crate) seen: Option<String>,
    /// The host's own JSON.
    pub(crate) fields: String,
    pub(crate) at_ms: i64,
}

pub(crate) fn save(db: &Connection, row: &DraftRow) -> StoreResult<()> {
    db.prepare_cached(
        "INSERT INTO drafts(form,record,seen,fields,at_ms) VALUES(?1,?2,?3,?4,?5) ON CONFLICT(form) DO UPDATE SET \
         record=excluded.record,seen=excluded.seen,fields=excluded.fields,at_ms=excluded.at_ms",
    )?
    .execute(params![row.form, row.record, row.seen, row.fields, row.at_ms])?;
    Ok(())
}

pub(crate) fn find(db: &Connection, form: &str) -> StoreResult<Option<DraftRow>> {
    let mut statement = db.prepare_cached("SELECT form,record,seen,fields,at_ms FROM drafts WHERE form=?1")?;
    let row = statement.query_row([form], |row| {
        Ok(DraftRow {
            form: row.get(0)?,
            record: row.get(1)?,
            seen: row.get(2)?,
            fields: row.get(3)?,
            at_ms: row.get(4)?,
        })
    });
    Ok(row.optional()?)
}

pub(crate) fn delete(db: &Connection, form: &str) -> StoreResult<()> {
    db.prepare_cached("DELETE FROM drafts WHERE form=?1")?.execute([form])?;
    Ok(())
}
