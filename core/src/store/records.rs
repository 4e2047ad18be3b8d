//! Table `records`: what the screen shows and what the server said.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, StoreResult};
use crate::schedule::Due;
use crate::value::{FieldMap, RecordId};
use crate::wire::{Entry, FieldAuthor, RecordLife};

/// Life of a record on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Known to the server or about to be.
    Alive,
    /// Put away.
    Archived,
    /// Deleted on the server, or its create was discarded here.
    Gone,
    /// Not visible to this user any more.
    Hidden,
    /// Only referred to by others so far; nothing is known but its server id.
    Shell,
}

impl Life {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Archived => "archived",
            Self::Gone => "gone",
            Self::Hidden => "hidden",
            Self::Shell => "shell",
        }
    }

    fn parse(text: &str) -> StoreResult<Self> {
        match text {
            "alive" => Ok(Self::Alive),
            "archived" => Ok(Self::Archived),
            "gone" => Ok(Self::Gone),
            "hidden" => Ok(Self::Hidden),
            "shell" => Ok(Self::Shell),
            other => Err(StoreError::Unreadable(format!("life {other}"))),
        }
    }
}

impl From<RecordLife> for Life {
    fn from(life: RecordLife) -> Self {
        match life {
            RecordLife::Alive => Self::Alive,
            RecordLife::Archived => Self::Archived,
            RecordLife::Gone => Self::Gone,
            RecordLife::Hidden => Self::Hidden,
        }
    }
}

/// A row of `records`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordRow {
    pub(crate) no: i64,
    pub(crate) id: RecordId,
    pub(crate) record_type: String,
    pub(crate) server_id: Option<String>,
    pub(crate) view: FieldMap,
    pub(crate) theirs: Option<String>,
    /// JSON object: field to [`FieldAuthor`], the empty name for all others.
    pub(crate) authors: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) server_seq: Option<i64>,
    pub(crate) rev: i64,
    pub(crate) life: Life,
    pub(crate) stale: bool,
    pub(crate) bounces: i64,
    pub(crate) due: Option<Due>,
    pub(crate) merged_into: Option<i64>,
    pub(crate) synced_ms: Option<i64>,
}

impl RecordRow {
    /// Remembers who changed what, as an entry says it.
    pub(crate) fn set_authors(&mut self, entry: &Entry) {
        let mut authors = entry.changed.clone();
        authors.insert(String::new(), FieldAuthor { who: entry.who.clone(), at_ms: entry.at_ms });
        self.authors = serde_json::to_string(&authors).ok();
    }

    /// Notes who changed one field last, where no entry came to say it.
    pub(crate) fn set_author(&mut self, field: &str, author: FieldAuthor) {
        let mut authors = self.authors();
        authors.insert(field.to_owned(), author);
        self.authors = serde_json::to_string(&authors).ok();
    }

    /// Who changed a field last and when, if the server has said it.
    pub(crate) fn author_of(&self, field: &str) -> Option<FieldAuthor> {
        let mut authors = self.authors();
        authors.remove(field).or_else(|| authors.remove(""))
    }

    fn authors(&self) -> BTreeMap<String, FieldAuthor> {
        self.authors.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

const COLUMNS: &str = "no,id,type,server_id,view,theirs,version,server_seq,rev,life,stale,bounces,\
     wait_ms,due_wall_ms,due_boot_ms,boot_id,merged_into,synced_ms,authors";

fn read(row: &Row<'_>) -> rusqlite::Result<StoreResult<RecordRow>> {
    let life: String = row.get(9)?;
    let view: String = row.get(4)?;
    let id: uuid::Bytes = row.get(1)?;
    let life = match Life::parse(&life) {
        Ok(life) => life,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(RecordRow {
        no: row.get(0)?,
        id: RecordId(uuid::Uuid::from_bytes(id)),
        record_type: row.get(2)?,
        server_id: row.get(3)?,
        view: FieldMap::from_stored(&view),
        theirs: row.get(5)?,
        version: row.get(6)?,
        server_seq: row.get(7)?,
        rev: row.get(8)?,
        life,
        stale: row.get(10)?,
        bounces: row.get(11)?,
        due: read_due(row, 12)?,
        merged_into: row.get(16)?,
        synced_ms: row.get(17)?,
        authors: row.get(18)?,
    }))
}

/// Reads the four columns of a due time, null when there is none.
pub(super) fn read_due(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Due>> {
    let wait: Option<i64> = row.get(first)?;
    let Some(wait_ms) = wait else { return Ok(None) };
    Ok(Some(Due { wait_ms, wall_ms: row.get(first + 1)?, boot_ms: row.get(first + 2)?, boot_id: row.get(first + 3)? }))
}

/// Whether anything that the server knows is here.
pub(crate) fn any_of_server(db: &Connection) -> StoreResult<bool> {
    let sql = "SELECT EXISTS(SELECT 1 FROM records WHERE server_id IS NOT NULL AND merged_into IS NULL)";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

pub(crate) fn by_no(db: &Connection, no: i64) -> StoreResult<Option<RecordRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM records WHERE no=?1"))?;
    statement.query_row([no], read).optional()?.transpose()
}

pub(crate) fn by_id(db: &Connection, id: RecordId) -> StoreResult<Option<RecordRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM records WHERE id=?1"))?;
    statement.query_row([id.as_bytes()], read).optional()?.transpose()
}

pub(crate) fn by_server_id(db: &Connection, record_type: &str, server_id: &str) -> StoreResult<Option<RecordRow>> {
    // The predicate repeats that of the partial index, word for word, so that SQLite uses it.
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM records WHERE type=?1 AND server_id=?2 AND server_id IS NOT NULL AND merged_into IS NULL"
    ))?;
    statement.query_row([record_type, server_id], read).optional()?.transpose()
}

/// The id and server id of a record, without its values.
pub(crate) fn ids_of(db: &Connection, no: i64) -> StoreResult<Option<(RecordId, Option<String>)>> {
    let mut statement = db.prepare_cached("SELECT id,server_id FROM records WHERE no=?1")?;
    let ids = statement.query_row([no], |row| {
        let id: uuid::Bytes = row.get(0)?;
        Ok((RecordId(uuid::Uuid::from_bytes(id)), row.get(1)?))
    });
    Ok(ids.optional()?)
}

/// Adds a record and gives it its number.
pub(crate) fn insert(db: &Connection, row: &RecordRow) -> StoreResult<i64> {
    db.prepare_cached(
        "INSERT INTO records(id,type,server_id,view,version,server_seq,life,synced_ms,authors) \
         VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
    )?
    .execute(params![
        row.id.as_bytes(),
        row.record_type,
        row.server_id,
        row.view.to_json(),
        row.version,
        row.server_seq,
        row.life.as_str(),
        row.synced_ms,
        row.authors,
    ])?;
    Ok(db.last_insert_rowid())
}

/// Writes back everything that can change but the view.
pub(crate) fn update_standing(db: &Connection, row: &RecordRow) -> StoreResult<()> {
    let due = row.due.as_ref();
    db.prepare_cached(
        "UPDATE records SET server_id=?2,theirs=?3,version=?4,server_seq=?5,rev=?6,life=?7,stale=?8,bounces=?9,\
         wait_ms=?10,due_wall_ms=?11,due_boot_ms=?12,boot_id=?13,synced_ms=?14,authors=?15 WHERE no=?1",
    )?
    .execute(params![
        row.no,
        row.server_id,
        row.theirs,
        row.version,
        row.server_seq,
        row.rev,
        row.life.as_str(),
        row.stale,
        row.bounces,
        due.map(|due| due.wait_ms),
        due.map(|due| due.wall_ms),
        due.map(|due| due.boot_ms),
        due.map(|due| &due.boot_id),
        row.synced_ms,
        row.authors,
    ])?;
    Ok(())
}

/// Writes the view: the one copy of the record's values, and with it the indexes over them.
pub(crate) fn update_view(db: &Connection, no: i64, view: &FieldMap, rev: i64) -> StoreResult<()> {
    db.prepare_cached("UPDATE records SET view=?2,rev=?3 WHERE no=?1")?.execute(params![no, view.to_json(), rev])?;
    Ok(())
}

/// When the records that others keep changing may be sent again.
pub(crate) fn bounce_dues(db: &Connection) -> StoreResult<Vec<Due>> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT r.no,r.wait_ms,r.due_wall_ms,r.due_boot_ms,r.boot_id FROM changes c JOIN records r ON r.no=c.record \
         WHERE c.state IN('pending','sealed','held') AND r.wait_ms IS NOT NULL",
    )?;
    let rows = statement.query_map([], |row| read_due(row, 1))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Ends the waits of records that others keep changing.
pub(crate) fn hurry(db: &Connection) -> StoreResult<()> {
    db.prepare_cached(
        "UPDATE records SET wait_ms=NULL,due_wall_ms=NULL,due_boot_ms=NULL,boot_id=NULL WHERE wait_ms IS NOT NULL AND no IN \
         (SELECT record FROM changes WHERE state IN('pending','sealed','held'))",
    )?
    .execute([])?;
    Ok(())
}

/// The number and server id of a record named by its local id, without its values.
pub(crate) fn no_of(db: &Connection, id: RecordId) -> StoreResult<Option<(i64, Option<String>)>> {
    let mut statement = db.prepare_cached("SELECT no,server_id FROM records WHERE id=?1")?;
    Ok(statement.query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The number of the live create of a record, and its group.
pub(crate) fn live_create(db: &Connection, record: i64) -> StoreResult<Option<(i64, Option<i64>)>> {
    let mut statement = db.prepare_cached(
        "SELECT seq,grp FROM changes WHERE record=?1 AND field='' AND kind='create' \
         AND state IN('pending','sealed','held')",
    )?;
    Ok(statement.query_row([record], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Turns a shell into an alias of a record: what pointed to the shell points to the record, in references and views.
pub(crate) fn merge_shell(db: &Connection, shell: &RecordRow, record: &RecordRow) -> StoreResult<()> {
    db.prepare_cached("UPDATE records SET merged_into=?2 WHERE no=?1")?.execute([shell.no, record.no])?;
    let mut statement = db.prepare_cached("SELECT child,field FROM refs WHERE parent=?1")?;
    let pointing = statement.query_map([shell.no], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for (child, field) in pointing.collect::<Result<Vec<_>, _>>()? {
        db.prepare_cached("UPDATE records SET rev=rev+1,view=json_set(view,'$.'||?2,?3) WHERE no=?1")?
            .execute(params![child, field, record.id.to_string()])?;
        db.prepare_cached("UPDATE refs SET parent=?3 WHERE child=?1 AND field=?2")?
            .execute(params![child, field, record.no])?;
    }
    rename_in_work(db, shell, record)
}

/// The same in live changes and open reviews, also where an edit has pointed elsewhere since: what it started from counts.
fn rename_in_work(db: &Connection, shell: &RecordRow, record: &RecordRow) -> StoreResult<()> {
    let quoted = |row: &RecordRow| format!("\"{}\"", row.id);
    let (old, new) = (quoted(shell), quoted(record));
    for column in ["seen", "from_value", "to_value"] {
        db.prepare_cached(&format!(
            "UPDATE changes SET {column}=?2 WHERE {column}=?1 AND state IN('pending','sealed','held')"
        ))?
        .execute([&old, &new])?;
    }
    for column in ["base", "theirs"] {
        db.prepare_cached(&format!("UPDATE reviews SET {column}=?2 WHERE {column}=?1 AND closed_ms IS NULL"))?
            .execute([&old, &new])?;
    }
    db.prepare_cached(
        "UPDATE changes SET to_value=replace(to_value,?1,?2) WHERE field='' AND kind='create' \
         AND state IN('pending','sealed','held') AND instr(to_value,?1)>0",
    )?
    .execute([&old, &new])?;
    Ok(())
}
