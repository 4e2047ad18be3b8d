//! What fuzzing has found, each as a scene that a person can follow.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use fieldkeep::SyncOutcome;
use serde_json::{Value, json};

use support::phone::job_on_a_phone;
use support::site::Field;
use support::wire::{ndjson, reply};

/// Requests after which a phone with one or two items to send goes round in circles.
const TOO_MANY: usize = 40;

#[test]
fn b4_members_of_a_group_with_a_refusal_and_an_open_answer_are_all_left_open() {
    for (first, second) in [
        (json!({ "outcome": "expired" }), json!({ "outcome": "group_refused" })),
        (json!({ "outcome": "gone" }), json!({ "outcome": "later", "after_s": 5 })),
        (
            json!({ "outcome": "duplicate", "first": { "outcome": "duplicate", "first": { "outcome": "gone" } } }),
            json!({ "outcome": "gone" }),
        ),
    ] {
        let (field, phone, job, server_id) = job_on_a_phone();
        let note = json!({ "work_order": job, "text": "wet floor" });
        phone.together(vec![phone.patch(job, &json!({ "description": "Leaks" })), phone.creation("note", None, &note)]);
        let answers = [first.clone(), second];
        phone.wire.twist("/v1/push", move |lines| {
            let with = |(line, answer): (&Value, &Value)| {
                let mut answer = answer.clone();
                answer["shipment"] = line["shipment"].clone();
                answer
            };
            let mut answers: Vec<Value> = lines.iter().zip(&answers).map(with).collect();
            // About something else, and no reason to take them apart.
            answers.insert(1, json!({ "shipment": support::uuid(), "outcome": "not_attempted" }));
            answers
        });
        phone.sync();
        phone.check();
        for _ in 0..4 {
            field.advance(phone.next_wake().unwrap_or(0));
            phone.sync();
        }
        assert_eq!(field.record(&server_id)["values"]["description"], "Leaks", "{first}");
        assert_eq!(field.records("note").len(), 1, "{first}");
        assert!(phone.outbox().is_empty(), "{first}");
    }
}

#[test]
fn p5_a_group_that_has_arrived_and_was_never_there_is_sent_again() {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.keep().new_record_id();
    let name = json!({ "name": "Hansa" });
    phone.together(vec![
        phone.creation("customer", Some(customer), &name),
        phone.creation("customer", None, &json!({ "name": "Ulmer" })),
    ]);
    field.behave(json!({ "do": "answer", "outcome": "expired", "times": 2 }));
    phone.wire.twist("/v1/lookup", move |mut lines| {
        let asked = json!({ "local_id": customer });
        let answer = lines.iter_mut().find(|line| line["question"] == asked).unwrap();
        answer["record"] = json!({
            "server_id": "C-77", "local_id": customer, "type": "customer", "seq": 50, "life": "alive", "values": name,
            "who": "ana", "at_ms": 1,
        });
        lines
    });
    phone.sync();
    phone.check();
    assert!(!phone.journal("protocol_error").is_empty());
    assert!(phone.outbox().is_empty(), "{:?}", phone.outbox());
    assert_eq!(field.records("customer").len(), 2, "each once");
    phone.assert_synced(customer);
}

#[test]
fn b5_answers_that_settle_nothing_are_not_asked_for_without_end() {
    for answer in ["not_attempted", "expired", "group_refused", "later"] {
        let (field, phone, job, server_id) = job_on_a_phone();
        phone.edit(job, json!({ "description": "Leaks" }));
        let before = phone.wire.count();
        for _ in 0..TOO_MANY {
            phone.wire.answer_push(json!({ "outcome": answer }));
        }
        phone.run();
        assert!(phone.wire.count() < before + TOO_MANY, "{answer}: {} requests", phone.wire.count() - before);
        assert!(phone.next_wake().is_some_and(|wait_ms| wait_ms > 0), "{answer}: it waits");
        assert_eq!(phone.outbox().len(), 1, "{answer}");
        while phone.outbox().len() == 1 {
            field.advance(phone.next_wake().unwrap());
            phone.run();
        }
        assert_eq!(
            field.record(&server_id)["values"]["description"],
            "Leaks",
            "{answer}: the server has come to itself"
        );
        phone.assert_synced(job);
    }
}

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
