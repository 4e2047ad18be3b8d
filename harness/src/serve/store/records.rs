//! Records as rows.

use std::collections::BTreeMap;

use fieldkeep::value::{FieldMap, RecordId};
use fieldkeep::wire::{FieldAuthor, RecordLife};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::serve::error::ServeError;

/// One record, whole.
#[derive(Clone)]
pub(crate) struct Record {
    /// Row number; 0 before it is inserted.
    pub(crate) no: i64,
    pub(crate) server_id: String,
    pub(crate) local_id: Option<RecordId>,
    pub(crate) record_type: String,
    pub(crate) life: RecordLife,
    /// Row number of the record whose grants cover this one.
    pub(crate) parent: Option<i64>,
    pub(crate) fields: FieldMap,
    /// Who changed which field last.
    pub(crate) authors: BTreeMap<String, FieldAuthor>,
    pub(crate) version: i64,
    pub(crate) seq: i64,
    pub(crate) created_seq: i64,
    pub(crate) creator: String,
    pub(crate) who: String,
    pub(crate) at_ms: i64,
}

const COLUMNS: &str =
    "no,server_id,local_id,type,life,parent,fields,authors,version,seq,created_seq,creator,who,at_ms FROM records";

/// The record of that row.
pub(crate) fn by_no(db: &Connection, no: i64) -> Result<Option<Record>, ServeError> {
    let sql = format!("SELECT {COLUMNS} WHERE no=?1");
    let row = db.prepare_cached(&sql)?.query_row([no], raw).optional()?;
    row.map(RawRecord::parse).transpose()
}

/// The record of that server id.
pub(crate) fn by_server_id(db: &Connection, server_id: &str) -> Result<Option<Record>, ServeError> {
    let sql = format!("SELECT {COLUMNS} WHERE server_id=?1");
    let row = db.prepare_cached(&sql)?.query_row([server_id], raw).optional()?;
    row.map(RawRecord::parse).transpose()
}

/// The record that a device created under that id.
pub(crate) fn by_local_id(db: &Connection, local_id: RecordId) -> Result<Option<Record>, ServeError> {
    let sql = format!("SELECT {COLUMNS} WHERE local_id=?1");
    let row = db.prepare_cached(&sql)?.query_row([local_id.to_string()], raw).optional()?;
    row.map(RawRecord::parse).transpose()
}

/// All records, or all of one type, in order of creation.
pub(crate) fn all(db: &Connection, record_type: Option<&str>) -> Result<Vec<Record>, ServeError> {
    let sql = format!("SELECT {COLUMNS} WHERE ?1 IS NULL OR type=?1 ORDER BY no");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([record_type], raw)?;
    rows.map(|row| row.map_err(ServeError::from)?.parse()).collect()
}

/// Inserts a record and tells it its row number.
pub(crate) fn insert(tx: &Connection, record: &mut Record) -> Result<(), ServeError> {
    let sql = "INSERT INTO records(server_id,local_id,type,life,parent,fields,authors,version,seq,created_seq,creator,who,at_ms)
        VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)";
    tx.prepare_cached(sql)?.execute(params![
        record.server_id,
        record.local_id.map(|id| id.to_string()),
        record.record_type,
        life_text(record.life),
        record.parent,
        record.fields.to_json(),
        serde_json::to_string(&record.authors)?,
        record.version,
        record.seq,
        record.created_seq,
        record.creator,
        record.who,
        record.at_ms,
    ])?;
    record.no = tx.last_insert_rowid();
    Ok(())
}

/// Writes what can change of a record: life, parent, fields and stamps.
pub(crate) fn update(tx: &Connection, record: &Record) -> Result<(), ServeError> {
    let sql = "UPDATE records SET life=?2,parent=?3,fields=?4,authors=?5,version=?6,seq=?7,who=?8,at_ms=?9 WHERE no=?1";
    tx.prepare_cached(sql)?.execute(params![
        record.no,
        life_text(record.life),
        record.parent,
        record.fields.to_json(),
        serde_json::to_string(&record.authors)?,
        record.version,
        record.seq,
        record.who,
        record.at_ms,
    ])?;
    Ok(())
}

/// The word for a life in the database and in dumps.
pub(crate) fn life_text(life: RecordLife) -> &'static str {
    match life {
        RecordLife::Alive => "alive",
        RecordLife::Archived => "archived",
        RecordLife::Gone => "gone",
        RecordLife::Hidden => "hidden",
    }
}

/// A row before its JSON is read: rusqlite's closures can only fail with its own errors.
struct RawRecord {
    record: Record,
    local_id: Option<String>,
    life: String,
    fields: String,
    authors: String,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<RawRecord> {
    let record = Record {
        no: row.get(0)?,
        server_id: row.get(1)?,
        local_id: None,
        record_type: row.get(3)?,
        life: RecordLife::Alive,
        parent: row.get(5)?,
        fields: FieldMap::new(),
        authors: BTreeMap::new(),
        version: row.get(8)?,
        seq: row.get(9)?,
        created_seq: row.get(10)?,
        creator: row.get(11)?,
        who: row.get(12)?,
        at_ms: row.get(13)?,
    };
    let (local_id, life, fields, authors) = (row.get(2)?, row.get(4)?, row.get(6)?, row.get(7)?);
    Ok(RawRecord { record, local_id, life, fields, authors })
}

impl RawRecord {
    fn parse(self) -> Result<Record, ServeError> {
        let mut record = self.record;
        record.local_id = self.local_id.and_then(|text| text.parse().ok());
        record.life = serde_json::from_value(self.life.into())?;
        record.fields = serde_json::from_str(&self.fields)?;
        record.authors = serde_json::from_str(&self.authors)?;
        Ok(record)
    }
}
