//! Ways into a dead end that are closed: every wait ends at the server or at a person (promise 5).
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use fieldkeep::{KeepError, Resolve, ReviewKind};
use serde_json::json;

use support::phone::{job_on_a_phone, review};
use support::site::Field;

#[test]
fn b10_a_child_of_a_record_that_was_given_up_stays_with_the_person() {
    let field = Field::new();
    let phone = field.phone("ana");
    field.behave(json!({ "do": "refuse_field", "field": "work_order.title", "message": "Title is not allowed" }));
    let job = phone.job("Pump", phone.customer("Hansa"));
    let note = phone.create("note", json!({ "work_order": job, "text": "wet floor" }));
    phone.sync();
    let asked = review(&phone);
    assert_eq!((asked.kind, asked.record), (ReviewKind::Rejected, job));
    assert_eq!(phone.words(job), "Could not be accepted: Title is not allowed.");
    phone.keep().resolve(asked.id, asked.theirs_rev, Resolve::Theirs).unwrap();
    assert_eq!(phone.words(job), "This was removed.");
    let asked = review(&phone);
    assert_eq!((asked.kind, asked.record), (ReviewKind::ParentGone, note));
    let refused = phone.keep().resolve(asked.id, asked.theirs_rev, Resolve::Mine).unwrap_err();
    assert!(matches!(refused, KeepError::Invalid { .. }), "{refused}: it would wait for ever");
    assert_eq!(review(&phone).record, note, "it is still a question");
    phone.keep().resolve(asked.id, asked.theirs_rev, Resolve::Theirs).unwrap();
    assert!(phone.outbox().is_empty());
    assert!(field.records("note").is_empty());
}

#[test]
fn f2_work_on_a_record_that_comes_back_into_sight_goes_on() {
    let (field, phone, job, server_id) = job_on_a_phone();
    phone.edit(job, json!({ "description": "seal replaced" }));
    field.behave(json!({ "do": "revoke", "user": "ana", "server_id": server_id }));
    phone.sync();
    let asked = review(&phone);
    assert_eq!((asked.kind, asked.theirs_by), (ReviewKind::Forbidden, None));
    field.behave(json!({ "do": "grant", "user": "ana", "server_id": server_id }));
    phone.sync();
    assert!(phone.keep().reviews().unwrap().is_empty(), "the question has answered itself");
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "seal replaced");
    phone.assert_synced(job);
}
