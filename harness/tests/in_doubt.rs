//! Sent long ago without an answer, and the server has forgotten: looked up, never resent blindly (pitfall P5).
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use fieldkeep::Resolve;
use fieldkeep::ReviewKind;
use serde_json::json;

use support::DAY_MS;
use support::phone::Phone;
use support::site::{Field, Proxy};

/// A phone with a work order on the server, behind a breakable network.
fn site() -> (Field, Proxy, Phone, fieldkeep::value::RecordId) {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    let job = phone.job("Pump", phone.customer("Hansa"));
    phone.sync();
    phone.assert_synced(job);
    (field, proxy, phone, job)
}

/// The server stores the push, its reply is lost, and it forgets what it answered.
fn lose_reply_and_memory(field: &Field, proxy: &Proxy, phone: &mut Phone) {
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    phone.reopen();
    field.advance(21 * DAY_MS);
    field.behave(json!({ "do": "forget_keys" }));
}

#[test]
fn p5_a_forgotten_edit_that_was_undone_since_is_not_sent_again() {
    let (field, proxy, mut phone, job) = site();
    let server_id = phone.server_id(job);
    phone.edit(job, json!({ "status": "complete" }));
    lose_reply_and_memory(&field, &proxy, &mut phone);
    field.office_sets(&server_id, json!({ "status": "assigned" }));
    let pushes = proxy.count("/v1/push");
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["status"], "assigned", "the office's word is not overwritten");
    assert_eq!(proxy.count("/v1/push"), pushes, "nothing was sent before the doubt was cleared");
    phone.assert_synced(job);
    assert_eq!(phone.text(job, "status"), "assigned", "the page named our edit as done, and then the office's");
}

#[test]
fn p5_without_any_trace_a_person_is_asked() {
    let (field, proxy, mut phone, job) = site();
    let server_id = phone.server_id(job);
    // The request never reached the server; the office has changed the field there and back meanwhile.
    phone.edit(job, json!({ "status": "complete" }));
    proxy.next("/v1/push", json!("cut_before"));
    phone.sync();
    phone.reopen();
    field.advance(21 * DAY_MS);
    field.office_sets(&server_id, json!({ "status": "in_progress" }));
    field.office_sets(&server_id, json!({ "status": "assigned" }));
    phone.sync();
    let reviews = phone.keep().reviews().unwrap();
    assert_eq!((reviews[0].kind, reviews[0].field.as_str()), (ReviewKind::Uncertain, "status"));
    assert_eq!(phone.words(job), "Sent long ago without an answer. Check whether it is still right.");
    assert_eq!(field.record(&server_id)["values"]["status"], "assigned");
    phone.keep().resolve(reviews[0].id, reviews[0].theirs_rev, Resolve::Mine).unwrap();
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["status"], "complete");
    phone.assert_synced(job);
}

#[test]
fn p5_what_never_arrived_goes_out_with_the_same_bytes() {
    let (field, proxy, mut phone, job) = site();
    let server_id = phone.server_id(job);
    phone.edit(job, json!({ "description": "seal replaced" }));
    proxy.next("/v1/push", json!("cut_before"));
    phone.sync();
    let first = phone.wire.pushes().last().unwrap().items();
    phone.reopen();
    field.advance(21 * DAY_MS);
    phone.sync();
    assert_eq!(phone.wire.sent("/v1/lookup").len(), 1);
    assert_eq!(phone.wire.pushes().last().unwrap().items(), first);
    assert_eq!(field.record(&server_id)["values"]["description"], "seal replaced");
    phone.assert_synced(job);
}

#[test]
fn p5_a_create_rests_on_its_local_id_not_on_the_servers_memory() {
    let (field, proxy, mut phone, job) = site();
    let note = phone.create("note", json!({ "work_order": job, "text": "wet floor" }));
    lose_reply_and_memory(&field, &proxy, &mut phone);
    phone.sync();
    assert_eq!(field.records("note").len(), 1);
    phone.assert_synced(note);
}

#[test]
fn p5_expired_is_looked_up() {
    let (field, _proxy, phone, job) = site();
    phone.edit(job, json!({ "description": "seal replaced" }));
    field.behave(json!({ "do": "answer", "outcome": "expired" }));
    phone.sync();
    phone.sync();
    assert_eq!(phone.wire.sent("/v1/lookup").len(), 1);
    assert_eq!(field.record(phone.server_id(job))["values"]["description"], "seal replaced");
    phone.assert_synced(job);
}

#[test]
fn p5_a_group_in_doubt_is_cleared_as_one() {
    let (field, proxy, mut phone, job) = site();
    let server_id = phone.server_id(job);
    let other = phone.job("Second pump", phone.customer("Harbour"));
    phone.sync();
    let edits = vec![
        phone.patch(job, &json!({ "title": "Pump, sealed" })),
        phone.patch(other, &json!({ "status": "complete" })),
    ];
    phone.together(edits);
    proxy.next("/v1/push", json!("cut_before"));
    phone.sync();
    phone.reopen();
    field.advance(21 * DAY_MS);
    field.office_sets(&server_id, json!({ "title": "Pump of the office" }));
    phone.sync();
    phone.sync();
    assert_eq!(field.record(phone.server_id(other))["values"]["status"], "assigned", "not half of the group");
    let reviews = phone.keep().reviews().unwrap();
    assert_eq!((reviews.len(), reviews[0].kind), (1, ReviewKind::Uncertain));
    phone.keep().resolve(reviews[0].id, reviews[0].theirs_rev, Resolve::Mine).unwrap();
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump, sealed");
    assert_eq!(field.record(phone.server_id(other))["values"]["status"], "complete");
}

#[test]
fn p5_a_clock_set_back_makes_a_doubt_of_what_was_sent_before() {
    let (field, proxy, phone, job) = site();
    let server_id = phone.server_id(job);
    phone.clock.skew_wall(10 * DAY_MS);
    phone.edit(job, json!({ "title": "Pump 7" }));
    proxy.next("/v1/push", json!("drop_reply"));
    phone.run();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 7", "the server has it, the phone does not know");
    phone.clock.skew_wall(-10 * DAY_MS);
    let pushes = proxy.count("/v1/push");
    field.office_sets(&server_id, json!({ "title": "Pump" }));
    // Long enough for the server to forget, and still before the time at which the phone believes that it sent.
    field.advance(2 * DAY_MS);
    phone.run();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump", "the office's word is not overwritten");
    assert_eq!((phone.text(job, "title").as_str(), phone.keep().reviews().unwrap()), ("Pump", vec![]));
    assert_eq!(proxy.count("/v1/push"), pushes, "nothing was sent again");
    phone.assert_synced(job);
}

#[test]
fn b2_equal_values_do_not_prove_that_a_group_arrived() {
    let (field, proxy, phone, job) = site();
    let lift = phone.job("Lift", phone.customer("Weber"));
    phone.sync();
    let note = phone.creation("note", None, &json!({ "work_order": lift, "text": "Key is under the mat" }));
    let edits = vec![
        phone.patch(job, &json!({ "status": "complete" })),
        phone.patch(lift, &json!({ "description": "Oiled" })),
        note,
    ];
    proxy.next("/v1/push", json!("cut_before"));
    let receipt = phone.together(edits);
    phone.run();
    field.office_sets(&phone.server_id(job), json!({ "status": "complete" }));
    field.advance(13 * 3_600_000);
    phone.sync();
    receipt.records.iter().for_each(|id| phone.assert_synced(*id));
    assert_eq!(field.record(phone.server_id(lift))["values"]["description"], "Oiled");
    assert_eq!(field.records("note").len(), 1);
    assert_eq!(phone.keep().reviews().unwrap(), []);
}

#[test]
fn b2_a_group_is_looked_up_whole_when_the_server_has_forgotten_a_part_of_it() {
    let (field, _proxy, phone, job) = site();
    let lift = phone.job("Lift", phone.customer("Weber"));
    phone.sync();
    let edits = vec![
        phone.patch(job, &json!({ "title": "Pump 7" })),
        phone.patch(lift, &json!({ "title": "Lift 7" })),
        phone.creation("note", None, &json!({ "work_order": lift, "text": "Key is under the mat" })),
    ];
    phone.together(edits);
    field.push("office", &[support::barrier("work_order", "archive", &phone.server_id(lift))]);
    field.behave(json!({ "do": "answer", "outcome": "expired", "times": 2, "after_s": 9 }));
    phone.sync();
    phone.check();
    assert_eq!(field.records("note").len(), 0, "not in part");
    assert_eq!(field.record(phone.server_id(job))["values"]["title"], "Pump");
    for open in phone.keep().reviews().unwrap() {
        phone.keep().resolve(open.id, open.theirs_rev, Resolve::Theirs).unwrap();
    }
    phone.sync();
    phone.check();
}

#[test]
fn b14_a_large_group_in_doubt_behind_many_others_is_asked_about_by_itself() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    field.behave(json!({ "do": "answer", "outcome": "later", "times": 149, "after_s": 3600 }));
    for number in 0..49 {
        phone.customer(&format!("Customer {number}"));
    }
    phone.sync();
    let member = |number| phone.creation("customer", None, &json!({ "name": format!("Member {number}") }));
    phone.together((0..100).map(member).collect());
    phone.sync();
    field.advance(21 * DAY_MS);
    phone.sync();
    assert_eq!(phone.outbox(), []);
    assert_eq!(field.records("customer").len(), 149);
}
