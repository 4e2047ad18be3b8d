//! Clean-up: settled work and old history go, a few rows at a time (data model: 30 days, 400 days). What waits, what is under
//! review and what the server has not heard of stays, however old it is.

use rusqlite::{Connection, params};

use super::StoreResult;
use crate::mutants::{self, Mutant};

/// Rows looked at in one transaction: some milliseconds, so that a save never waits long.
const ROWS: i64 = 500;

/// What is cleaned up, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tidy {
    /// Settled operations, from this change number on.
    Changes {
        /// Numbers below have been looked at.
        from: i64,
    },
    /// Answered shipments, from this number on.
    Shipments {
        /// Numbers below have been looked at.
        from: i64,
    },
    /// Answered reviews that the server knows, and form tokens.
    Answers,
    /// The journal.
    Journal,
}

/// The ages up to which rows stay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeepSince {
    /// Work that was settled before goes.
    pub(crate) work_ms: i64,
    /// History from before goes.
    pub(crate) journal_ms: i64,
}

impl Tidy {
    /// Where a clean-up begins.
    pub(crate) const START: Self = Self::Changes { from: 0 };

    /// Does one slice. Says what comes next; none when all has been looked at.
    pub(crate) fn slice(self, db: &Connection, keep: KeepSince) -> StoreResult<Option<Self>> {
        match self {
            Self::Changes { from } => {
                let next = changes(db, from, keep.work_ms)?;
                Ok(Some(next.map_or(Self::Shipments { from: 0 }, |from| Self::Changes { from })))
            }
            Self::Shipments { from } => {
                let next = shipments(db, from, keep.work_ms)?;
                Ok(Some(next.map_or(Self::Answers, |from| Self::Shipments { from })))
            }
            Self::Answers => {
                let reviews = "DELETE FROM reviews WHERE no IN (SELECT no FROM reviews WHERE closed_ms<?1 AND reported=1 \
                    AND no<(SELECT max(no) FROM reviews) LIMIT ?2)";
                let forms = "DELETE FROM forms WHERE token IN (SELECT token FROM forms WHERE at_ms<?1 LIMIT ?2)";
                let mut gone = 0;
                for sql in [reviews, forms] {
                    gone += db.prepare_cached(sql)?.execute(params![keep.work_ms, ROWS])?;
                }
                Ok(Some(if gone > 0 { self } else { Self::Journal }))
            }
            Self::Journal => {
                // The oldest rows have the lowest numbers; the first that stays ends it.
                let sql =
                    "DELETE FROM journal WHERE seq IN (SELECT seq FROM journal ORDER BY seq LIMIT ?2) AND at_ms<?1";
                let gone = db.prepare_cached(sql)?.execute(params![keep.journal_ms, ROWS])?;
                Ok((gone > 0).then_some(self))
            }
        }
    }
}

/// Whole operations of a slice, and never the one with the highest number: the next one is counted from it. Says where to go
/// on.
fn changes(db: &Connection, from: i64, before_ms: i64) -> StoreResult<Option<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT op,count(*),max(seq),max(settled_ms IS NULL OR settled_ms>=?3) \
         FROM (SELECT seq,op,settled_ms FROM changes WHERE seq>=?1 ORDER BY seq LIMIT ?2) GROUP BY op ORDER BY op",
    )?;
    let rows = statement.query_map(params![from, ROWS, before_ms], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, bool>(3)?))
    })?;
    let mut operations = rows.collect::<Result<Vec<_>, _>>()?;
    let whole = operations.iter().map(|(_, count, ..)| count).sum::<i64>() < ROWS;
    // The last operation of a full slice may go on behind it; it is looked at again, unless it is a slice by itself.
    let next = match operations.last() {
        None => return Ok(None),
        Some(_) if whole => None,
        Some(&(op, ..)) if op > from => {
            operations.pop();
            Some(op)
        }
        Some(&(_, _, last, _)) => {
            operations.clear();
            Some(last + 1)
        }
    };
    let highest = super::changes::last_seq(db)?;
    let delete = "DELETE FROM changes WHERE seq BETWEEN ?1 AND ?2 AND op=?1";
    if mutants::is(Mutant::HalfTidied) {
        for (op, _, last, _) in operations.iter().filter(|(_, _, last, stays)| !stays && *last == highest) {
            db.prepare_cached(delete)?.execute(params![op, last - 1])?;
        }
    }
    for (op, _, last, _) in operations.into_iter().filter(|(_, _, last, stays)| !stays && *last < highest) {
        db.prepare_cached(delete)?.execute(params![op, last])?;
    }
    Ok(next)
}

/// Answered shipments of a slice. Says where to go on.
fn shipments(db: &Connection, from: i64, before_ms: i64) -> StoreResult<Option<i64>> {
    let last = "SELECT max(no),count(*) FROM (SELECT no FROM shipments WHERE no>=?1 ORDER BY no LIMIT ?2)";
    let (last, count): (Option<i64>, i64) =
        db.prepare_cached(last)?.query_row(params![from, ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last else { return Ok(None) };
    let delete = "DELETE FROM shipments WHERE no BETWEEN ?1 AND ?2 AND outcome IS NOT NULL AND sealed_ms<?3 \
         AND no<(SELECT max(no) FROM shipments)";
    db.prepare_cached(delete)?.execute(params![from, last, before_ms])?;
    Ok((count == ROWS).then_some(last + 1))
}
