//! Files that earlier versions wrote (requirement F5): the upgraded schema is that of a fresh store, and no work is gone.
//! `stores/vN.db` was written by version N, with this folder's `busy` site, and never changes.
#![allow(clippy::disallowed_methods, reason = "a test puts an old file in place")]

use std::sync::Arc;

use rusqlite::Connection;

use super::site::{Deaf, open, place};
use crate::store::{DATABASE_FILE, invariants, open as files};
use crate::value::Value;
use crate::{Query, Record};

const OLD_STORES: [(i64, &[u8]); 1] = [(1, include_bytes!("stores/v1.db"))];

/// Every table and index, as SQLite keeps them; those that follow from an app's schema left out.
fn shape(db: &Connection) -> Vec<String> {
    let mut statement = db
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'field\\_%' ESCAPE '\\' ORDER BY name")
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn titles(records: &[Record]) -> Vec<Option<&Value>> {
    records.iter().map(|record| record.fields.get("title").or(record.fields.get("name"))).collect()
}

#[test]
fn f5_an_old_store_becomes_like_a_fresh_one_and_keeps_all_work() {
    let fresh = tempfile::tempdir().unwrap();
    let fresh = files::writer(&place(fresh.path().join(DATABASE_FILE))).unwrap();
    for (version, bytes) in OLD_STORES {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(DATABASE_FILE);
        std::fs::write(&file, bytes).unwrap();
        let old = Connection::open(&file).unwrap();
        let stored: i64 = old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(stored, version);
        let counts = |db: &Connection| {
            ["records", "changes", "shipments", "reviews", "journal", "drafts", "forms"].map(|table| {
                db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
            })
        };
        let before = counts(&old);
        drop(old);
        let keep = open(folder.path(), "ana", 1, Arc::new(Deaf::default())).unwrap();
        assert_eq!(keep.outbox().unwrap().len(), 6, "version {version}");
        assert_eq!(keep.reviews().unwrap().len(), 1, "version {version}");
        let jobs = keep.find(&Query { limit: 1000, ..Query::all("work_order") }).unwrap().records;
        assert!(!jobs.is_empty() && titles(&jobs).iter().all(Option::is_some), "version {version}");
        keep.close();
        let upgraded = Connection::open(&file).unwrap();
        assert_eq!(counts(&upgraded), before, "version {version}");
        assert_eq!(shape(&upgraded), shape(&fresh), "version {version}");
        assert_eq!(invariants::violations(&upgraded).unwrap(), [], "version {version}");
    }
}
