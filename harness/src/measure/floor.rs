//! The floor: bare SQLite with the same settings, the same JSON and prepared statements. It does what a careful app without
//! any of the promises would do, and nothing more.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::courier::Courier;
use super::sample::{self, Extent};
use super::{BATCH, Fault};

/// The database file in a floor's folder.
const FILE: &str = "floor.db";
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS records(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, server_id TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox(no INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, body TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS state(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;";
const INDEXES: &str = "
CREATE INDEX IF NOT EXISTS records_due ON records(body->>'due');
CREATE INDEX IF NOT EXISTS records_status ON records(body->>'status');
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');";

/// The settings of the product, on any file.
pub(super) fn connect(file: &Path, synchronous: &str) -> rusqlite::Result<Connection> {
    let db = Connection::open(file)?;
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    db.pragma_update(None, "journal_size_limit", 4 * 1024 * 1024)?;
    db.pragma_update(None, "trusted_schema", false)?;
    Ok(db)
}

/// An open database of the floor.
pub(super) struct Floor {
    db: Connection,
    extent: Extent,
}

/// A record ready to be changed, as an app holds it that has just shown it.
pub(super) struct Shown {
    n: usize,
    id: Uuid,
    values: serde_json::Map<String, serde_json::Value>,
}

/// One line of a page: a record, or the page's end.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default)]
    local_id: Option<Uuid>,
    #[serde(default)]
    server_id: Option<&'a str>,
    #[serde(default, borrow)]
    values: Option<&'a RawValue>,
    #[serde(default)]
    page: Option<End>,
}

#[derive(Deserialize)]
struct End {
    cursor: String,
    more: bool,
}

#[derive(Deserialize)]
struct Titled<'a> {
    title: std::borrow::Cow<'a, str>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    shipment: Uuid,
    outcome: &'a str,
}

impl Floor {
    /// Opens a folder's database, making it if need be.
    pub(super) fn open(folder: &Path, extent: Extent, synchronous: &str) -> Result<Self, Fault> {
        std::fs::create_dir_all(folder)?;
        let db = connect(&folder.join(FILE), synchronous)?;
        db.execute_batch(TABLES)?;
        if extent == Extent::Indexed {
            db.execute_batch(INDEXES)?;
        }
        Ok(Self { db, extent })
    }

    /// The first records, as a screen shows them.
    pub(super) fn shown(&self, count: usize) -> Result<Vec<Shown>, Fault> {
        let mut statement = self.db.prepare("SELECT id,body FROM records ORDER BY no LIMIT ?1")?;
        let rows = statement
            .query_map([i64::try_from(count)?], |row| Ok((Uuid::from_bytes(row.get(0)?), row.get::<_, String>(1)?)))?;
        let mut shown = Vec::with_capacity(count);
        for row in rows {
            let (id, body) = row?;
            shown.push(Shown { n: sample::number_of(id), id, values: serde_json::from_str(&body)? });
        }
        if shown.len() == count {
            Ok(shown)
        } else {
            Err(format!("only {} of {count} records are here", shown.len()).into())
        }
    }

    /// Changes one field of a record: the record, what is to be sent, the words. One transaction.
    pub(super) fn save(&mut self, mut shown: Shown) -> Result<(), Fault> {
        let change = sample::change(shown.n);
        shown.values.insert(change.field.to_owned(), change.to.as_str().into());
        let body = serde_json::to_string(&shown.values)?;
        let patch =
            serde_json::json!({ "record": shown.id, "field": change.field, "from": change.from, "to": change.to });
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let no: i64 = transaction
            .prepare_cached(
                "INSERT INTO records(id,server_id,body) VALUES(?1,'',?2) ON CONFLICT(id) DO UPDATE SET body=excluded.body \
                 RETURNING no",
            )?
            .query_row(params![shown.id.as_bytes(), body], |row| row.get(0))?;
        transaction
            .prepare_cached("INSERT INTO outbox(key,body) VALUES(?1,?2)")?
            .execute(params![key(shown.n).as_bytes(), patch.to_string()])?;
        if change.field == "title" {
            set_words(&transaction, no, &change.to)?;
        }
        Ok(transaction.commit()?)
    }

    /// Puts a patch of each of the first records into the outbox, as the text that goes over the wire.
    pub(super) fn queue(&mut self, count: usize) -> Result<(), Fault> {
        let transaction = self.db.transaction()?;
        {
            let mut records = transaction.prepare("SELECT id,server_id FROM records ORDER BY no LIMIT ?1")?;
            let mut outbox = transaction.prepare("INSERT INTO outbox(key,body) VALUES(?1,?2)")?;
            let mut rows = records.query([i64::try_from(count)?])?;
            while let Some(row) = rows.next()? {
                let (id, server_id) = (Uuid::from_bytes(row.get(0)?), row.get::<_, String>(1)?);
                let (n, key) = (sample::number_of(id), key(sample::number_of(id)));
                outbox.execute(params![key.as_bytes(), shipment(n, key, &server_id).to_string()])?;
            }
        }
        transaction.commit()?;
        let waiting = self.waiting()?;
        if waiting == count { Ok(()) } else { Err(format!("{waiting} patches wait instead of {count}").into()) }
    }

    /// Sends all that waits, a batch at a time.
    pub(super) fn drain(&mut self, courier: &Courier) -> Result<(), Fault> {
        loop {
            let (last, items) = self.next_batch()?;
            if items.is_empty() {
                return Ok(());
            }
            let reply =
                courier.post("/v1/push", format!("{{\"device\":\"floor\",\"items\":[{}]}}", items.join(",")))?;
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut statement = transaction.prepare_cached("DELETE FROM outbox WHERE key=?1 AND no<=?2")?;
            for line in reply.lines() {
                let answer: Answer<'_> = serde_json::from_str(line)?;
                if answer.outcome != "applied" {
                    return Err(format!("the server answered {line}").into());
                }
                statement.execute(params![answer.shipment.as_bytes(), last])?;
            }
            drop(statement);
            transaction.commit()?;
        }
    }

    /// The oldest that wait, noted as sent: durable before the first byte goes out.
    fn next_batch(&mut self) -> Result<(i64, Vec<String>), Fault> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut items = Vec::with_capacity(BATCH);
        let (mut first, mut last) = (i64::MAX, 0);
        {
            let mut statement = transaction.prepare_cached("SELECT no,body FROM outbox ORDER BY no LIMIT ?1")?;
            let mut rows = statement.query([i64::try_from(BATCH)?])?;
            while let Some(row) = rows.next()? {
                last = row.get(0)?;
                first = first.min(last);
                items.push(row.get(1)?);
            }
            let mut statement = transaction.prepare_cached("UPDATE outbox SET sent=1 WHERE no BETWEEN ?1 AND ?2")?;
            statement.execute([first, last])?;
        }
        transaction.commit()?;
        Ok((last, items))
    }

    /// Fetches everything, a page a transaction.
    pub(super) fn pull(&mut self, courier: &Courier) -> Result<(), Fault> {
        let mut cursor: Option<String> = None;
        loop {
            let path = cursor.map_or_else(|| "/v1/pull".to_owned(), |cursor| format!("/v1/pull?cursor={cursor}"));
            let page = courier.get(&path)?;
            let end = self.take(&page)?;
            if !end.more {
                return Ok(());
            }
            cursor = Some(end.cursor);
        }
    }

    fn take(&mut self, page: &str) -> Result<End, Fault> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut insert = transaction.prepare_cached("INSERT INTO records(id,server_id,body) VALUES(?1,?2,?3)")?;
        let mut end = None;
        for line in page.lines() {
            let line: Line<'_> = serde_json::from_str(line)?;
            if let (Some(id), Some(server_id), Some(values)) = (line.local_id, line.server_id, line.values) {
                let no = insert.insert(params![id.as_bytes(), server_id, values.get()])?;
                if self.extent == Extent::Indexed {
                    set_words(&transaction, no, &serde_json::from_str::<Titled<'_>>(values.get())?.title)?;
                }
            }
            end = end.or(line.page);
        }
        drop(insert);
        let end = end.ok_or("the page has no end")?;
        transaction
            .prepare_cached("INSERT OR REPLACE INTO state(key,value) VALUES('cursor',?1)")?
            .execute([&end.cursor])?;
        transaction.commit()?;
        Ok(end)
    }

    /// What waits in the outbox.
    pub(super) fn waiting(&self) -> Result<usize, Fault> {
        Ok(usize::try_from(self.db.query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, i64>(0))?)?)
    }

    /// How many records there are.
    pub(super) fn count(&self) -> Result<usize, Fault> {
        Ok(usize::try_from(self.db.query_row("SELECT count(*) FROM records", [], |row| row.get::<_, i64>(0))?)?)
    }

    /// Whether a list by its due time has the n-th record, and a search by its own word too.
    pub(super) fn has(&self, n: usize) -> Result<bool, Fault> {
        let by_due: Option<uuid::Bytes> = self
            .db
            .query_row("SELECT id FROM records WHERE body->>'due'=?1 LIMIT 20", [sample::due_ms(n)], |row| row.get(0))
            .optional()?;
        if by_due.map(Uuid::from_bytes) != Some(sample::id(n)) {
            return Ok(false);
        }
        if self.extent == Extent::Plain {
            return Ok(true);
        }
        let sql = "SELECT id FROM records WHERE no IN(SELECT rowid FROM search WHERE search MATCH ?1) LIMIT 20";
        let by_word: Option<uuid::Bytes> =
            self.db.query_row(sql, [format!("\"{}\"*", sample::word(n))], |row| row.get(0)).optional()?;
        Ok(by_word.map(Uuid::from_bytes) == Some(sample::id(n)))
    }
}

fn set_words(db: &Connection, no: i64, words: &str) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO search(rowid,text) VALUES(?1,?2)")?.execute(params![no, words])?;
    Ok(())
}

/// The idempotency key of a record's one patch: its id with another version's number.
fn key(n: usize) -> Uuid {
    let mut bytes = *sample::id(n).as_bytes();
    bytes[6] |= 0x0f;
    Uuid::from_bytes(bytes)
}

/// A patch as the protocol has it.
fn shipment(n: usize, key: Uuid, server_id: &str) -> serde_json::Value {
    let change = sample::change(n);
    serde_json::json!({
        "id": key, "type": sample::TYPE, "record": server_id, "local_id": sample::id(n), "kind": "patch",
        "base_version": "1", "fields": { change.field: { "from": change.from, "to": change.to } }, "schema_version": 1,
        "author": super::USER, "made_at": 1_767_225_600_000_i64, "first_sent_at": 1_767_225_600_000_i64,
    })
}
