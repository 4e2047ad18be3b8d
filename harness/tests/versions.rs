//! An app older or newer than the server (requirements F5, E7): it is told so, and what waits still goes out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::schedule::LaneReason;
use fieldkeep::state::SyncFact;
use fieldkeep::value::FieldKind;
use fieldkeep::{ReviewKind, WhyWaiting};
use serde_json::json;
use support::phone::{Phone, job_on_a_phone, review};
use support::site::Field;

fn takes_from(field: &Field, new_from: i64, pending_from: i64) {
    field.behave(json!({ "do": "limits", "schema_new_from": new_from, "schema_pending_from": pending_from }));
}

/// The session ends, as it does when the network comes back.
fn new_session(phone: &Phone) {
    phone.offline();
    phone.online();
    phone.sync();
}

fn parts(phone: &Phone) -> Vec<SyncFact> {
    phone.keep().state(None).unwrap().unwrap().parts
}

#[test]
fn f5_when_the_server_takes_no_new_work_what_waits_goes_out_and_the_rest_waits_for_the_update() {
    let (field, mut phone, job, server_id) = job_on_a_phone();
    phone.offline();
    phone.edit(job, json!({ "description": "Leaks" }));
    takes_from(&field, 2, 1);
    phone.online();
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks", "the queue drains");
    assert_eq!(phone.device_words(), "The server takes no new work from this version of the app. Update it.");
    phone.assert_synced(job);
    phone.edit(job, json!({ "billing_contact": "Dana" }));
    phone.sync();
    assert_eq!(phone.why(job), [WhyWaiting::NeedsUpdate]);
    assert_eq!(phone.words(job), "Saved on this device. Update this app to send it.");
    assert_eq!(phone.device_words(), "1 change saved on this device. Update this app to send it.");
    assert_eq!(field.record(&server_id)["values"]["billing_contact"], json!(null));
    phone.reopen();
    phone.offline();
    assert_eq!(phone.words(job), "Saved on this device. Update this app to send it.", "it is stored");
    phone.check();
    phone.online();
    phone.next_schema(|_| ());
    phone.sync();
    phone.assert_synced(job);
    assert_eq!(field.record(&server_id)["values"]["billing_contact"], "Dana");
    assert_eq!(
        phone.wire.pushed().last().unwrap()[0]["schema_version"],
        2,
        "checked under the new rules, it goes under them"
    );
}

#[test]
fn f5_a_server_that_takes_it_back_takes_everything() {
    let (field, phone, job, server_id) = job_on_a_phone();
    takes_from(&field, 2, 1);
    new_session(&phone);
    phone.edit(job, json!({ "billing_contact": "Dana" }));
    phone.sync();
    assert_eq!(phone.why(job), [WhyWaiting::NeedsUpdate]);
    takes_from(&field, 1, 1);
    new_session(&phone);
    phone.assert_synced(job);
    assert_eq!(field.record(&server_id)["values"]["billing_contact"], "Dana");
    assert_eq!(parts(&phone).len(), 1, "{:?}", parts(&phone));
}

#[test]
fn e7_a_server_that_refuses_this_version_altogether_is_named_and_asked_again_later() {
    let (field, mut phone, job, _) = job_on_a_phone();
    phone.edit(job, json!({ "description": "Leaks" }));
    takes_from(&field, 2, 2);
    new_session(&phone);
    assert!(
        matches!(phone.why(job)[..], [WhyWaiting::Lane { reason: LaneReason::AppTooOld, .. }]),
        "{:?}",
        phone.why(job)
    );
    assert_eq!(phone.words(job), "Saved on this device. Update this app to send it.");
    assert_eq!(phone.keep().reviews().unwrap(), [], "nobody is asked about what an update mends");
    let pushes = phone.wire.pushes().len();
    assert!(phone.next_wake().unwrap() > 0);
    field.advance(phone.next_wake().unwrap());
    phone.run();
    assert_eq!(phone.wire.pushes().len(), pushes, "only hello was tried");
    phone.next_schema(|_| ());
    field.advance(phone.next_wake().unwrap_or(0));
    phone.run();
    phone.assert_synced(job);
}

#[test]
fn f5_an_app_newer_than_the_server_says_so_beside_everything_else() {
    let (_field, mut phone, job, _) = job_on_a_phone();
    phone.next_schema(|_| ());
    phone.edit(job, json!({ "description": "Leaks" }));
    phone.sync();
    phone.assert_synced(job);
    assert!(parts(&phone).contains(&SyncFact::AppNewer), "{:?}", parts(&phone));
    assert!(phone.device_words().starts_with("Synced at "), "{}", phone.device_words());
}

#[test]
fn f5_values_of_another_kind_are_converted_or_put_to_a_person() {
    let (field, mut phone, job, _) = job_on_a_phone();
    phone.offline();
    phone.edit(job, json!({ "description": "12", "billing_contact": "Dana" }));
    let note = phone.create("note", json!({ "work_order": job, "text": "Wet" }));
    // The next version of the app keeps both as numbers.
    let numbers = ["description", "billing_contact"];
    phone.next_schema(|declared| {
        if numbers.contains(&declared.name.as_str()) {
            declared.kind = FieldKind::Decimal;
        }
    });
    assert_eq!(phone.text(job, "description"), "12", "converted at once");
    phone.check();
    phone.online();
    phone.sync();
    let asked = review(&phone);
    assert_eq!((asked.field.as_str(), asked.kind), ("billing_contact", ReviewKind::RuleChanged));
    assert_eq!(phone.outbox().len(), 1, "only that one waits: {:?}", phone.outbox());
    phone.assert_synced(note);
    drop(field);
}

#[test]
fn e7_work_that_is_refused_as_too_old_in_mid_session_waits_for_the_update_and_asks_nobody() {
    let (field, mut phone, job, server_id) = job_on_a_phone();
    takes_from(&field, 2, 2);
    phone.edit(job, json!({ "billing_contact": "Dana" }));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(phone.words(job), "Saved on this device. Update this app to send it.");
    let pushes = phone.wire.pushes().len();
    for _ in 0..5 {
        field.advance(phone.next_wake().unwrap_or(0));
        phone.sync();
    }
    assert_eq!(phone.wire.pushes().len(), pushes, "it is not sent again and again");
    phone.next_schema(|_| ());
    field.advance(phone.next_wake().unwrap_or(0));
    phone.sync();
    phone.assert_synced(job);
    assert_eq!(field.record(&server_id)["values"]["billing_contact"], "Dana");
}

#[test]
fn e7_servers_that_contradict_each_other_are_asked_less_and_less_often() {
    let (field, phone, job, server_id) = job_on_a_phone();
    phone.edit(job, json!({ "billing_contact": "Dana" }));
    let mut last_ms = 0;
    for _ in 0..4 {
        phone.wire.twist("/v1/push", |mut lines| {
            lines
                .iter_mut()
                .for_each(|line| *line = json!({ "shipment": line["shipment"], "outcome": "schema_too_old" }));
            lines
        });
        let pushes = phone.wire.pushes().len();
        phone.sync();
        assert_eq!(phone.wire.pushes().len(), pushes + 1, "once each time");
        assert_eq!(phone.words(job), "Saved on this device. Update this app to send it.");
        let wait_ms = phone.next_wake().unwrap();
        assert!(wait_ms > last_ms, "{wait_ms} after {last_ms}");
        last_ms = wait_ms;
        field.advance(wait_ms);
    }
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["billing_contact"], "Dana");
}
