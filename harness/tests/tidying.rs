//! Clean-up (data model, "Clean-up"; requirement B12): what is settled goes after its time, and nothing that waits does.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::DAY_MS;
use support::phone::{Phone, job_on_a_phone};

fn count(phone: &Phone, table: &str) -> i64 {
    phone.query(&format!("SELECT count(*) FROM {table}"))[0].parse().unwrap()
}

#[test]
fn b12_settled_work_goes_after_thirty_days_and_its_history_after_four_hundred() {
    let (field, mut phone, job, server_id) = job_on_a_phone();
    for number in 0..600 {
        phone.edit(job, json!({ "description": format!("Leak {number}") }));
        if number % 100 == 0 {
            phone.sync();
        }
    }
    phone.sync();
    let waits = phone.edit(job, json!({ "billing_contact": "Dana" })).unwrap();
    phone.keep().pause(waits).unwrap();
    let (changes, shipments, journal) =
        (count(&phone, "changes"), count(&phone, "shipments"), count(&phone, "journal"));
    assert!(changes > 600 && shipments >= 6, "{changes} {shipments}");
    field.advance(29 * DAY_MS);
    phone.run();
    assert_eq!((count(&phone, "changes"), count(&phone, "shipments")), (changes, shipments), "not before its time");
    field.advance(2 * DAY_MS);
    phone.reopen();
    phone.run();
    assert_eq!((count(&phone, "changes"), count(&phone, "shipments")), (1, 1), "what waits, and the highest number");
    assert!(count(&phone, "journal") >= journal, "its history stays");
    assert_eq!(phone.outbox().len(), 1);
    field.advance(400 * DAY_MS);
    phone.run();
    assert!(count(&phone, "journal") < 20, "{}", count(&phone, "journal"));
    phone.keep().unpause(waits).unwrap();
    phone.sync();
    phone.assert_synced(job);
    let record = field.record(&server_id);
    assert_eq!(
        (&record["values"]["billing_contact"], &record["values"]["description"]),
        (&json!("Dana"), &json!("Leak 599"))
    );
    let next = phone.edit(job, json!({ "description": "Dry" })).unwrap();
    assert!(next > waits, "numbers go on: {next}");
}

#[test]
fn b12_a_question_without_an_answer_stays_however_old_it_is() {
    let (field, phone, job, server_id) = job_on_a_phone();
    phone.edit(job, json!({ "status": "complete", "description": "Leaks" }));
    field.office_sets(&server_id, json!({ "status": "waiting_for_approval" }));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap().len(), 1);
    field.advance(1_000 * DAY_MS);
    phone.run();
    assert_eq!(phone.keep().reviews().unwrap().len(), 1);
    assert_eq!(phone.outbox().len(), 1);
    assert_eq!(count(&phone, "changes"), 2, "an operation goes as a whole");
    assert_eq!(phone.words(job), "office changed Status. Review before sending again.");
}

#[test]
fn g3_an_idle_phone_is_not_woken_for_it() {
    let (field, phone, _, _) = job_on_a_phone();
    field.advance(31 * DAY_MS);
    assert_eq!(phone.next_wake(), None);
}
