//! Barriers and groups (requirements B2, F5), over the real wire.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::value::{RecordId, Value};
use fieldkeep::{CommitOptions, Edit, KeepError, RecordStatus, Resolve, ReviewKind, SyncOutcome, WhyWaiting};
use serde_json::{Value as Json, json};
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;

fn signoff(phone: &Phone, id: RecordId) -> Edit {
    Edit::Signoff { id, seen: Some(phone.record(id).seen) }
}

#[test]
fn b2_barriers_go_alone_after_all_that_is_earlier_and_nothing_passes_them() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"description": "Done"}));
    let signed = phone.commit(vec![signoff(&phone, id)]).operations[0];
    let behind = phone.edit(id, json!({"labor_hours": "1"})).unwrap();
    assert!(matches!(phone.item(signed).why, WhyWaiting::BehindEarlier { .. }));
    assert_eq!(phone.item(behind).why, WhyWaiting::BehindBarrier { operation: signed });
    assert_eq!(phone.item(signed).blocks, [behind]);
    phone.sync();
    let sent: Vec<Json> = phone.wire.pushed().into_iter().flatten().collect();
    let kinds: Vec<&str> = sent.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["patch", "signoff", "patch"]);
    phone.archive(id);
    assert_eq!(phone.record(id).status, RecordStatus::WillBeArchived);
    assert_eq!(phone.words(id), "Saved on this device.");
    let late = phone.try_commit(vec![phone.patch(id, &json!({"description": "x"}))]);
    assert!(matches!(late, Err(KeepError::NotEditable { .. })), "{late:?}");
    phone.sync();
    assert_eq!(
        (phone.record(id).status, &field.record(&server_id)["life"]),
        (RecordStatus::Archived, &json!("archived"))
    );
    let seen = Some(phone.record(id).seen);
    phone.commit(vec![Edit::Reopen { id, seen }]);
    phone.edit(id, json!({"description": "Again"}));
    phone.sync();
    assert_eq!(phone.record(id).status, RecordStatus::Open);
    let record = field.record(&server_id);
    assert_eq!((&record["life"], &record["values"]["description"]), (&json!("alive"), &json!("Again")));
    assert_eq!(record["changes"]["(signoff)"], 1);
    phone.assert_synced(id);
}

#[test]
fn b2_a_barrier_never_overtakes_a_held_field() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.edit(id, json!({"status": "complete"}));
    phone.sync();
    phone.archive(id);
    phone.sync();
    assert_eq!(field.record(&server_id)["life"], "alive", "not locked with the wrong status");
    resolve(&phone, Resolve::Mine);
    phone.sync();
    let record = field.record(&server_id);
    assert_eq!((&record["life"], &record["values"]["status"]), (&json!("archived"), &json!("complete")));
}

#[test]
fn b2_a_group_goes_whole_in_one_request_or_waits_whole() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let done = phone.patch(id, &json!({"status": "complete"}));
    let part = phone.creation("part", None, &json!({"work_order": id, "name": "Valve", "quantity": "2"}));
    let receipt = phone.together(vec![done, part]);
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.sync();
    assert_eq!(field.records("part").len(), 0, "not in part");
    let held = receipt.operations[0];
    assert!(matches!(phone.item(held).why, WhyWaiting::Review { .. }));
    assert_eq!(phone.item(receipt.operations[1]).why, WhyWaiting::Group { operation: held });
    assert_eq!(phone.words(receipt.records[1]), "Saved on this device.");
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["status"], "complete");
    assert_eq!(field.records("part").len(), 1);
    let groups: Vec<usize> =
        phone.wire.pushed().iter().flatten().filter_map(|item| item["shipments"].as_array().map(Vec::len)).collect();
    assert_eq!(groups, [2, 2], "both times whole");
    phone.assert_synced(id);
}

#[test]
fn b2_a_group_may_name_what_it_makes_later() {
    let (field, phone, id, _) = job_on_a_phone();
    let customer = phone.keep().new_record_id();
    let make = phone.creation("customer", Some(customer), &json!({"name": "Weber"}));
    let first = phone.patch(id, &json!({"description": "For Weber"}));
    let mut point = phone.patch(id, &json!({}));
    if let Edit::Patch { fields, .. } = &mut point {
        fields.insert("customer".to_owned(), Value::Reference(customer));
    }
    phone.together(vec![first, make, point]);
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(phone.server_id(id))["values"]["customer"], phone.server_id(customer));
}

#[test]
fn b2_a_group_that_could_never_go_is_refused_at_once() {
    let (_field, phone, id, _) = job_on_a_phone();
    let seen = Some(phone.record(id).seen);
    let edits = vec![phone.patch(id, &json!({"status": "complete"})), Edit::Archive { id, seen }];
    let options = CommitOptions { together: true, ..CommitOptions::default() };
    let refused = phone.keep().commit(edits.clone(), options);
    assert!(matches!(refused, Err(KeepError::BadRequest { .. })), "{refused:?}");
    assert_eq!(phone.outbox(), []);
    // One after the other they go.
    phone.commit(edits);
    phone.sync();
    assert_eq!((phone.outbox(), phone.record(id).status), (vec![], RecordStatus::Archived));
}

#[test]
fn f5_a_group_with_a_member_that_does_not_fit_the_new_schema_is_held_whole() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    let other = field.office_job("Lift");
    phone.sync();
    let lift = phone.by_server_id("work_order", &other).id;
    let edits = vec![phone.patch(id, &json!({"description": "x"})), phone.patch(lift, &json!({"priority": "urgent"}))];
    let receipt = phone.together(edits);
    phone.next_schema(|field| field.choices.retain(|choice| choice.name != "urgent"));
    phone.sync();
    assert_eq!(review(&phone).kind, ReviewKind::RuleChanged);
    assert_eq!(phone.item(receipt.operations[0]).why, WhyWaiting::Group { operation: receipt.operations[1] });
    assert_eq!(field.record(&server_id)["values"]["description"], Json::Null);
    assert_eq!(phone.wire.pushed().iter().flatten().count(), 0, "nothing of it was sent");
}

#[test]
fn b2_a_group_whose_answer_was_cut_is_not_settled_in_part() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let customer = phone.keep().new_record_id();
    let make = phone.creation("customer", Some(customer), &json!({"name": "Weber"}));
    let job = json!({"title": "Boiler", "status": "assigned", "customer": customer});
    let receipt = phone.together(vec![make, phone.creation("work_order", None, &job)]);
    proxy.next("/v1/push", json!({"cut_after_lines": 1}));
    phone.sync();
    phone.check();
    assert_eq!(phone.outbox().len(), 2, "both are unanswered: {:#?}", phone.outbox());
    field.advance(10_000);
    phone.sync();
    receipt.records.iter().for_each(|id| phone.assert_synced(*id));
    assert_eq!((field.records("customer").len(), field.records("work_order").len()), (1, 1));
}

#[test]
fn b2_when_a_part_is_given_up_the_rest_is_sent_only_if_a_person_says_so() {
    for rest_is_sent in [true, false] {
        let (field, phone, id, server_id) = job_on_a_phone();
        let lift_server_id = field.office_job("Lift");
        phone.sync();
        let lift = phone.by_server_id("work_order", &lift_server_id).id;
        let done = phone.patch(id, &json!({"status": "complete", "labor_hours": "2"}));
        let next = phone.patch(lift, &json!({"description": "Boiler is done"}));
        let part = phone.creation("part", None, &json!({"work_order": id, "name": "Valve", "quantity": "2"}));
        let receipt = phone.together(vec![done, next, part]);
        let besides = phone.edit(lift, json!({"labor_hours": "1"}));
        field.office_sets(&server_id, json!({"status": "cancelled"}));
        phone.sync();
        resolve(&phone, Resolve::Theirs);
        phone.sync();
        let reviews = phone.keep().reviews().unwrap();
        let asked: Vec<(&str, ReviewKind)> = reviews.iter().map(|open| (open.field.as_str(), open.kind)).collect();
        let parted = ReviewKind::GroupParted;
        assert_eq!(asked, [("labor_hours", parted), ("description", parted), ("", parted)]);
        let told = "Part of what was saved together was given up. The rest is kept here until you decide.";
        assert_eq!(phone.words(lift), told);
        assert_eq!(field.records("part").len(), 0);
        assert!(field.record(&lift_server_id)["values"].get("description").is_none());
        assert_eq!(field.record(&lift_server_id)["values"]["labor_hours"], "1", "it was no part of it");
        assert!(besides.is_some());
        let answer = if rest_is_sent { Resolve::Mine } else { Resolve::Theirs };
        for open in reviews {
            phone.keep().resolve(open.id, open.theirs_rev, answer.clone()).unwrap();
        }
        phone.sync();
        let hours = field.record(&server_id)["values"]["labor_hours"].clone();
        assert_eq!((hours == "2", field.records("part").len() == 1), (rest_is_sent, rest_is_sent));
        assert_eq!(field.record(&lift_server_id)["values"].get("description").is_some(), rest_is_sent);
        assert_eq!(field.record(&server_id)["values"]["status"], "cancelled");
        assert_eq!(phone.outbox(), []);
        phone.assert_synced(lift);
        assert_eq!(receipt.records.len(), 3);
    }
}

#[test]
fn b2_an_archive_that_is_given_up_with_its_group_takes_no_other_edit_along() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let lift_server_id = field.office_job("Lift");
    phone.sync();
    let lift = phone.by_server_id("work_order", &lift_server_id).id;
    phone.together(vec![phone.patch(id, &json!({"status": "complete"})), signoff(&phone, lift)]);
    phone.edit(lift, json!({"description": "Oiled"}));
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.sync();
    assert_eq!(review(&phone).field, "status");
    resolve(&phone, Resolve::Theirs);
    assert_eq!((review(&phone).kind, review(&phone).record), (ReviewKind::GroupParted, lift));
    field.office_sets(&lift_server_id, json!({"labor_hours": "3"}));
    phone.sync();
    resolve(&phone, Resolve::Theirs);
    phone.sync();
    let values = field.record(&lift_server_id);
    assert_eq!((&values["values"]["description"], &values["values"]["labor_hours"]), (&json!("Oiled"), &json!("3")));
    assert!(values["changes"].get("(signoff)").is_none(), "{values}");
    phone.assert_synced(lift);
}

#[test]
fn b2_a_group_of_which_one_member_is_told_later_waits_whole_without_asking_again() {
    let (field, phone, id, _) = job_on_a_phone();
    let note = |text: &str| phone.creation("note", None, &json!({"work_order": id, "text": text}));
    let receipt = phone.together(vec![note("Key is under the mat"), note("Mind the dog")]);
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 600}));
    let report = phone.run_a_second();
    assert_eq!(report.outcome, SyncOutcome::Done, "it rests: {report:?}");
    assert!(matches!(phone.item(receipt.operations[0]).why, WhyWaiting::Later { .. }));
    let wake = phone.next_wake().unwrap();
    assert!((599_000..=660_000).contains(&wake), "{wake}");
    field.advance(wake - 1);
    phone.run();
    assert_eq!(phone.wire.pushes().len(), 1, "no member goes before the last may");
    field.advance(1);
    phone.run();
    assert_eq!(field.records("note").len(), 2);
    let texts: Vec<Vec<String>> = phone.wire.pushes().iter().map(support::wire::Sent::items).collect();
    assert_eq!(texts, [texts[0].clone(), texts[0].clone()], "once more, whole and byte for byte the same");
    receipt.records.iter().for_each(|note| phone.assert_synced(*note));
}

#[test]
fn b2_the_rest_of_a_parted_group_is_asked_about_when_its_record_is_free() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let old_form = phone.record(id).seen;
    let lift_server_id = field.office_job("Lift");
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    let lift = phone.by_server_id("work_order", &lift_server_id).id;
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 60}));
    phone.edit(lift, json!({"description": "Oiled"}));
    phone.sync();
    let mine = phone.patch_seen(id, &old_form, &json!({"title": "Pump 7"}));
    phone.together(vec![mine, signoff(&phone, lift)]);
    assert_eq!(review(&phone).field, "title");
    resolve(&phone, Resolve::Theirs);
    phone.check();
    field.advance(70_000);
    phone.sync();
    assert_eq!((review(&phone).kind, review(&phone).record), (ReviewKind::GroupParted, lift));
    assert!(field.record(&lift_server_id)["changes"].get("(signoff)").is_none());
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!(field.record(&lift_server_id)["changes"]["(signoff)"], 1);
    phone.assert_synced(lift);
}

#[test]
fn b10_what_pointed_to_a_record_given_up_is_asked_about_when_it_is_free() {
    let (field, phone, id, _) = job_on_a_phone();
    field.behave(json!({"do": "refuse_field", "field": "customer.city", "message": "No such city"}));
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 60}));
    phone.edit(id, json!({"description": "Leaks"}));
    phone.sync();
    let customer = phone.create("customer", json!({"name": "Weber", "city": "Ulm"}));
    phone.edit(id, json!({"customer": customer}));
    phone.sync();
    assert_eq!(review(&phone).record, customer);
    resolve(&phone, Resolve::Theirs);
    phone.check();
    field.advance(70_000);
    phone.sync();
    assert_eq!((review(&phone).kind, review(&phone).record), (ReviewKind::ParentGone, id));
    resolve(&phone, Resolve::Theirs);
    phone.sync();
    phone.assert_synced(id);
}

#[test]
fn b2_answers_that_contradict_each_other_settle_nothing_of_a_group() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let lift_server_id = field.office_job("Lift");
    phone.sync();
    let lift = phone.by_server_id("work_order", &lift_server_id).id;
    phone.together(vec![phone.patch(id, &json!({"title": "Pump 7"})), phone.patch(lift, &json!({"title": "Lift 7"}))]);
    phone.wire.twist("/v1/push", |mut lines| {
        let shipment = lines[1]["shipment"].clone();
        lines[1] = json!({"shipment": shipment, "outcome": "group_refused"});
        lines
    });
    phone.wire.lie("/v1/pull", support::wire::reply(503, &[], b""));
    phone.run();
    assert_eq!(phone.outbox().len(), 2);
    assert!(!phone.journal("protocol_error").is_empty());
    field.advance(60_000);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 7");
    assert_eq!(field.record(&lift_server_id)["values"]["title"], "Lift 7");
    [id, lift].iter().for_each(|id| phone.assert_synced(*id));
}
