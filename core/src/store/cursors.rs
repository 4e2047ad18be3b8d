//! Table `cursors`: how far the download has come. Written in the transaction that stores the data (requirement F1).

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreResult;

/// The scope of the only cursor there is so far: everything this user sees.
pub(crate) const ALL: &str = "all";

/// How far a scope has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CursorRow {
    /// Opaque; none before the first page.
    pub(crate) cursor: Option<String>,
    /// When the last page that left nothing more was stored.
    pub(crate) fresh_at_ms: Option<i64>,
    /// Pages have come since that left more behind them.
    pub(crate) partial: bool,
}

pub(crate) fn get(db: &Connection, scope: &str) -> StoreResult<CursorRow> {
    let mut statement = db.prepare_cached("SELECT cursor,fresh_at_ms,partial FROM cursors WHERE scope=?1")?;
    let row = statement.query_row([scope], |row| {
        Ok(CursorRow { cursor: row.get(0)?, fresh_at_ms: row.get(1)?, partial: row.get(2)? })
    });
    Ok(row.optional()?.unwrap_or_default())
}

pub(crate) fn set(db: &Connection, scope: &str, row: &CursorRow) -> StoreResult<()> {
    db.prepare_cached(
        "INSERT INTO cursors(scope,cursor,fresh_at_ms,partial) VALUES(?1,?2,?3,?4) ON CONFLICT(scope) DO UPDATE SET \
         cursor=excluded.cursor,fresh_at_ms=excluded.fresh_at_ms,partial=excluded.partial",
    )?
    .execute(params![scope, row.cursor, row.fresh_at_ms, row.partial])?;
    Ok(())
}
