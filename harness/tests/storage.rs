//! Storage that fails (requirement G6): full, read-only, in use, newer and damaged are told apart, and nothing is lost. The
//! phone is the program `fieldkeep device`; file systems of their own come from a mount namespace.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use fieldkeep::store::DATABASE_FILE;
use fieldkeep_harness::program::Program;
use rusqlite::Connection;
use serde_json::{Value, json};
use support::START_MS;
use support::site::Field;

struct Desk {
    field: Field,
    folder: tempfile::TempDir,
    tokens: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let field = Field::new();
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("token");
        #[allow(clippy::disallowed_methods, reason = "the test plays the app's sign-in")]
        std::fs::write(&tokens, field.token("ana")).unwrap();
        std::fs::create_dir(folder.path().join("disk")).unwrap();
        Self { field, folder, tokens }
    }

    fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn arguments(&self) -> Vec<String> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let (data, now) = (path(&self.disk().join("phone")), START_MS.to_string());
        let tokens = path(&self.tokens);
        let all = [
            "device",
            "--manual",
            "--now",
            &now,
            "--data",
            &data,
            "--server",
            &self.field.url,
            "--token-file",
            &tokens,
        ];
        all.iter().map(|&argument| argument.to_owned()).collect()
    }

    fn device(&self) -> Program {
        let mut device = Program::start(executable(), self.arguments()).unwrap();
        assert_eq!(device.line().unwrap()["ready"], true);
        device
    }

    /// What `fieldkeep device` says when it cannot start.
    fn refusal(&self) -> String {
        let refused = Command::new(executable()).args(self.arguments()).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        String::from_utf8_lossy(&refused.stderr).into_owned()
    }

    /// The device on a file system of its own that holds so many bytes, in a mount namespace.
    fn device_on_small_disk(&self, bytes: u32) -> Program {
        let disk = self.disk();
        let script = format!(
            "mount -t tmpfs -o size={bytes} tmpfs {} && exec {} \"$@\"",
            disk.display(),
            executable().display()
        );
        let mut arguments: Vec<String> = ["-Urm", "sh", "-c", &script, "sh"].iter().map(|&a| a.to_owned()).collect();
        arguments.extend(self.arguments());
        let mut device = Program::start(Path::new("unshare"), arguments).unwrap();
        assert_eq!(device.line().unwrap()["ready"], true, "needs `unshare` of util-linux, and user namespaces");
        device
    }

    fn databases(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.disk().join("phone")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| name.starts_with(DATABASE_FILE));
        names.sort();
        names
    }
}

fn executable() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_fieldkeep"))
}

fn creation(name: &str) -> Value {
    let edit = json!({ "kind": "create", "type": "customer", "fields": { "name": name } });
    json!({ "do": "commit", "edits": [edit] })
}

fn offline(device: &mut Program) {
    device.ask(&json!({ "do": "conditions", "network": "none" })).unwrap();
}

#[test]
fn g6_a_full_disk_is_named_keeps_what_was_acknowledged_and_goes_on_when_there_is_room() {
    let desk = Desk::new();
    let mut device = desk.device_on_small_disk(2_000_000);
    offline(&mut device);
    let long = "x".repeat(4_000);
    let mut kept = Vec::new();
    let refused = loop {
        let name = format!("Customer {} {long}", kept.len());
        let reply = device.tell(&creation(&name)).unwrap();
        if reply["ok"] != true {
            break reply;
        }
        kept.push(name);
        assert!(kept.len() < 2_000, "the disk is never full");
    };
    assert_eq!(refused["error"]["kind"], "full", "{refused}");
    assert!(kept.len() > 10, "{}", kept.len());
    let items = device.ask(&json!({ "do": "outbox" })).unwrap()["items"].as_array().unwrap().len();
    assert_eq!(items, kept.len(), "reading goes on, and what was acknowledged is there");
    // Room comes back: the phone's other app gives some up.
    assert_eq!(device.tell(&creation(&format!("still {long}"))).unwrap()["ok"], false);
    let disk = format!("/proc/{}/root{}", device.id(), desk.disk().display());
    let grown = Command::new("nsenter")
        .args(["-U", "--preserve-credentials", "-m", "-t", &device.id().to_string(), "mount", "-o", "remount,size=40m"])
        .arg(desk.disk())
        .output()
        .unwrap();
    assert!(grown.status.success(), "{disk}: {grown:?}");
    let after = device.ask(&creation("after")).unwrap();
    assert_eq!(after["repeated"], false);
    device.ask(&json!({ "do": "conditions", "network": "unmetered" })).unwrap();
    let report = device.ask(&json!({ "do": "sync_now" })).unwrap();
    assert_eq!((&report["waiting"], &report["outcome"]["outcome"]), (&json!(0), &json!("done")), "{report}");
    assert_eq!(desk.field.records("customer").len(), kept.len() + 1, "each once");
}

#[test]
fn g6_a_folder_that_cannot_be_written_is_not_available_and_nothing_is_made_of_it() {
    let desk = Desk::new();
    desk.device().ask(&json!({ "do": "close" })).unwrap();
    let disk = desk.disk();
    let script = format!(
        "mount --bind {0} {0} && mount -o remount,ro,bind {0} && exec {1} \"$@\"",
        disk.display(),
        executable().display()
    );
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-c", &script, "sh"]).args(desk.arguments());
    let refused = command.output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("not available"), "{said}");
    assert_eq!(desk.databases(), [DATABASE_FILE]);
    drop(desk.device());
}

#[test]
fn g6_a_damaged_file_is_moved_aside_named_and_never_deleted() {
    let desk = Desk::new();
    let mut device = desk.device();
    offline(&mut device);
    device.ask(&creation("Hansa")).unwrap();
    device.ask(&json!({ "do": "close" })).unwrap();
    drop(device);
    let database = desk.disk().join("phone").join(DATABASE_FILE);
    let mut bytes = std::fs::read(&database).unwrap();
    // The first page and all behind it: no SQLite can open that.
    bytes.iter_mut().skip(64).for_each(|byte| *byte ^= 0xa5);
    #[allow(clippy::disallowed_methods, reason = "the test plays a broken disk")]
    std::fs::write(&database, &bytes).unwrap();
    let said = desk.refusal();
    let aside = database.with_file_name(format!("{DATABASE_FILE}.damaged-1"));
    assert!(said.contains(&aside.display().to_string()), "it says where it lies: {said}");
    assert_eq!(std::fs::read(&aside).unwrap(), bytes, "as it was");
    assert!(!database.exists());
    let mut device = desk.device();
    let files = device.ask(&json!({ "do": "damaged_files" })).unwrap();
    assert_eq!(files["files"], json!([aside]), "the app can ask again");
    device.ask(&json!({ "do": "sync_now" })).unwrap();
    let words = device.ask(&json!({ "do": "state" })).unwrap()["state"]["words"].clone();
    assert!(words.as_str().unwrap().starts_with("Synced at "), "{words}");
}

#[test]
fn g6_damage_that_is_met_in_use_is_looked_for_at_the_next_opening() {
    let desk = Desk::new();
    let mut device = desk.device();
    offline(&mut device);
    for number in 0..200 {
        device.ask(&creation(&format!("Customer {number} {}", "x".repeat(900)))).unwrap();
    }
    device.ask(&json!({ "do": "close" })).unwrap();
    drop(device);
    let database = desk.disk().join("phone").join(DATABASE_FILE);
    damage_records(&database);
    let mut device = desk.device();
    offline(&mut device);
    let find = json!({ "do": "find", "type": "customer", "limit": 1000 });
    let refused = device.tell(&find).unwrap();
    assert_eq!(refused["error"]["kind"], "damaged", "{refused}");
    drop(device);
    let said = desk.refusal();
    assert!(said.contains(".damaged-1"), "{said}");
    assert_eq!(desk.databases(), [format!("{DATABASE_FILE}.damaged-1")]);
    drop(desk.device());
}

/// Breaks the pages of the table `records` that lie behind its first.
fn damage_records(database: &Path) {
    let db = Connection::open(database).unwrap();
    let page: i64 = db.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    let root: i64 =
        db.query_row("SELECT rootpage FROM sqlite_schema WHERE name='records'", [], |row| row.get(0)).unwrap();
    drop(db);
    let mut bytes = std::fs::read(database).unwrap();
    // The root is an inner page by now; its children are named in it, so it stays whole but for its header.
    let start = usize::try_from((root - 1) * page).unwrap();
    bytes[start] = 0x77;
    #[allow(clippy::disallowed_methods, reason = "the test plays a broken disk")]
    std::fs::write(database, &bytes).unwrap();
}

#[test]
fn g6_in_use_newer_and_another_users_are_told_apart() {
    let desk = Desk::new();
    let device = desk.device();
    assert!(desk.refusal().contains("in use"));
    drop(device);
    let database = desk.disk().join("phone").join(DATABASE_FILE);
    let version = |version: i64| {
        Connection::open(&database).unwrap().pragma_update(None, "user_version", version).unwrap();
    };
    let known: i64 =
        Connection::open(&database).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    version(known + 1);
    assert!(desk.refusal().contains("newer version"));
    version(known);
    assert_eq!(desk.databases(), [DATABASE_FILE], "neither is taken for damage");
    drop(desk.device());
}

#[test]
fn g6_a_move_that_was_not_finished_is_finished_before_anything_is_opened() {
    let desk = Desk::new();
    let mut device = desk.device();
    offline(&mut device);
    device.ask(&creation("Hansa")).unwrap();
    device.kill().unwrap();
    let folder = desk.disk().join("phone");
    let name = format!("{DATABASE_FILE}.damaged-1");
    let path = |name: &str, part: &str| folder.join(format!("{name}{part}"));
    let log = std::fs::read(path(DATABASE_FILE, "-wal")).unwrap();
    assert!(!log.is_empty(), "what was acknowledged last lies in the log");
    // Killed after the first of the renames.
    #[allow(clippy::disallowed_methods, reason = "the test plays a process that was killed")]
    {
        std::fs::write(path(&name, ".moving"), "").unwrap();
        std::fs::rename(path(DATABASE_FILE, "-wal"), path(&name, "-wal")).unwrap();
    }
    let said = desk.refusal();
    assert!(said.contains(".damaged-1"), "{said}");
    assert_eq!(std::fs::read(path(&name, "-wal")).unwrap(), log, "the log lies beside its database");
    assert!(path(&name, "").exists() && !path(DATABASE_FILE, "").exists() && !path(&name, ".moving").exists());
    drop(desk.device());
    assert_eq!(std::fs::read(path(&name, "-wal")).unwrap(), log, "and nothing is written over");
}

#[test]
fn g6_a_log_whose_database_is_empty_or_gone_is_kept_and_named() {
    for gone in [false, true] {
        let desk = Desk::new();
        let mut device = desk.device();
        offline(&mut device);
        device.ask(&creation("Hansa")).unwrap();
        device.kill().unwrap();
        let database = desk.disk().join("phone").join(DATABASE_FILE);
        let log = std::fs::read(database.with_file_name(format!("{DATABASE_FILE}-wal"))).unwrap();
        #[allow(clippy::disallowed_methods, reason = "the test plays a broken disk")]
        if gone {
            std::fs::remove_file(&database).unwrap();
        } else {
            std::fs::write(&database, "").unwrap();
        }
        assert!(desk.refusal().contains(".damaged-1"), "gone: {gone}");
        let kept = database.with_file_name(format!("{DATABASE_FILE}.damaged-1-wal"));
        assert_eq!(std::fs::read(kept).unwrap(), log, "gone: {gone}");
        let mut device = desk.device();
        let files = device.ask(&json!({ "do": "damaged_files" })).unwrap();
        assert_eq!(files["files"].as_array().unwrap().len(), 1, "gone: {gone}");
    }
}
