//! Who sees what, and what each user is to hear of.

use rusqlite::{Connection, OptionalExtension, params};

use super::next_seq;
use crate::serve::error::ServeError;

/// Levels that a grant reaches down, and a guard against a circle of references.
const MAX_DEPTH: i64 = 16;

/// One row of a user's feed.
pub(crate) struct FeedRow {
    pub(crate) record: i64,
    pub(crate) seq: i64,
    /// False: the user is to hear that the record is hidden.
    pub(crate) shown: bool,
}

/// Whether this user may see this record now: the nearest grant on it or its parents decides, else who made it, else
/// the user's own default.
pub(crate) fn may_see(db: &Connection, user: &str, record: i64) -> Result<bool, ServeError> {
    let nearest = "WITH RECURSIVE line(no,parent,depth) AS (
          SELECT no,parent,0 FROM records WHERE no=?2
          UNION ALL SELECT r.no,r.parent,depth+1 FROM records r JOIN line ON r.no=line.parent WHERE depth<?3)
        SELECT g.allowed FROM line JOIN grants g ON g.record=line.no AND g.user=?1 ORDER BY depth LIMIT 1";
    let granted =
        db.prepare_cached(nearest)?.query_row(params![user, record, MAX_DEPTH], |row| row.get(0)).optional()?;
    if let Some(allowed) = granted {
        return Ok(allowed);
    }
    let default = "SELECT EXISTS(SELECT 1 FROM records WHERE no=?2 AND creator=?1)
        OR coalesce((SELECT sees_all FROM users WHERE name=?1),0)";
    Ok(db.prepare_cached(default)?.query_row(params![user, record], |row| row.get(0))?)
}

/// Tells everybody who may see a record that it changed at `seq`, and those who saw it and may not any more that it is
/// hidden.
pub(crate) fn announce(tx: &Connection, record: i64, seq: i64) -> Result<(), ServeError> {
    for user in users(tx)? {
        let visible = may_see(tx, &user, record)?;
        if visible || shown(tx, &user, record)? == Some(true) {
            put(tx, &user, record, seq, visible)?;
        }
    }
    Ok(())
}

/// Tells one user about a record and all below it, each with a `seq` of its own, after a grant or its end.
pub(crate) fn refresh_tree(tx: &Connection, user: &str, record: i64) -> Result<(), ServeError> {
    for record in tree(tx, record)? {
        let visible = may_see(tx, user, record)?;
        if visible || shown(tx, user, record)?.is_some() {
            put(tx, user, record, next_seq(tx)?, visible)?;
        }
    }
    Ok(())
}

/// Tells everybody whose sight of a record or of something below it changed, after it was moved to another parent.
pub(crate) fn refresh_moved(tx: &Connection, record: i64) -> Result<(), ServeError> {
    let tree = tree(tx, record)?;
    for user in users(tx)? {
        for &record in &tree {
            refresh(tx, &user, record)?;
        }
    }
    Ok(())
}

/// Brings the whole feed of one user in line with what the user may see now.
pub(crate) fn refresh_all(tx: &Connection, user: &str) -> Result<(), ServeError> {
    for record in numbers(tx, "SELECT no FROM records ORDER BY no", params![])? {
        refresh(tx, user, record)?;
    }
    Ok(())
}

/// Writes to a user's feed only if what the user may see of the record differs from what the feed says.
fn refresh(tx: &Connection, user: &str, record: i64) -> Result<(), ServeError> {
    let visible = may_see(tx, user, record)?;
    if visible != shown(tx, user, record)?.unwrap_or(false) {
        put(tx, user, record, next_seq(tx)?, visible)?;
    }
    Ok(())
}

/// A record and all below it, from the top down.
fn tree(db: &Connection, record: i64) -> Result<Vec<i64>, ServeError> {
    let below = "WITH RECURSIVE tree(no,depth) AS (
          SELECT ?1,0 UNION ALL SELECT r.no,depth+1 FROM records r JOIN tree ON r.parent=tree.no WHERE depth<?2)
        SELECT no FROM tree ORDER BY depth,no";
    numbers(db, below, params![record, MAX_DEPTH])
}

/// Grants (or revokes) one user the sight of a record and all below it. The feed is not told yet.
pub(crate) fn set_grant(tx: &Connection, user: &str, record: i64, allowed: bool) -> Result<(), ServeError> {
    let sql =
        "INSERT INTO grants(user,record,allowed) VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET allowed=excluded.allowed";
    tx.prepare_cached(sql)?.execute(params![user, record, allowed])?;
    Ok(())
}

/// Sets whether a user sees what no grant speaks of. The feed is not told yet.
pub(crate) fn set_sees_all(tx: &Connection, user: &str, sees_all: bool) -> Result<(), ServeError> {
    tx.prepare_cached("UPDATE users SET sees_all=?2 WHERE name=?1")?.execute(params![user, sees_all])?;
    Ok(())
}

/// The user's feed row of a record.
pub(super) fn row_of(db: &Connection, user: &str, record: i64) -> Result<Option<FeedRow>, ServeError> {
    let mut statement = db.prepare_cached("SELECT record,seq,shown FROM feed WHERE user=?1 AND record=?2")?;
    let found = statement.query_row(params![user, record], |row| {
        Ok(FeedRow { record: row.get(0)?, seq: row.get(1)?, shown: row.get(2)? })
    });
    Ok(found.optional()?)
}

/// The rows with `after < seq <= high`, in order, at most `limit`. A `fresh` page leaves out what a new phone never
/// had: hidden and deleted records.
pub(crate) fn page(
    db: &Connection,
    user: &str,
    (after, high): (i64, i64),
    fresh: bool,
    limit: usize,
) -> Result<Vec<FeedRow>, ServeError> {
    let sql = "SELECT f.record,f.seq,f.shown FROM feed f JOIN records r ON r.no=f.record
        WHERE f.user=?1 AND f.seq>?2 AND f.seq<=?3 AND (NOT ?4 OR (f.shown AND r.life<>'gone')) ORDER BY f.seq LIMIT ?5";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![user, after, high, fresh, limit], |row| {
        Ok(FeedRow { record: row.get(0)?, seq: row.get(1)?, shown: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn shown(db: &Connection, user: &str, record: i64) -> Result<Option<bool>, ServeError> {
    Ok(row_of(db, user, record)?.map(|row| row.shown))
}

fn put(tx: &Connection, user: &str, record: i64, seq: i64, shown: bool) -> Result<(), ServeError> {
    let sql = "INSERT INTO feed(user,record,seq,shown) VALUES(?1,?2,?3,?4)
        ON CONFLICT(user,record) DO UPDATE SET seq=excluded.seq,shown=excluded.shown";
    tx.prepare_cached(sql)?.execute(params![user, record, seq, shown])?;
    Ok(())
}

fn users(db: &Connection) -> Result<Vec<String>, ServeError> {
    let mut statement = db.prepare_cached("SELECT name FROM users ORDER BY name")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn numbers(db: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<i64>, ServeError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
