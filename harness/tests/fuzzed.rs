//! What fuzzing has found, each as a scene that a person can follow.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use fieldkeep::SyncOutcome;
use serde_json::json;

use support::site::Field;
use support::wire::reply;

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
