//! A record as one user is to see it now.

use std::collections::{BTreeMap, BTreeSet};

use fieldkeep::value::{Canonical, FieldMap};
use fieldkeep::wire::{AppliedShipment, Entry, RecordLife};
use rusqlite::{Connection, params};
use serde_json::Value as Json;
use uuid::Uuid;

use super::feed::{self, FeedRow};
use super::{Record, may_see};
use crate::serve::error::ServeError;
use crate::serve::limits::{APPLIED_LISTED, TOMBSTONE_MS};

/// The entry of this record for this user, `hidden` when the user may not see it.
pub(crate) fn entry_for(db: &Connection, user: &str, record: &Record, now_ms: i64) -> Result<Entry, ServeError> {
    let row = match feed::row_of(db, user, record.no)? {
        Some(row) => row,
        None => FeedRow { record: record.no, seq: record.seq, shown: may_see(db, user, record.no)? },
    };
    entry_of(db, record, &row, now_ms)
}

/// The entry of this record as this row of a user's feed tells it. Its `seq` is the feed's, so that a grant, which
/// does not change the record, is news to its user all the same.
pub(crate) fn entry_of(db: &Connection, record: &Record, row: &FeedRow, now_ms: i64) -> Result<Entry, ServeError> {
    let mut entry = Entry {
        server_id: record.server_id.clone(),
        local_id: record.local_id,
        record_type: record.record_type.clone(),
        seq: row.seq,
        version: None,
        life: if row.shown { record.life } else { RecordLife::Hidden },
        values: FieldMap::new(),
        who: String::new(),
        at_ms: 0,
        changed: BTreeMap::new(),
        by: Vec::new(),
    };
    if !row.shown {
        return Ok(entry);
    }
    entry.version = Some(record.version.to_string());
    entry.values = record.fields.clone();
    entry.who.clone_from(&record.who);
    entry.at_ms = record.at_ms;
    let by_another = |author: &fieldkeep::wire::FieldAuthor| author.who != record.who || author.at_ms != record.at_ms;
    let authors = record.authors.iter().filter(|(_, author)| by_another(author));
    entry.changed = authors.map(|(field, author)| (field.clone(), author.clone())).collect();
    entry.by = applied_to(db, record, now_ms)?;
    Ok(entry)
}

/// The shipments applied to the record, oldest first.
fn applied_to(db: &Connection, record: &Record, now_ms: i64) -> Result<Vec<AppliedShipment>, ServeError> {
    let sql =
        "SELECT shipment,seq,stored FROM applied WHERE record=?1 AND at_ms>=?2 ORDER BY seq DESC,shipment LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let since_ms = now_ms.saturating_sub(TOMBSTONE_MS);
    let mut rows = statement.query(params![record.no, since_ms, i64::try_from(APPLIED_LISTED).unwrap_or(i64::MAX)])?;
    let mut by = Vec::new();
    let mut told = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (shipment, stored): (String, String) = (row.get(0)?, row.get(2)?);
        let Ok(shipment) = Uuid::try_parse(&shipment) else { continue };
        let mut stored: BTreeMap<String, Json> = serde_json::from_str(&stored)?;
        // What has been replaced since explains nothing that the values beside it show, and each value is told once: so
        // the list never weighs more than the record.
        stored.retain(|field, value| {
            let is_there = record.fields.get(field).map_or(Json::Null, Canonical::json) == *value;
            is_there && told.insert(field.clone())
        });
        by.push(AppliedShipment { shipment, seq: row.get(1)?, stored });
    }
    by.reverse();
    Ok(by)
}
