//! What is opened, what is refused and left as it is.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::site::{Deaf, busy, open, place};
use crate::store::files::SystemFiles;
use crate::store::{DATABASE_FILE, Store, StoreError, Turn, open as files};
use crate::{KeepError, OpenError};

fn try_open(folder: &Path, user: &str, version: i64) -> Result<(), OpenError> {
    open(folder, user, version, Arc::new(Deaf::default())).map(|_| ())
}

#[test]
fn a_store_survives_being_reopened() {
    let folder = busy();
    let keep = open(folder.path(), "ana", 1, Arc::new(Deaf::default())).unwrap();
    let waits = || keep.outbox().unwrap().iter().map(|item| (item.operation, item.fields.clone())).collect::<Vec<_>>();
    let (before, device) = (waits(), keep.device());
    assert_eq!(before.len(), 6, "{before:?}");
    keep.suspend(1_000).unwrap();
    assert_eq!(keep.outbox(), Err(KeepError::Suspended));
    keep.resume().unwrap();
    assert_eq!(waits(), before);
    drop(keep);
    let again = open(folder.path(), "ana", 1, Arc::new(Deaf::default())).unwrap();
    assert_eq!(again.device(), device);
    assert_eq!(again.outbox().unwrap().len(), 6);
    assert_eq!(again.reviews().unwrap().len(), 1);
}

#[test]
fn others_are_kept_out_and_nothing_changes() {
    let folder = busy();
    let database = folder.path().join(DATABASE_FILE);
    let bytes = std::fs::read(&database).unwrap();
    assert_eq!(try_open(folder.path(), "ben", 1), Err(OpenError::WrongUser { owner: "ana".to_owned() }));
    let keep = open(folder.path(), "ana", 2, Arc::new(Deaf::default())).unwrap();
    assert_eq!(try_open(folder.path(), "ana", 2), Err(OpenError::InUse), "a second opener");
    drop(keep);
    assert_eq!(try_open(folder.path(), "ana", 1), Err(OpenError::SchemaOlder { stored: 2, given: 1 }));
    try_open(folder.path(), "ana", 2).unwrap();
    // The wrong user has left no trace: only the schema's version has changed since.
    let db = Connection::open(&database).unwrap();
    assert_eq!(crate::store::passport(&db).unwrap().map(|passport| passport.user).as_deref(), Some("ana"));
    assert_ne!(bytes, std::fs::read(&database).unwrap());
}

#[test]
fn what_is_no_store_of_ours_is_left_as_it_is() {
    let foreign = |make: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        make(&path);
        let before = std::fs::read(&path).unwrap();
        let error = try_open(folder.path(), "ana", 1).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), before, "{error}");
        error
    };
    let sql = |sql: &'static str| move |path: &Path| Connection::open(path).unwrap().execute_batch(sql).unwrap();
    let damaged = |error| matches!(error, OpenError::Damaged { .. });
    assert!(damaged(foreign(&sql("CREATE TABLE contacts(name TEXT)"))), "another app's database");
    assert!(damaged(foreign(&sql("PRAGMA application_id=7; PRAGMA user_version=1"))), "another app's empty one");
    assert!(damaged(foreign(&sql("PRAGMA user_version=1"))), "a version without an owner");
    let newer = "PRAGMA application_id=1181446193; PRAGMA user_version=99; CREATE TABLE records(no)";
    assert_eq!(foreign(&sql(newer)), OpenError::Newer);
    #[allow(clippy::disallowed_methods, reason = "the test plays another program")]
    let rubbish = |path: &Path| std::fs::write(path, [b'x'; 5_000]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    rubbish(&folder.path().join(DATABASE_FILE));
    let Err(OpenError::Damaged { kept_at: Some(place), .. }) = try_open(folder.path(), "ana", 1) else { panic!() };
    assert_eq!(std::fs::read(place).unwrap(), [b'x'; 5_000], "what may have been ours is moved, and not touched");
}

#[test]
fn a_folder_that_cannot_be_written_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    #[allow(clippy::disallowed_methods, reason = "the test plays another program")]
    std::fs::write(&file, "x").unwrap();
    for path in [file.join("below"), "/proc/fieldkeep-has-no-place-here".into()] {
        let error = try_open(&path, "ana", 1).unwrap_err();
        assert!(matches!(error, OpenError::Unavailable { .. }), "{path:?}: {error:?}");
    }
}

#[test]
fn a_commit_is_on_the_disk_when_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let writer = files::writer(&place(folder.path().join(DATABASE_FILE))).unwrap();
    let text = |name: &str| writer.pragma_query_value(None, name, |row| row.get::<_, String>(0)).unwrap();
    let number = |name: &str| writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!(number("synchronous"), 2, "FULL");
    assert_eq!(number("trusted_schema"), 0);
    assert_eq!(number("journal_size_limit"), 4 * 1024 * 1024);
}

#[test]
fn a_transaction_that_fails_or_panics_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Arc::new(SystemFiles)).unwrap();
    let count = || {
        let sql = "SELECT count(*) FROM journal";
        store.read(|db| Ok::<i64, StoreError>(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
    };
    let add = |db: &Connection| crate::store::journal::add(db, 1, None, "x", &serde_json::json!({}));
    let failed: Result<(), StoreError> = store.write(Turn::App, |db| {
        add(db)?;
        Err(StoreError::Foreign)
    });
    assert!(failed.is_err());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write(Turn::App, |db| -> Result<(), StoreError> {
            add(db)?;
            panic!("a defect");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(count(), 0);
    store.write(Turn::Engine, |db| add(db)).unwrap();
    assert_eq!(count(), 1, "the writer is still there");
}
