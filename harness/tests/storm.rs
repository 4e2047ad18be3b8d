//! A long queue (requirements B6, B12, E1; pitfall P12): bounded in requests and in work, however much waits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::schedule::LaneReason;
use fieldkeep::{KeepError, WhyWaiting};
use serde_json::{Value, json};
use support::phone::Phone;
use support::site::Field;

const PENDING: usize = 10_000;
/// Edits of one commit.
const AT_ONCE: usize = 100;

fn storm(phone: &Phone) {
    for commit in 0..PENDING / AT_ONCE {
        let edit = |number| phone.creation("customer", None, &json!({ "name": format!("Customer {commit}-{number}") }));
        phone.commit((0..AT_ONCE).map(edit).collect());
    }
}

#[test]
fn b6_ten_thousand_wait_for_the_hour_that_the_server_named_and_ask_nothing_meanwhile() {
    let field = Field::new();
    let proxy = field.proxy();
    let mut phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    phone.offline();
    storm(&phone);
    assert_eq!(phone.device_words(), "10000 changes saved on this device. Waiting for a connection.");
    proxy.next("/v1/push", json!({ "status": { "code": 429, "retry_after_s": 3600 } }));
    phone.online();
    field.advance(phone.next_wake().unwrap());
    phone.run();
    let wait_ms = phone.next_wake().unwrap();
    assert!((3_600_000..=3_960_000).contains(&wait_ms), "{wait_ms}");
    assert_eq!(
        phone.device_words(),
        "10000 changes saved on this device. The server is busy, next sync in 60 minutes."
            .replace("60 minutes", &format!("{} minutes", (wait_ms + 59_999) / 60_000))
    );
    let requests = phone.wire.count();
    // People press, the network comes and goes, the app is killed: none of it makes a request before that hour.
    for _ in 0..10 {
        field.advance(wait_ms / 20);
        phone.sync();
        phone.offline();
        phone.online();
        phone.run();
        phone.reopen();
        phone.run();
    }
    assert_eq!(phone.wire.count(), requests);
    let outbox = phone.outbox();
    assert_eq!(outbox.len(), PENDING);
    assert!(outbox.iter().all(|item| matches!(item.why, WhyWaiting::Lane { reason: LaneReason::ServerBusy, .. })));
    drop(outbox);
    field.advance(phone.next_wake().unwrap());
    phone.run();
    assert_eq!(phone.outbox(), []);
    assert!(phone.device_words().starts_with("Synced at "), "{}", phone.device_words());
    assert_eq!(field.records("customer").len(), PENDING);
    let sent = phone.wire.pushes().len();
    assert!(sent <= PENDING / 100 + 2, "a hundred at a time: {sent} requests");
}

#[test]
fn b9_what_was_not_sent_can_be_carried_out_as_a_file() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    phone.offline();
    let hansa = phone.customer("Hansa");
    let job = phone.job("Pump", hansa);
    phone.edit(job, json!({ "description": "Leaks" }));
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("unsent.jsonl");
    assert_eq!(phone.keep().export_unsent(&to).unwrap(), 3);
    let lines: Vec<Value> =
        std::fs::read_to_string(&to).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["format"], &lines[0]["user"]), (&json!("fieldkeep-unsent-1"), &json!("ana")));
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["fields"][0], json!({ "field": "name", "label": "Name", "from": null, "to": "Hansa" }));
    assert_eq!(lines[2]["record_label"], "Work order \"Pump\"");
    assert_eq!(
        lines[3]["fields"],
        json!([{ "field": "description", "label": "Description", "from": null, "to": "Leaks" }])
    );
    let why = |line: &Value| (line["why"]["why"].as_str().unwrap().to_owned(), line["sent"] == true);
    let waits = |why: &str| (why.to_owned(), false);
    assert_eq!(
        [why(&lines[1]), why(&lines[2]), why(&lines[3])],
        ["offline", "for_parent", "behind_earlier"].map(waits)
    );
    assert!(matches!(phone.keep().export_unsent(&to), Err(KeepError::BadRequest { .. })), "no file is written over");
    phone.online();
    phone.sync();
    assert_eq!(phone.outbox(), [], "and everything still goes out");
}
