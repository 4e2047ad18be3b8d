//! Identity and no duplicates (requirements A1, A2, A3, A6, A9), through the public face and over the real wire.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::clock::Clock;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{CommitOptions, Comparison, Edit, Filter, KeepError, Query, RecordStatus, Resolve, WhyWaiting};
use serde_json::json;
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;
use support::wire::reply;
use support::{DAY_MS, START_MS};

const HOUR_MS: i64 = 3_600_000;

#[test]
fn a1_a_create_has_all_it_needs_stored_before_it_returns() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let device = phone.keep().device();
    phone.offline();
    let id = phone.customer("Hansa");
    phone.reopen();
    let uuid: uuid::Uuid = id.to_string().parse().unwrap();
    assert_eq!(uuid.get_version_num(), 7);
    let outbox = phone.outbox();
    assert_eq!(outbox.len(), 1);
    assert_eq!((outbox[0].record, outbox[0].author.as_str(), outbox[0].attempts), (id, "ana", 0));
    assert_eq!(outbox[0].made_ms, field.clock.now().wall_ms);
    assert_eq!(phone.keep().device(), device);
    assert_eq!(phone.query("SELECT device FROM changes"), [device]);
    assert_eq!(phone.text(id, "name"), "Hansa");
    assert_eq!(phone.words(id), "Saved on this device.");
}

#[test]
fn a1_times_are_corrected_by_the_servers_clock_also_after_a_restart() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    phone.clock.skew_wall(HOUR_MS);
    phone.sync();
    phone.reopen();
    field.advance(60_000);
    let id = phone.customer("Hansa");
    assert_eq!(phone.outbox()[0].made_ms, field.clock.now().wall_ms);
    phone.sync();
    let sent = phone.wire.pushed().concat();
    assert_eq!(sent[0]["made_at"], field.clock.now().wall_ms);
    assert_eq!(phone.words(id), "Synced at 00:01.");
}

#[test]
fn a2_both_ids_find_the_record_for_ever() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let id = phone.customer("Hansa");
    let before = phone.keep().history(id).unwrap().len();
    phone.sync();
    let server_id = phone.server_id(id);
    assert_eq!(field.record(id)["values"], json!({ "name": "Hansa" }));
    assert_eq!(field.record(id)["server_id"], server_id);
    let both = |phone: &Phone, what: &str| {
        assert_eq!(phone.by_server_id("customer", &server_id).id, id, "{what}");
        assert_eq!(phone.server_id(id), server_id, "{what}");
    };
    both(&phone, "acknowledged");
    phone.reopen();
    both(&phone, "restarted");
    field.office_sets(&server_id, json!({ "city": "Ulm" }));
    phone.sync();
    assert_eq!(phone.text(id, "city"), "Ulm");
    both(&phone, "changed in the office");
    phone.edit(id, json!({ "city": "Bonn" }));
    phone.archive(id);
    phone.sync();
    assert_eq!(phone.record(id).status, RecordStatus::Archived);
    both(&phone, "archived");
    assert!(phone.keep().history(id).unwrap().len() > before, "the history stays and grows");
    let other = field.phone("ben");
    other.sync();
    assert_eq!(other.by_server_id("customer", &server_id).id, id, "the same local id on every phone");
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn a3_children_wait_for_their_parent_and_say_so() {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    let job = phone.job("Pump", customer);
    let note = phone.create("note", json!({ "work_order": job, "text": "Leaks" }));
    field.behave(json!({ "do": "answer", "outcome": "later", "after_s": 60 }));
    phone.sync();
    assert_eq!(phone.words(job), "Saved on this device. Waiting for Customer \"Hansa\" to sync first.");
    assert_eq!(phone.words(note), "Saved on this device. Waiting for Work order \"Pump\" to sync first.");
    assert_eq!(phone.why(job), [WhyWaiting::ForParent { record: customer }]);
    assert_eq!(phone.why(note), [WhyWaiting::ForParent { record: job }]);
    let outbox = phone.outbox();
    assert_eq!(outbox[0].blocks, [outbox[1].operation]);
    assert_eq!(outbox[1].blocks, [outbox[2].operation]);
    assert_eq!(phone.wire.pushed().len(), 1, "no child goes before its parent");
    field.advance(phone.next_wake().unwrap());
    phone.run();
    for id in [customer, job, note] {
        phone.assert_synced(id);
    }
    let all = phone.wire.pushed().concat();
    let sent = |id: RecordId| all.iter().find(|item| item["local_id"] == id.to_string()).unwrap();
    assert_eq!(sent(job)["fields"]["customer"]["to"], phone.server_id(customer), "references travel as server ids");
    assert_eq!(sent(note)["fields"]["work_order"]["to"], phone.server_id(job));
    assert_eq!(field.record(job)["values"]["customer"], phone.server_id(customer));
    assert_eq!(field.record(note)["values"]["work_order"], phone.server_id(job));
    assert_eq!(phone.field(job, "customer"), Value::Reference(customer), "and stay local inside the device");
}

#[test]
fn a3_a_patch_that_points_to_a_new_record_waits_and_the_rest_goes() {
    let (field, phone, job, server_id) = job_on_a_phone();
    field.behave(json!({ "do": "refuse_field", "field": "customer.name", "message": "No such name" }));
    let customer = phone.customer("Hansa II");
    let move_to = phone.edit(job, json!({ "customer": customer })).unwrap();
    phone.edit(job, json!({ "description": "Leaks" }));
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks");
    assert_eq!(phone.item(move_to).why, WhyWaiting::ForParent { record: customer });
    assert!(matches!(phone.why(customer)[..], [WhyWaiting::Review { .. }]));
    assert_eq!(phone.words(customer), "Could not be accepted: No such name.");
    let review = review(&phone);
    field.behave(json!({ "do": "refuse_field", "field": "customer.name", "message": null }));
    phone.keep().resolve(review.id, review.theirs_rev, fieldkeep::Resolve::Mine).unwrap();
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["customer"], phone.server_id(customer));
    phone.assert_synced(job);
}

#[test]
fn a3_a_group_names_its_own_new_records_by_local_id() {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.keep().new_record_id();
    let job = json!({ "title": "Pump", "status": "assigned", "customer": customer });
    let edits = vec![
        phone.creation("customer", Some(customer), &json!({ "name": "Hansa" })),
        phone.creation("work_order", None, &job),
    ];
    let job = phone.together(edits).records[1];
    phone.sync();
    let pushed = phone.wire.pushed();
    assert_eq!((pushed.len(), pushed[0].len()), (1, 1), "one request, one item: {pushed:?}");
    let members = pushed[0][0]["shipments"].as_array().unwrap();
    assert_eq!(members[1]["fields"]["customer"]["to"], json!({ "local": customer }));
    assert_eq!(field.record(job)["values"]["customer"], phone.server_id(customer));
    phone.assert_synced(job);
}

#[test]
fn a6_a_double_tap_is_one_operation() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let token = phone.keep().new_form_token();
    let options = CommitOptions { form_token: Some(token), ..CommitOptions::default() };
    let edits = vec![phone.creation("customer", None, &json!({ "name": "Hansa" }))];
    let tap = |phone: &Phone, edits: &[Edit]| phone.keep().commit(edits.to_vec(), options.clone());
    let first = tap(&phone, &edits).unwrap();
    let second = tap(&phone, &edits).unwrap();
    assert!(!first.repeated && second.repeated);
    assert_eq!((&first.operations, &first.records), (&second.operations, &second.records));
    phone.reopen();
    assert_eq!(tap(&phone, &edits).unwrap().records, first.records, "also after a restart");
    phone.sync();
    assert_eq!(tap(&phone, &edits).unwrap().records, first.records, "also when it has long been sent");
    let others = vec![phone.creation("customer", None, &json!({ "name": "Hansa", "city": "Ulm" }))];
    assert_eq!(tap(&phone, &others), Err(KeepError::FormTokenReused));
    phone.sync();
    assert_eq!(field.records("customer").len(), 1);
    assert_eq!(phone.outbox(), []);
}

#[test]
fn a6_two_taps_at_once_are_one_record() {
    let field = Field::new();
    let phone = field.phone("ana");
    let options = CommitOptions { form_token: Some(phone.keep().new_form_token()), ..CommitOptions::default() };
    let edit = phone.creation("customer", None, &json!({ "name": "Hansa" }));
    let keep = phone.keep();
    let tap = || keep.commit(vec![edit.clone()], options.clone()).unwrap();
    let receipts = std::thread::scope(|scope| {
        let taps: Vec<_> = (0..4).map(|_| scope.spawn(tap)).collect();
        taps.into_iter().map(|tap| tap.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(receipts.iter().filter(|receipt| !receipt.repeated).count(), 1);
    assert!(receipts.iter().all(|receipt| receipt.records == receipts[0].records));
    phone.sync();
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn a6_a_second_tap_on_an_edit_changes_nothing_even_from_a_form_opened_again() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    let options = CommitOptions { form_token: Some(phone.keep().new_form_token()), ..CommitOptions::default() };
    let edit = phone.patch(id, &json!({ "city": "Ulm" }));
    let first = phone.keep().commit(vec![edit], options.clone()).unwrap();
    phone.edit(id, json!({ "city": "Bonn" }));
    let again = phone.patch(id, &json!({ "city": "Ulm" }));
    let second = phone.keep().commit(vec![again], options).unwrap();
    assert!(second.repeated);
    assert_eq!(first.operations, second.operations);
    assert_eq!(phone.text(id, "city"), "Bonn", "the later edit stands");
}

#[test]
fn a6_a_record_is_signed_once_however_often_the_button_is_tapped() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let shown = phone.record(id).seen;
    let sign = |seen| phone.commit(vec![Edit::Signoff { id, seen: Some(seen) }]).operations;
    assert_eq!(sign(shown.clone()).len(), 1);
    assert!(sign(shown.clone()).is_empty(), "the screen did not show the first one yet");
    assert!(sign(phone.record(id).seen).is_empty(), "the screen shows that one waits");
    phone.sync();
    assert!(sign(shown.clone()).is_empty(), "the first one has arrived, and the screen still shows the old record");
    phone.sync();
    assert_eq!(field.record(&server_id)["changes"]["(signoff)"], 1);
    phone.edit(id, json!({ "description": "Leaks" })).unwrap();
    phone.sync();
    assert_eq!(sign(shown).len(), 1, "what was changed since is signed anew, also from an old screen");
    phone.sync();
    assert_eq!(field.record(&server_id)["changes"]["(signoff)"], 2);
}

#[test]
fn a9_offline_between_acknowledgement_and_refresh_is_a_normal_synced_record() {
    let field = Field::new();
    let proxy = field.proxy();
    let mut phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.customer("Hansa");
    proxy.next("/v1/pull", json!("cut_before"));
    phone.sync();
    phone.offline();
    phone.assert_synced(id);
    let server_id = phone.server_id(id);
    phone.edit(id, json!({ "city": "Ulm" }));
    assert_eq!(phone.words(id), "Saved on this device. Waiting for a connection.");
    assert_eq!(phone.why(id), [WhyWaiting::Offline]);
    phone.reopen();
    phone.sync();
    phone.assert_synced(id);
    let patch = phone.wire.pushed().concat().pop().unwrap();
    assert_eq!(patch["kind"], "patch");
    assert_eq!(patch["record"], server_id);
    assert_eq!(patch["base_version"], "1", "it was edited on top of what was acknowledged");
    assert_eq!(field.record(id)["values"], json!({ "name": "Hansa", "city": "Ulm" }));
    assert_eq!(field.record(id)["changes"], json!({ "(create)": 1, "name": 1, "city": 1 }));
    assert_eq!(phone.keep().reviews().unwrap(), []);
}

/// A phone whose job reached the server without its knowing. The office has added a visit, and the phone has that: it
/// points to a stand-in, since the news of the job itself did not come through.
fn visit_of_a_stand_in() -> (Field, Phone, RecordId, RecordId, RecordId) {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    phone.sync();
    let job = phone.job("Pump", customer);
    phone.wire.lie_after_work("/v1/push", reply(503, &[], b""));
    phone.sync();
    let server_id = field.record(job)["server_id"].as_str().unwrap().to_owned();
    let visit = field.office_creates("visit", json!({ "work_order": server_id, "started": START_MS }));
    field.office_sets(&server_id, json!({ "due": "2026-05-05" }));
    field.behave(json!({ "do": "limits", "page_entries": 1 }));
    // After a day what was sent is in doubt, so the news is asked for first.
    field.advance(DAY_MS);
    one_page(&phone);
    let visit = phone.by_server_id("visit", &visit).id;
    let Value::Reference(stand_in) = phone.field(visit, "work_order") else { panic!("{:#?}", phone.record(visit)) };
    assert_ne!(stand_in, job, "nobody knows yet that they are one");
    (field, phone, job, visit, stand_in)
}

/// One page of news comes, then the connection breaks.
fn one_page(phone: &Phone) {
    phone.wire.twist("/v1/pull", |lines| lines);
    phone.wire.lie("/v1/pull", reply(503, &[], b""));
    phone.sync();
}

#[test]
fn a2_a_record_met_by_its_server_id_first_is_the_same_also_in_work_that_waits() {
    let (field, phone, job, visit, stand_in) = visit_of_a_stand_in();
    let note = phone.create("note", json!({ "work_order": stand_in, "text": "Key is under the mat" }));
    let other = phone.job("Valve", phone.customer("Weber"));
    phone.edit(visit, json!({ "work_order": other }));
    phone.edit(visit, json!({ "work_order": stand_in }));
    phone.sync();
    phone.sync();
    assert_eq!(phone.field(visit, "work_order"), Value::Reference(job));
    assert_eq!(phone.field(note, "work_order"), Value::Reference(job));
    let of_job = Filter { field: "work_order".into(), test: Comparison::Equal(Value::Reference(job)) };
    let found = phone.keep().find(&Query { filters: vec![of_job], ..Query::all("visit") }).unwrap();
    assert_eq!(found.records.iter().map(|record| record.id).collect::<Vec<_>>(), [visit]);
    let server_id = phone.server_id(job);
    assert_eq!(field.record(&server_id)["local_id"], json!(job));
    assert_eq!(field.record(note)["values"]["work_order"], server_id);
    assert_eq!(field.records("visit")[0]["values"]["work_order"], server_id);
    assert_eq!((phone.outbox(), phone.keep().reviews().unwrap()), (vec![], vec![]));
    phone.assert_synced(visit);
}

#[test]
fn a2_a_record_met_by_its_server_id_first_raises_no_question_about_itself() {
    let (field, phone, job, visit, _) = visit_of_a_stand_in();
    let other = phone.job("Valve", phone.customer("Weber"));
    let form = phone.record(visit).seen;
    phone.edit(visit, json!({ "work_order": other }));
    field.office_sets(&phone.server_id(visit), json!({ "summary": "Ring twice" }));
    // The other job has to wait, so the news of the visit comes first.
    field.behave(json!({ "do": "answer", "outcome": "later", "after_s": 60 }));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), [], "nobody else has moved the visit");
    field.advance(phone.next_wake().unwrap());
    phone.sync();
    assert_eq!(field.records("visit")[0]["values"]["work_order"], phone.server_id(other));
    phone.assert_synced(visit);
    phone.assert_synced(job);
    // A form that still shows the stand-in has seen the same job.
    phone.edit(visit, json!({ "work_order": job }));
    phone.sync();
    let edit = phone.patch_seen(visit, &form, &json!({ "work_order": other }));
    phone.commit(vec![edit]);
    assert_eq!(phone.keep().reviews().unwrap(), []);
    phone.sync();
    phone.assert_synced(visit);
}

#[test]
fn a2_a_record_met_by_its_server_id_first_is_the_same_also_in_a_question() {
    let (field, phone, job, visit, _) = visit_of_a_stand_in();
    let other = phone.job("Valve", phone.customer("Weber"));
    phone.edit(visit, json!({ "work_order": other }));
    let office_job = field.office_job("Lift");
    field.office_sets(&phone.server_id(visit), json!({ "work_order": office_job }));
    field.office_sets(field.record(job)["server_id"].as_str().unwrap(), json!({ "due": "2026-05-06" }));
    // The customer, the job "Lift", the visit; not yet the job that the stand-in stands for.
    phone.sync();
    let asked = review(&phone);
    assert_eq!((asked.base, asked.mine), (Value::Reference(job), Value::Reference(other)));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!(field.records("visit")[0]["values"]["work_order"], phone.server_id(other));
    phone.assert_synced(visit);
}
