//! SQLite on the disk: what is committed survives what may happen to a process and to the power, and nothing else has to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on is over")]

use std::sync::Arc;

use fieldkeep_disk::{Disk, Fault, Process, VFS, register};
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// A sequence of numbers that look drawn.
fn draws(seed: usize) -> impl FnMut(usize) -> usize {
    let mut state = seed as u64 * 2 + 1;
    move |limit| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % (limit + 1)
    }
}

fn open(disk: &Disk, synchronous: &str) -> rusqlite::Result<Connection> {
    register().unwrap();
    let path = format!("{}/store.db", disk.root());
    let db = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), VFS)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, text TEXT)")?;
    Ok(db)
}

/// Adds rows until something fails; says how many were committed.
fn add(db: &Connection, from: i64, rows: i64) -> i64 {
    for n in from..from + rows {
        if db.execute("INSERT INTO t(n,text) VALUES(?1,?2)", (n, "x".repeat(700))).is_err() {
            return n;
        }
        if n % 7 == 0 {
            let _ = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
    from + rows
}

fn count(db: &Connection) -> i64 {
    let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    db.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

fn new_disk(name: &str) -> (Arc<Disk>, Process) {
    let disk = Disk::new(name);
    let process = Process::start(&disk);
    (disk, process)
}

#[test]
fn readers_see_what_the_writer_has_committed() {
    let (disk, _process) = new_disk("readers");
    let writer = open(&disk, "FULL").unwrap();
    add(&writer, 0, 5);
    let path = format!("{}/store.db", disk.root());
    let reader = Connection::open_with_flags_and_vfs(path, OpenFlags::SQLITE_OPEN_READ_ONLY, VFS).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO t(n) VALUES(100)").unwrap();
    assert_eq!(count(&reader), 5, "not what is not committed");
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&reader), 6);
    drop(writer);
    assert_eq!(count(&reader), 6);
}

#[test]
fn what_is_committed_survives_a_power_cut() {
    let mut lost_some = 0;
    for seed in 0..60 {
        for synchronous in ["FULL", "OFF"] {
            let (disk, _process) = new_disk("power");
            let db = open(&disk, synchronous).unwrap();
            let committed = add(&db, 0, 1 + i64::try_from(seed % 25).unwrap());
            disk.lose_power(&mut draws(seed));
            drop(db);
            let _process = Process::start(&disk);
            let left = open(&disk, "FULL").map(|db| db.query_row("SELECT count(*) FROM t", [], |row| row.get(0)));
            match (synchronous, left) {
                ("FULL", left) => assert_eq!(left.unwrap().unwrap(), committed, "seed {seed}"),
                (_, Ok(Ok::<i64, _>(left))) if left == committed => {}
                _ => lost_some += 1,
            }
        }
    }
    assert!(lost_some > 20, "without syncing {lost_some} of 60 lost something");
}

#[test]
fn what_is_committed_survives_a_death_at_any_operation() {
    for fuse in 0..120 {
        for power in [false, true] {
            let (disk, _process) = new_disk("fuse");
            disk.set_fuse(Some(fuse));
            let committed = open(&disk, "FULL").map_or(0, |db| add(&db, 0, 40));
            assert!(disk.has_died() && !disk.has_died(), "fuse {fuse}");
            if power {
                disk.lose_power(&mut draws(usize::try_from(fuse).unwrap()));
            }
            let _process = Process::start(&disk);
            let left = count(&open(&disk, "FULL").unwrap());
            // The one under way may have got through.
            assert!(left == committed || left == committed + 1, "fuse {fuse}: {left} of {committed}");
        }
    }
}

#[test]
fn a_full_and_a_failing_disk_say_so() {
    let (disk, process) = new_disk("faults");
    let db = open(&disk, "FULL").unwrap();
    let committed = add(&db, 0, 3);
    disk.set_capacity(Some(disk.bytes()));
    let full = db.execute("INSERT INTO t(n,text) VALUES(50,?1)", ["y".repeat(9_000)]).unwrap_err();
    assert_eq!(full.sqlite_error_code(), Some(ErrorCode::DiskFull));
    disk.set_capacity(None);
    disk.set_fault(Some(Fault::Once(1)));
    let failed = db.execute("INSERT INTO t(n,text) VALUES(51,?1)", ["y".repeat(9_000)]).unwrap_err();
    assert_eq!(failed.sqlite_error_code(), Some(ErrorCode::SystemIoFailure));
    disk.set_fault(Some(Fault::Locked));
    assert!(process.size("/faults/store.db").is_err());
    assert!(open(&disk, "FULL").is_err());
    disk.set_fault(None);
    assert_eq!(count(&db), committed);
    assert_eq!(add(&db, 60, 2), 62);
}

#[test]
fn names_are_lost_from_the_last_one_on() {
    let (disk, process) = new_disk("names");
    process.make_new("/names/a").unwrap();
    process.rename("/names/a", "/names/b").unwrap();
    process.remove("/names/b").unwrap();
    disk.lose_power(&mut |limit| limit.min(1));
    let process = Process::start(&disk);
    assert_eq!(process.list("/names").unwrap(), ["/names/b"], "the removal was the last");
    process.rename("/names/b", "/names/c").unwrap();
    process.sync_names().unwrap();
    disk.lose_power(&mut |limit| limit);
    let process = Process::start(&disk);
    assert_eq!(process.list("/names").unwrap(), ["/names/c"]);
    let lock = process.lock_file("/names/lock").unwrap().unwrap();
    assert!(process.lock_file("/names/lock").unwrap().is_none());
    drop(lock);
    assert!(process.lock_file("/names/lock").unwrap().is_some());
}
