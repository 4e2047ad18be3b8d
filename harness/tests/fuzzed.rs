//! What fuzzing has found, each as a scene that a person can follow.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use fieldkeep::SyncOutcome;
use serde_json::json;

use support::phone::job_on_a_phone;
use support::site::Field;
use support::wire::{ndjson, reply};

/// Requests after which a phone with one or two items to send goes round in circles.
const TOO_MANY: usize = 40;

#[test]
fn b10_a_page_that_leads_to_itself_is_not_asked_for_without_end() {
    let (field, phone, job, server_id) = job_on_a_phone();
    let page = ndjson(&[json!({ "page": { "cursor": "round", "more": true } })]);
    let before = phone.wire.count();
    for _ in 0..TOO_MANY {
        phone.wire.lie("/v1/pull", page.clone());
    }
    let report = phone.sync();
    assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{report:?}");
    phone.edit(job, json!({ "description": "Leaks" }));
    for _ in 0..6 {
        field.advance(phone.next_wake().unwrap_or(0));
        phone.run();
    }
    assert!(phone.wire.count() < before + 20, "{} requests", phone.wire.count() - before);
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks", "work goes on meanwhile");
    assert!(phone.journal("protocol_error").iter().any(|fault| fault["reason"] == "a page leads to itself"));
}

#[test]
fn d8_a_time_that_is_no_moment_is_no_greeting() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    for time in [i64::MIN, i64::MAX, 253_402_300_800_000] {
        let hello = json!({
            "user": "ana", "server_time_ms": time, "schema": { "current": 1, "new_from": 1, "pending_from": 1 },
            "key_lifetime_s": 86_400, "limits": { "batch_items": 100, "batch_bytes": 262_144, "page_entries": 500 },
        });
        phone.wire.lie("/v1/hello", reply(200, &[("content-type", "application/json")], hello.to_string().as_bytes()));
        let report = phone.sync();
        assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{time}: {report:?}");
        assert!(!phone.device_words().is_empty(), "{time}");
    }
    phone.sync();
    phone.assert_synced(id);
}
