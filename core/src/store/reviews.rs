//! Table `reviews`: questions to a person, and their answers.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::StoreResult;
use crate::mutants::{self, Mutant};
use crate::value::{Canonical, ReviewId};

/// A row of `reviews`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReviewRow {
    pub(crate) no: i64,
    pub(crate) id: ReviewId,
    pub(crate) record: i64,
    /// Empty: the record as a whole.
    pub(crate) field: String,
    pub(crate) kind: String,
    pub(crate) base: Option<Canonical>,
    /// Frozen at close; of an open review "mine" is the last held change.
    pub(crate) mine: Option<Canonical>,
    pub(crate) theirs: Option<Canonical>,
    pub(crate) theirs_by: Option<String>,
    pub(crate) theirs_at_ms: Option<i64>,
    pub(crate) theirs_rev: i64,
    pub(crate) policy_version: i64,
    /// JSON: field errors, or what else explains the question.
    pub(crate) detail: Option<String>,
    pub(crate) choice: Option<String>,
    pub(crate) chosen: Option<Canonical>,
    pub(crate) closed_by: Option<String>,
    pub(crate) opened_ms: i64,
    pub(crate) closed_ms: Option<i64>,
}

const COLUMNS: &str = "no,id,record,field,kind,base,mine,theirs,theirs_by,theirs_at_ms,theirs_rev,policy_version,\
     detail,choice,chosen,closed_by,opened_ms,closed_ms";

fn read(row: &Row<'_>) -> rusqlite::Result<ReviewRow> {
    let id: uuid::Bytes = row.get(1)?;
    let value = |column| -> rusqlite::Result<Option<Canonical>> {
        Ok(row.get::<_, Option<String>>(column)?.map(Canonical::from_stored))
    };
    Ok(ReviewRow {
        no: row.get(0)?,
        id: ReviewId(Uuid::from_bytes(id)),
        record: row.get(2)?,
        field: row.get(3)?,
        kind: row.get(4)?,
        base: value(5)?,
        mine: value(6)?,
        theirs: value(7)?,
        theirs_by: row.get(8)?,
        theirs_at_ms: row.get(9)?,
        theirs_rev: row.get(10)?,
        policy_version: row.get(11)?,
        detail: row.get(12)?,
        choice: row.get(13)?,
        chosen: value(14)?,
        closed_by: row.get(15)?,
        opened_ms: row.get(16)?,
        closed_ms: row.get(17)?,
    })
}

fn text(value: Option<&Canonical>) -> Option<&str> {
    value.map(Canonical::as_str)
}

/// Opens a review and gives it its number.
pub(crate) fn insert(db: &Connection, row: &ReviewRow) -> StoreResult<i64> {
    db.prepare_cached(
        "INSERT INTO reviews(id,record,field,kind,base,theirs,theirs_by,theirs_at_ms,policy_version,detail,opened_ms) \
         VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
    )?
    .execute(params![
        row.id.as_bytes(),
        row.record,
        row.field,
        row.kind,
        text(row.base.as_ref()),
        text(row.theirs.as_ref()),
        row.theirs_by,
        row.theirs_at_ms,
        row.policy_version,
        row.detail,
        row.opened_ms,
    ])?;
    Ok(db.last_insert_rowid())
}

/// Writes back the other side's news and the answer.
pub(crate) fn update(db: &Connection, row: &ReviewRow) -> StoreResult<()> {
    db.prepare_cached(
        "UPDATE reviews SET mine=?2,theirs=?3,theirs_by=?4,theirs_at_ms=?5,theirs_rev=?6,choice=?7,chosen=?8,closed_by=?9,\
         closed_ms=?10,detail=?11 WHERE no=?1",
    )?
    .execute(params![
        row.no,
        text(row.mine.as_ref()),
        text(row.theirs.as_ref()),
        row.theirs_by,
        row.theirs_at_ms,
        row.theirs_rev,
        row.choice,
        text(row.chosen.as_ref()),
        row.closed_by,
        row.closed_ms,
        row.detail,
    ])?;
    Ok(())
}

fn collect(db: &Connection, sql: &str, parameters: impl rusqlite::Params) -> StoreResult<Vec<ReviewRow>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The open reviews of a record.
pub(crate) fn open_of(db: &Connection, record: i64) -> StoreResult<Vec<ReviewRow>> {
    collect(db, &format!("SELECT {COLUMNS} FROM reviews WHERE record=?1 AND closed_ms IS NULL ORDER BY no"), [record])
}

/// All open reviews, oldest first.
pub(crate) fn open(db: &Connection) -> StoreResult<Vec<ReviewRow>> {
    // Without the hint SQLite walks all reviews there ever were, since they lie in the order asked for.
    let sql = format!("SELECT {COLUMNS} FROM reviews INDEXED BY one_open_review WHERE closed_ms IS NULL ORDER BY no");
    collect(db, &sql, [])
}

/// How many reviews are open.
pub(crate) fn count_open(db: &Connection) -> StoreResult<i64> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM reviews WHERE closed_ms IS NULL")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// A review by its id.
pub(crate) fn by_id(db: &Connection, id: ReviewId) -> StoreResult<Option<ReviewRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM reviews WHERE id=?1"))?;
    Ok(statement.query_row([id.as_bytes()], read).optional()?)
}

/// Closed reviews that the server has not acknowledged, oldest first.
pub(crate) fn unreported(db: &Connection, limit: usize) -> StoreResult<Vec<ReviewRow>> {
    if mutants::is(Mutant::AnswerNotReported) {
        return collect(db, &format!("SELECT {COLUMNS} FROM reviews WHERE reported=0 AND choice='theirs' LIMIT 1"), []);
    }
    let sql = format!("SELECT {COLUMNS} FROM reviews WHERE reported=0 AND closed_ms IS NOT NULL ORDER BY no LIMIT ?1");
    collect(db, &sql, [i64::try_from(limit).unwrap_or(i64::MAX)])
}

/// Whether any closed review is unknown to the server.
pub(crate) fn any_unreported(db: &Connection) -> StoreResult<bool> {
    if mutants::is(Mutant::AnswerNotReported) {
        return Ok(!unreported(db, 1)?.is_empty());
    }
    let mut statement =
        db.prepare_cached("SELECT EXISTS(SELECT 1 FROM reviews WHERE reported=0 AND closed_ms IS NOT NULL)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The server has it.
pub(crate) fn mark_reported(db: &Connection, id: ReviewId) -> StoreResult<()> {
    db.prepare_cached("UPDATE reviews SET reported=1 WHERE id=?1 AND closed_ms IS NOT NULL")?
        .execute([id.as_bytes()])?;
    Ok(())
}
