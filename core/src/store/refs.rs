//! Table `refs`: which record points to which, by field, always by local number (requirement A3).

use rusqlite::{Connection, params};

use super::StoreResult;

/// Points a field of a record to another record, or to none.
pub(crate) fn set(db: &Connection, child: i64, field: &str, parent: Option<i64>) -> StoreResult<()> {
    match parent {
        Some(parent) => db
            .prepare_cached(
                "INSERT INTO refs(child,field,parent) VALUES(?1,?2,?3) \
                 ON CONFLICT(child,field) DO UPDATE SET parent=excluded.parent WHERE parent<>excluded.parent",
            )?
            .execute(params![child, field, parent])?,
        None => db.prepare_cached("DELETE FROM refs WHERE child=?1 AND field=?2")?.execute(params![child, field])?,
    };
    Ok(())
}

/// The records that point to this one.
pub(crate) fn children(db: &Connection, parent: i64) -> StoreResult<Vec<i64>> {
    let mut statement = db.prepare_cached("SELECT DISTINCT child FROM refs WHERE parent=?1 ORDER BY child")?;
    let rows = statement.query_map([parent], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
