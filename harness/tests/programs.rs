//! The programs as a script sees them: device, inspect and demo.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;
use std::process::{Command, Output};

use fieldkeep::store::DATABASE_FILE;
use fieldkeep_harness::program::{Program, ProgramError};
use serde_json::{Value, json};

/// 2026-03-04 07:00 UTC.
const NOW: &str = "2026-03-04T07:00:00Z";

struct Site {
    folder: tempfile::TempDir,
    _server: Program,
    address: String,
}

impl Site {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = path(&folder.path().join("server"));
        let mut server = Program::start(executable(), ["serve", "--manual", "--data", &data]).unwrap();
        let address = server.line().unwrap()["listening"].as_str().unwrap().to_owned();
        Self { folder, _server: server, address }
    }

    fn device_arguments(&self) -> Vec<String> {
        let tokens = path(&self.folder.path().join("server/tokens.json"));
        let data = path(&self.folder.path().join("phone"));
        let arguments =
            ["device", "--manual", "--now", NOW, "--data", &data, "--server", &self.address, "--token-file", &tokens];
        arguments.iter().map(|&argument| argument.to_owned()).collect()
    }

    fn device(&self) -> Program {
        let mut device = Program::start(executable(), self.device_arguments()).unwrap();
        assert_eq!(device.line().unwrap()["ready"], true);
        device
    }
}

fn executable() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_fieldkeep"))
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(executable()).args(arguments).output().unwrap()
}

fn customer(device: &mut Program, name: &str) -> String {
    let edit = json!({ "kind": "create", "type": "customer", "fields": { "name": name } });
    let made = device.ask(&json!({ "do": "commit", "edits": [edit] })).unwrap();
    made["records"][0].as_str().unwrap().to_owned()
}

#[test]
fn h2_a_device_answers_bad_input_and_lives_on() {
    let site = Site::open();
    let mut device = site.device();
    for (line, kind) in [
        (json!({ "do": "fly" }), "bad_input"),
        (json!({ "do": "get" }), "bad_input"),
        (json!({ "do": "get", "id": "not-an-id" }), "bad_input"),
        (json!({ "do": "advance", "ms": -1 }), "bad_input"),
        (json!({ "do": "commit", "edits": [] }), "bad_request"),
        (json!({ "do": "find", "type": "ship" }), "not_found"),
        (json!({ "do": "find", "type": "customer", "where": { "name": { "near": 1 } } }), "bad_input"),
        (json!({ "do": "history", "id": "018f0000-0000-7000-8000-000000000001" }), "not_found"),
        (json!({ "do": "watch", "target": "record" }), "bad_input"),
        (
            json!({ "do": "resolve", "review": "018f0000-0000-7000-8000-000000000001", "theirs_rev": 1, "choice": "mine" }),
            "not_found",
        ),
    ] {
        let reply = device.tell(&line).unwrap();
        assert_eq!(reply["error"]["kind"], kind, "{line} -> {reply}");
    }
    assert!(device.ask(&json!({ "do": "now" })).unwrap()["now_ms"].is_i64(), "it lives on");
}

#[test]
fn h2_a_script_in_virtual_time_is_exact() {
    let site = Site::open();
    let mut device = site.device();
    device.ask(&json!({ "do": "watch", "target": "state" })).unwrap();
    device.ask(&json!({ "do": "conditions", "network": "none" })).unwrap();
    let id = customer(&mut device, "Hansa Bakery");
    let words = |device: &mut Program| {
        device.ask(&json!({ "do": "get", "id": id })).unwrap()["record"]["state"]["words"].as_str().unwrap().to_owned()
    };
    assert_eq!(words(&mut device), "Saved on this device. Waiting for a connection.");
    device.ask(&json!({ "do": "conditions", "network": "metered" })).unwrap();
    let wait = device.ask(&json!({ "do": "next_wake" })).unwrap()["next_wake_ms"].as_i64().unwrap();
    assert!((0..=2_000).contains(&wait), "{wait}");
    if wait > 1 {
        device.ask(&json!({ "do": "advance", "ms": wait - 1 })).unwrap();
        assert_eq!(device.ask(&json!({ "do": "run" })).unwrap()["next_wake_ms"], 1, "not a millisecond early");
        device.ask(&json!({ "do": "advance", "ms": 1 })).unwrap();
    }
    assert_eq!(device.ask(&json!({ "do": "run" })).unwrap()["next_wake_ms"], Value::Null);
    assert_eq!(words(&mut device), "Synced at 07:00.");
}

#[test]
fn h2_a_script_pauses_and_gives_up_what_waits_and_a_kill_forgets_neither() {
    let site = Site::open();
    let mut device = site.device();
    let hansa = customer(&mut device, "Hansa Bakery");
    let dock = customer(&mut device, "Dock Nine");
    device.ask(&json!({ "do": "pause", "operation": 1 })).unwrap();
    device.kill().unwrap();
    let mut device = site.device();
    let items = |device: &mut Program| device.ask(&json!({ "do": "outbox" })).unwrap()["items"].clone();
    assert_eq!(items(&mut device)[0]["why"], json!({ "why": "paused" }));
    assert_eq!(device.ask(&json!({ "do": "sync_now" })).unwrap()["waiting"], 1);
    let dock = device.ask(&json!({ "do": "get", "id": dock })).unwrap();
    assert_eq!(dock["record"]["state"]["headline"]["fact"], "synced");
    let mut plan = device.ask(&json!({ "do": "discard_plan", "operation": 1 })).unwrap()["plan"].take();
    assert_eq!((&plan["items"][0]["fields"], &plan["records"]), (&json!(["name"]), &json!([hansa])));
    let stamp = std::mem::replace(&mut plan["stamp"], json!("another"));
    let refused = device.tell(&json!({ "do": "discard", "plan": plan })).unwrap();
    assert_eq!(refused["error"]["kind"], "plan_changed", "{refused}");
    plan["stamp"] = stamp;
    device.ask(&json!({ "do": "discard", "plan": plan })).unwrap();
    device.kill().unwrap();
    let mut device = site.device();
    let gone = device.ask(&json!({ "do": "get", "id": hansa })).unwrap();
    assert_eq!((&gone["record"]["status"], items(&mut device)), (&json!("gone"), json!([])));
}

#[test]
fn h2_events_come_between_replies_as_whole_lines() {
    let site = Site::open();
    let mut device = site.device();
    device.say(&json!({ "do": "watch", "target": "outbox" })).unwrap();
    let first = device.line().unwrap();
    assert_eq!((&first["event"], &first["update"]["items"]), (&json!("update"), &json!([])), "the first value");
    assert_eq!(device.line().unwrap()["result"]["watch"], 1);
    let edit = json!({ "kind": "create", "type": "customer", "fields": { "name": "Dock Nine" } });
    device.say(&json!({ "do": "commit", "edits": [edit] })).unwrap();
    assert_eq!(device.line().unwrap()["update"]["items"][0]["kind"], "create");
    assert_eq!(device.line().unwrap()["ok"], true);
    device.ask(&json!({ "do": "unwatch", "watch": 1 })).unwrap();
    customer(&mut device, "Quay Ten");
}

#[test]
fn g8_a_second_opener_is_told_in_use() {
    let site = Site::open();
    let mut device = site.device();
    let second = Command::new(executable()).args(site.device_arguments()).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use"), "{second:?}");
    device.ask(&json!({ "do": "suspend" })).unwrap();
    let mut other = site.device();
    let refused = device.tell(&json!({ "do": "resume" })).unwrap();
    assert!(refused["error"]["message"].as_str().unwrap().contains("in use"), "{refused}");
    let refused = device.tell(&json!({ "do": "outbox" })).unwrap();
    assert_eq!(refused["error"]["kind"], "suspended");
    other.kill().unwrap();
    device.ask(&json!({ "do": "resume" })).unwrap();
    customer(&mut device, "Pier One");
}

#[test]
fn h2_inspect_looks_at_a_copy_beside_a_running_device() {
    let site = Site::open();
    let mut device = site.device();
    device.ask(&json!({ "do": "conditions", "network": "none" })).unwrap();
    let id = customer(&mut device, "Hansa Bakery");
    let edit = json!({ "kind": "create", "type": "work_order", "fields": {
        "title": "Oven", "status": "assigned", "customer": id,
    } });
    device.ask(&json!({ "do": "commit", "edits": [edit] })).unwrap();
    let folder = path(&site.folder.path().join("phone"));
    let looked = run(&["inspect", &folder, "--json", "--record", &id]);
    assert_eq!(looked.status.code(), Some(0), "{looked:?}");
    let found: Value = serde_json::from_slice(&looked.stdout).unwrap();
    assert_eq!(found["user"], "ana");
    assert_eq!(found["outbox"][1]["why"], json!({ "why": "for_parent", "record": id }));
    assert_eq!(found["outbox"][0]["blocks"], json!([2]));
    assert_eq!(found["record"]["history"][0]["kind"], "waiting");
    assert_eq!(found["broken"], json!([]));
    let text = run(&["inspect", &folder]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("All invariants hold."), "{text:?}");
    customer(&mut device, "the device goes on");
}

#[test]
fn h2_inspect_finds_what_does_not_hold() {
    let site = Site::open();
    let mut device = site.device();
    customer(&mut device, "Hansa Bakery");
    device.kill().unwrap();
    let folder = site.folder.path().join("phone");
    let store = rusqlite::Connection::open(folder.join(DATABASE_FILE)).unwrap();
    store.execute("UPDATE changes SET state='sealed',shipment=7", []).unwrap();
    drop(store);
    let looked = run(&["inspect", &path(&folder), "--json"]);
    assert_eq!(looked.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&looked.stdout).unwrap();
    assert_eq!(found["broken"][0]["invariant"], "sealed points to an open shipment of its record");
    let nothing = run(&["inspect", &path(&site.folder.path().join("nowhere"))]);
    assert_eq!(nothing.status.code(), Some(2));
}

#[test]
fn h2_the_demo_plays_its_day_and_every_promise_holds() {
    let played = run(&["demo", "--json", "--work-orders", "200"]);
    let said = String::from_utf8(played.stdout).unwrap();
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let promises: Vec<&Value> = lines.iter().filter(|line| line.get("promise").is_some()).collect();
    assert_eq!(promises.len(), 5, "{said}");
    assert!(promises.iter().all(|promise| promise["held"] == true), "{promises:?}");
    assert!(played.status.success());
    let words: Vec<&str> = lines.iter().filter_map(|line| line["words"].as_str()).collect();
    for expected in
        ["Saved on this device. Waiting for a connection.", "office changed Status. Review before sending again."]
    {
        assert!(words.contains(&expected), "{expected}: {words:?}");
    }
}

#[test]
fn h2_many_phones_at_once_lose_and_double_nothing() {
    let crowd = run(&["crowd", "--phones", "12", "--seconds", "2"]);
    let said: Value = serde_json::from_slice(&crowd.stdout).unwrap();
    assert!(crowd.status.success(), "{crowd:?}");
    assert_eq!(said["wrong"], 0);
    assert!(said["edits"].as_i64().unwrap() > 12 && said["syncs"].as_i64().unwrap() > 12, "{said}");
}

#[test]
fn a_device_that_cannot_start_says_why() {
    let site = Site::open();
    let bad_schema = site.folder.path().join("schema.json");
    std::fs::copy(site.folder.path().join("server/tokens.json"), &bad_schema).unwrap();
    let mut arguments = site.device_arguments();
    arguments.extend(["--schema".to_owned(), path(&bad_schema)]);
    let refused = Command::new(executable()).args(arguments).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("schema"), "{refused:?}");
    let gone = Program::start(Path::new("/nonexistent/fieldkeep"), ["device"]);
    assert!(matches!(gone, Err(ProgramError::Io { .. })));
}
