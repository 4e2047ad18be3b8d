//! Pausing and giving up: B34, B35.

use fieldkeep::{KeepError, RecordStatus, ReviewKind, SyncOutcome, WhyWaiting};
use serde_json::{Value as Json, json};

use super::stage::{World, choice, fields, text};
use fieldkeep::value::Value;

#[test]
fn b34_a_paused_item_is_not_sent_and_says_so_until_it_is_taken_up_again() {
    let world = World::new();
    let (phone, id, server_id) = world.job_on_a_phone();
    phone.offline();
    let paused = phone.edit(id, [("description", text("Leaks"))]);
    phone.keep.pause(paused).unwrap();
    phone.edit(id, [("labor_hours", Value::Decimal("2".into()))]);
    let other = phone.customer("Weber");
    assert_eq!(phone.item(paused).why, WhyWaiting::Paused);
    phone.online();
    let report = phone.keep.sync_now().unwrap();
    assert_eq!((report.outcome, report.waiting), (SyncOutcome::Done, 1));
    phone.wait_synced(other);
    assert_eq!(phone.words(id), "Saved on this device. Paused.");
    let values = world.record(&server_id)["values"].clone();
    assert_eq!((values.get("description"), &values["labor_hours"]), (None, &json!("2")));
    phone.keep.unpause(paused).unwrap();
    phone.wait_synced(id);
    assert_eq!(world.record(&server_id)["values"]["description"], "Leaks");
}

#[test]
fn b35_the_plan_names_all_that_goes_and_a_wrong_plan_is_refused() {
    let world = World::new();
    let phone = world.phone();
    phone.keep.sync_now().unwrap();
    phone.offline();
    let customer = phone.customer("Weber");
    let create = phone.keep.outbox().unwrap()[0].operation;
    let plan = phone.keep.discard_plan(create).unwrap();
    let edit = phone.edit(customer, [("city", text("Ulm"))]);
    let job = [("title", text("Boiler")), ("status", choice("assigned")), ("customer", Value::Reference(customer))];
    let job = phone.create("work_order", fields(job));
    assert_eq!(phone.keep.discard(&plan), Err(KeepError::PlanChanged));
    assert_eq!(phone.keep.outbox().unwrap().len(), 3, "nothing was changed");
    let plan = phone.keep.discard_plan(create).unwrap();
    let named: Vec<i64> = plan.items.iter().map(|item| item.operation).collect();
    assert_eq!((named, &plan.records), (vec![create, edit], &vec![customer]));
    let asked: Vec<_> = plan.questions.iter().map(|question| (question.record, question.kind)).collect();
    assert_eq!(asked, [(job, ReviewKind::ParentGone)]);
    phone.keep.discard(&plan).unwrap();
    assert_eq!(phone.record(customer).status, RecordStatus::Gone);
    assert_eq!(phone.keep.reviews().unwrap()[0].record, job);
    phone.online();
    phone.keep.sync_now().unwrap();
    assert_eq!((world.records("customer"), world.records("work_order")), (Vec::<Json>::new(), vec![]));
}
