//! Words for people (requirements E1, E2, E5): what a phone says in each situation, over the real wire.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::schedule::LaneReason;
use fieldkeep::state::{ReaderLocale, Severity, SyncFact, sentence};
use fieldkeep::value::RecordId;
use fieldkeep::{Resolve, WhyWaiting};
use serde_json::json;
use support::START_MS;
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;
use support::wire::reply;

fn german(phone: &Phone, id: RecordId) -> String {
    let locale = ReaderLocale { language: "de".into(), utc_offset_minutes: 60 };
    sentence(&phone.record(id).state, phone.keep().now_ms().unwrap(), &locale).text
}

#[test]
fn e2_from_saved_to_synced() {
    let field = Field::new();
    let phone = field.phone("ana");
    assert_eq!(phone.device_words(), "Nothing has been loaded yet.");
    let id = phone.customer("Hansa");
    assert_eq!(phone.words(id), "Saved on this device.");
    assert_eq!(phone.device_words(), "1 change saved on this device.");
    phone.edit(id, json!({"city": "Ulm"}));
    assert_eq!(phone.device_words(), "2 changes saved on this device.");
    phone.offline();
    assert_eq!(phone.words(id), "Saved on this device. Waiting for a connection.");
    assert_eq!(german(&phone, id), "Auf diesem Gerät gespeichert. Wartet auf eine Verbindung.");
    phone.online();
    assert!(phone.words(id).starts_with("Saved on this device. Next sync in "), "{}", phone.words(id));
    field.advance(2_000);
    phone.sync();
    assert_eq!(phone.words(id), "Synced at 00:00.");
    assert_eq!(german(&phone, id), "Abgeglichen um 01:00.");
    assert_eq!(phone.device_words(), "Synced at 00:00.");
    field.advance(support::DAY_MS);
    assert_eq!(phone.words(id), "Synced at 1 January, 00:00.");
}

#[test]
fn e2_a_failure_says_when_it_is_tried_again_and_counts_down_to_it() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    field.behave(json!({"do": "fail", "status": 503, "times": 4, "path": "/v1/push"}));
    let id = phone.customer("Hansa");
    let mut said = Vec::new();
    for _ in 0..4 {
        let wake = phone.run().unwrap();
        let words = phone.words(id);
        assert!(words.starts_with("Saved on this device. Sync failed, retrying in "), "{words}");
        let state = phone.record(id).state;
        let SyncFact::Failed { next_at_ms, .. } = state.headline else { panic!("{state:?}") };
        let now_ms = phone.keep().now_ms().unwrap();
        assert_eq!(next_at_ms, now_ms + wake, "the words name the time at which it is tried");
        assert_eq!(state.severity, Severity::Banner);
        let item = &phone.outbox()[0];
        assert_eq!(item.why, WhyWaiting::Lane { due_ms: next_at_ms, reason: LaneReason::ServerTrouble });
        said.push(wake);
        field.advance(wake);
    }
    assert!(said.windows(2).all(|pair| pair[1] > pair[0]), "longer each time: {said:?}");
    phone.run();
    phone.assert_synced(id);
}

#[test]
fn e2_a_busy_server_a_portal_a_refused_token_each_have_their_words() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.customer("Hansa");
    field.behave(json!({"do": "rate_limit", "times": 1, "after_s": 300}));
    phone.sync();
    assert_eq!(
        phone.words(id),
        "Saved on this device. The server is busy, next sync in 6 minutes.".replace('6', &minutes(&phone))
    );
    field.advance(331_000);
    proxy.next("/v1/push", json!("html"));
    phone.sync();
    assert_eq!(phone.words(id), "Saved on this device. This network wants you to log in.");
    assert_eq!(phone.device_words(), "1 change saved on this device. This network wants you to log in.");
    field.advance(10_000);
    field.behave(json!({"do": "expire_token", "user": "ana"}));
    phone.sync();
    assert_eq!(phone.words(id), "Saved on this device. Sign in to send it.");
    assert_eq!(phone.record(id).state.severity, Severity::Blocking);
    phone.tokens.set(Some(field.token("ben")));
    phone.keep().suspend(1_000).unwrap();
    phone.keep().resume().unwrap();
    phone.sync();
    assert_eq!(phone.words(id), "Saved on this device. Somebody else is signed in, so nothing is sent.");
    assert_eq!(field.records("customer").len(), 0);
    phone.tokens.set(Some(field.token("ana")));
    phone.sync();
    phone.assert_synced(id);
}

/// Minutes until the lane is due, as a person reads them.
fn minutes(phone: &Phone) -> String {
    let wake = phone.next_wake().unwrap();
    assert!((300_000..=330_000).contains(&wake), "{wake}");
    ((wake + 59_999) / 60_000).to_string()
}

#[test]
fn e2_what_the_server_does_not_accept_and_what_waits_behind_it() {
    let field = Field::new();
    let phone = field.phone("ana");
    field.behave(json!({"do": "refuse_field", "field": "customer.name", "message": "Name is on the black list"}));
    let customer = phone.customer("Hansa");
    let job = phone.job("Boiler", customer);
    phone.sync();
    assert_eq!(phone.words(customer), "Could not be accepted: Name is on the black list.");
    assert_eq!(phone.words(job), "Saved on this device. Waiting for Customer \"Hansa\" to sync first.");
    assert_eq!(german(&phone, customer), "Konnte nicht angenommen werden: Name is on the black list.");
    let outbox = phone.outbox();
    assert_eq!(outbox[0].blocks, [outbox[1].operation], "the outbox says what it holds up");
    assert_eq!(outbox[1].why, WhyWaiting::ForParent { record: customer });
    assert_eq!(outbox[1].made_ms, START_MS);
    assert_eq!((outbox[0].author.as_str(), outbox[0].record_type.as_str()), ("ana", "customer"));
    // Corrected, both go.
    field.behave(json!({"do": "refuse_field", "field": "customer.name", "message": null}));
    let review = review(&phone);
    assert_eq!(review.messages, ["Name is on the black list"]);
    phone.keep().resolve(review.id, review.theirs_rev, Resolve::Mine).unwrap();
    phone.sync();
    phone.assert_synced(customer);
    phone.assert_synced(job);
}

#[test]
fn e2_what_a_server_says_of_a_whole_request_is_shown() {
    let said = json!({"title": "Not taken", "detail": "The contract ended in May"}).to_string();
    let title = json!({"title": "Not taken"}).to_string();
    for (status, kind, body, words) in [
        (400, "application/problem+json", said.as_str(), "The contract ended in May"),
        (413, "application/problem+json; charset=utf-8", &said, "The contract ended in May"),
        (422, "Application/Problem+JSON", &said, "The contract ended in May"),
        (422, "application/problem+json", &title, "Not taken"),
        (422, "application/problem+json", "{", "status 422 application/problem+json"),
        (422, "text/plain", &said, "status 422 text/plain"),
    ] {
        let (_field, phone, id, _) = job_on_a_phone();
        phone.edit(id, json!({"status": "complete"}));
        phone.wire.lie("/v1/push", reply(status, &[("content-type", kind)], body.as_bytes()));
        phone.sync();
        assert_eq!(phone.words(id), format!("Could not be accepted: {words}."), "{status} {kind} {body}");
        assert_eq!(review(&phone).messages, [words]);
        resolve(&phone, Resolve::Mine);
        phone.sync();
        phone.assert_synced(id);
    }
}

#[test]
fn e2_locked_forbidden_and_owned_by_somebody_else() {
    for (refusal, words) in [
        (
            json!({"kind": "locked", "by": "Dana"}),
            "Locked, owned by Dana. Your changes are kept here until you decide.",
        ),
        (
            json!({"kind": "not_owner", "owner": "Ben"}),
            "Locked, owned by Ben. Your changes are kept here until you decide.",
        ),
        (
            json!({"kind": "forbidden"}),
            "You may not change this any more. Your changes are kept here until you decide.",
        ),
    ] {
        let (field, phone, id, server_id) = job_on_a_phone();
        phone.edit(id, json!({"status": "complete"}));
        field.behave(json!({"do": "refuse_record", "server_id": server_id, "as": refusal}));
        phone.sync();
        assert_eq!(phone.words(id), words);
        assert_eq!(phone.text(id, "status"), "complete");
        field.behave(json!({"do": "refuse_record", "server_id": server_id, "as": null}));
        resolve(&phone, Resolve::Mine);
        phone.sync();
        phone.assert_synced(id);
    }
}

#[test]
fn e1_a_visit_has_one_sentence_and_all_its_parts() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let family = || phone.keep().state(Some(id)).unwrap().unwrap();
    assert!(matches!(family().headline, SyncFact::Synced { .. }));
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.edit(id, json!({"status": "complete"}));
    phone.create("note", json!({"work_order": id, "text": "Hello"}));
    phone.sync();
    phone.create("note", json!({"work_order": id, "text": "One more"}));
    let state = family();
    assert_eq!(state.headline, SyncFact::NeedsReview { fields: vec!["Status".into()], by: "office".into() });
    assert_eq!(state.parts[1..], [SyncFact::Saved { count: 1 }], "what waits besides is not hidden");
    assert_eq!(state.severity, Severity::Banner);
    let device = phone.keep().state(None).unwrap().unwrap();
    assert_eq!(device.headline, state.headline);
    assert!(device.parts.contains(&SyncFact::Saved { count: 1 }), "{device:?}");
    assert!(!device.parts.iter().any(|fact| matches!(fact, SyncFact::Synced { .. })), "not synced: {device:?}");
}

#[test]
fn e2_synced_is_never_said_while_anything_is_unfinished() {
    let field = Field::new();
    let proxy = field.proxy();
    let server_id = field.office_customer("Hansa");
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.by_server_id("customer", &server_id).id;
    let never_synced = |when: &str| {
        let state = phone.record(id).state;
        assert!(!state.parts.iter().any(|fact| matches!(fact, SyncFact::Synced { .. })), "{when}: {state:?}");
    };
    phone.edit(id, json!({"city": "Ulm"}));
    never_synced("saved");
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    never_synced("applied there, not known here");
    phone.edit(id, json!({"city": "Bonn"}));
    field.office_sets(&server_id, json!({"city": "Kiel"}));
    field.advance(10_000);
    phone.sync();
    never_synced("under review");
    resolve(&phone, Resolve::Mine);
    never_synced("answered");
    phone.sync();
    phone.assert_synced(id);
}

#[test]
fn e5_everything_that_waits_says_why_since_when_and_until_when() {
    let (field, phone, job, _) = job_on_a_phone();
    field.advance(5_000);
    let edit = phone.edit(job, json!({"description": "x", "priority": "low"})).unwrap();
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 100}));
    phone.sync();
    let behind = phone.edit(job, json!({"labor_hours": "1"})).unwrap();
    let archive = phone.archive(job);
    let sent = phone.item(edit);
    let WhyWaiting::Later { due_ms } = sent.why else { panic!("{sent:?}") };
    assert!((START_MS + 105_000..=START_MS + 115_000).contains(&due_ms), "{due_ms}");
    assert_eq!((sent.made_ms, sent.attempts), (START_MS + 5_000, 1));
    assert_eq!(sent.fields, ["description", "priority"]);
    assert_eq!(phone.item(behind).why, WhyWaiting::BehindShipment);
    assert_eq!(phone.item(archive).why, WhyWaiting::BehindShipment);
    let order: Vec<i64> = phone.outbox().iter().map(|item| item.operation).collect();
    assert_eq!(order, [edit, behind, archive]);
    assert_eq!(phone.item(archive).fields, Vec::<String>::new());
    field.advance(120_000);
    phone.run();
    assert_eq!(phone.outbox(), []);
}
