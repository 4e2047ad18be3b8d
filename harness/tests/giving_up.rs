//! Requirement B9: a person pauses what waits and takes it up again, and gives up what waits after seeing all that would
//! go with it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::state::SyncFact;
use fieldkeep::value::RecordId;
use fieldkeep::{
    DiscardPlan, Edit, KeepError, PlannedQuestion, RecordStatus, Resolve, ReviewKind, SyncOutcome, WhyWaiting,
};
use serde_json::{Value as Json, json};
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;

fn plan(phone: &Phone, operation: i64) -> DiscardPlan {
    phone.keep().discard_plan(operation).unwrap()
}

fn operations(plan: &DiscardPlan) -> Vec<i64> {
    plan.items.iter().map(|item| item.operation).collect()
}

/// A second job of the office, on the phone.
fn lift(field: &Field, phone: &Phone) -> (RecordId, String) {
    let server_id = field.office_job("Lift");
    phone.sync();
    (phone.by_server_id("work_order", &server_id).id, server_id)
}

fn on_the_server(field: &Field, id: impl ToString, name: &str) -> Json {
    field.record(id)["values"][name].clone()
}

// ---- pausing

#[test]
fn b9_what_is_paused_is_not_sent_and_says_so_until_it_is_taken_up_again() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    phone.offline();
    let paused = phone.edit(id, json!({"description": "Leaks"})).unwrap();
    phone.keep().pause(paused).unwrap();
    assert_eq!(phone.words(id), "Saved on this device. Paused.", "a connection would not help");
    assert_eq!(phone.item(paused).why, WhyWaiting::Paused);
    phone.reopen();
    assert_eq!(phone.item(paused).why, WhyWaiting::Paused, "it is stored");
    let behind = phone.edit(id, json!({"description": "Leaks at the valve"})).unwrap();
    phone.edit(id, json!({"labor_hours": "2"}));
    phone.online();
    let report = phone.sync();
    assert_eq!((report.outcome, report.waiting), (SyncOutcome::Done, 2), "not even when a person asks for a sync");
    assert_eq!(on_the_server(&field, &server_id, "labor_hours"), "2", "others are not held back");
    assert_eq!(on_the_server(&field, &server_id, "description"), Json::Null);
    assert_eq!(phone.item(behind).why, WhyWaiting::BehindEarlier { operation: paused });
    assert_eq!(phone.item(paused).blocks, [behind]);
    let parts = [SyncFact::Paused { count: 1 }, SyncFact::Saved { count: 1 }];
    assert_eq!(phone.record(id).state.parts, parts, "nothing says Synced");
    assert_eq!(phone.device_words(), "1 change saved on this device. Paused.");
    assert_eq!(phone.next_wake(), None, "only a person brings it on");
    phone.keep().pause(paused).unwrap();
    assert_eq!(phone.journal("paused").len(), 1, "a second tap does nothing");
    phone.keep().unpause(paused).unwrap();
    phone.run();
    assert_eq!(on_the_server(&field, &server_id, "description"), "Leaks at the valve");
    phone.assert_synced(id);
    assert_eq!(phone.query("SELECT count(*) FROM paused"), ["0"]);
}

#[test]
fn b9_nothing_passes_a_paused_create_nor_a_paused_archive() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let customer = phone.customer("Weber");
    let create = phone.outbox()[0].operation;
    phone.edit(customer, json!({"city": "Ulm"}));
    let job = phone.job("Heat pump", customer);
    phone.keep().pause(create).unwrap();
    let edit = phone.edit(id, json!({"description": "Done"})).unwrap();
    let archive = phone.archive(id);
    phone.keep().pause(archive).unwrap();
    phone.sync();
    assert_eq!((field.records("customer").len(), field.records("work_order").len()), (1, 1));
    assert_eq!(phone.why(customer), [WhyWaiting::Paused, WhyWaiting::BehindEarlier { operation: create }]);
    assert_eq!(phone.why(job), [WhyWaiting::ForParent { record: customer }]);
    assert!(phone.outbox().iter().all(|item| item.operation != edit), "what is before the archive has gone");
    assert_eq!(field.record(&server_id)["life"], "alive");
    assert_eq!(phone.words(id), "Saved on this device. Paused.");
    phone.check();
    [create, archive].iter().for_each(|operation| phone.keep().unpause(*operation).unwrap());
    phone.sync();
    assert_eq!(on_the_server(&field, customer, "city"), "Ulm");
    assert_eq!((&field.record(&server_id)["life"], phone.outbox()), (&json!("archived"), vec![]));
}

#[test]
fn b9_pausing_a_member_pauses_its_group() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    let (lift, _) = lift(&field, &phone);
    let edits = vec![phone.patch(id, &json!({"title": "Pump 7"})), phone.patch(lift, &json!({"title": "Lift 7"}))];
    let group = phone.together(edits).operations;
    phone.keep().pause(group[1]).unwrap();
    phone.reopen();
    group.iter().for_each(|operation| assert_eq!(phone.item(*operation).why, WhyWaiting::Paused));
    phone.sync();
    assert_eq!(on_the_server(&field, &server_id, "title"), "Pump");
    phone.keep().unpause(group[0]).unwrap();
    phone.sync();
    [id, lift].iter().for_each(|id| phone.assert_synced(*id));
    assert_eq!(phone.query("SELECT count(*) FROM paused"), ["0"]);
}

#[test]
fn b9_what_is_on_its_way_is_neither_paused_nor_given_up() {
    let field = Field::new();
    let server_id = field.office_job("Pump");
    let proxy = field.proxy();
    let mut phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.by_server_id("work_order", &server_id).id;
    let sent = phone.edit(id, json!({"description": "Leaks"})).unwrap();
    let shown = plan(&phone, sent);
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    phone.reopen();
    let keep = phone.keep();
    let answers = [keep.pause(sent), keep.unpause(sent), keep.discard_plan(sent).map(drop), keep.discard(&shown)];
    for answer in answers {
        assert!(matches!(answer, Err(KeepError::NotEditable { .. })), "it may have arrived: {answer:?}");
    }
    phone.check();
    field.advance(10_000);
    phone.sync();
    phone.assert_synced(id);
    for answer in [phone.keep().pause(sent), phone.keep().discard(&shown)] {
        assert!(matches!(answer, Err(KeepError::NotFound { .. })), "{answer:?}");
    }
    assert_eq!(on_the_server(&field, &server_id, "description"), "Leaks");
}

#[test]
fn b9_a_paused_edit_meets_the_office_and_stays_paused_after_the_answer() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let edit = phone.edit(id, json!({"status": "complete", "labor_hours": "1"})).unwrap();
    phone.keep().pause(edit).unwrap();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.sync();
    assert!(matches!(phone.item(edit).why, WhyWaiting::Review { .. }), "{:?}", phone.item(edit));
    assert_eq!(on_the_server(&field, &server_id, "labor_hours"), Json::Null);
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!((phone.item(edit).why, phone.words(id)), (WhyWaiting::Paused, "Saved on this device. Paused.".into()));
    assert_eq!(on_the_server(&field, &server_id, "status"), "cancelled");
    phone.keep().unpause(edit).unwrap();
    phone.sync();
    assert_eq!(on_the_server(&field, &server_id, "status"), "complete");
    phone.assert_synced(id);
}

#[test]
fn b9_what_ends_is_paused_no_more() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let edit = phone.edit(id, json!({"description": "Leaks"})).unwrap();
    phone.keep().pause(edit).unwrap();
    field.office_sets(&server_id, json!({"description": "Leaks"}));
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(phone.query("SELECT count(*) FROM paused"), ["0"], "the office says the same: it is done");
}

// ---- giving up

#[test]
fn b9_an_edit_is_given_up_and_the_record_shows_what_is_there_without_it() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let first = phone.edit(id, json!({"title": "Pump 7", "labor_hours": "2"})).unwrap();
    let second = phone.edit(id, json!({"title": "Pump 8"})).unwrap();
    let shown = plan(&phone, first);
    assert_eq!(
        (operations(&shown), shown.items[0].fields.clone()),
        (vec![first], vec!["labor_hours".into(), "title".into()])
    );
    assert_eq!((&shown.records, &shown.reviews, &shown.questions), (&vec![], &vec![], &vec![]));
    assert_eq!(phone.item(first).why, WhyWaiting::Ready, "a plan changes nothing");
    phone.keep().discard(&shown).unwrap();
    assert_eq!(phone.text(id, "title"), "Pump 8", "the later edit stands");
    assert!(!phone.record(id).fields.contains_key("labor_hours"));
    phone.check();
    phone.sync();
    let sent: Vec<Json> = phone.wire.pushed().into_iter().flatten().collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["fields"], json!({"title": {"from": "Pump", "to": "Pump 8"}}), "{sent:#?}");
    assert_eq!(field.record(&server_id)["changes"].get("labor_hours"), None, "it never arrived");
    phone.assert_synced(id);
    let told = phone.journal("discarded");
    assert_eq!((&told[0]["op"], &told[0]["by"]), (&json!(first), &json!("ana")));
    let kinds: Vec<String> = phone.keep().history(id).unwrap().into_iter().map(|entry| entry.kind).collect();
    assert!(kinds.contains(&"discarded".to_owned()), "{kinds:?}");
    assert!(phone.outbox().iter().all(|item| item.operation != second));
}

#[test]
fn b9_giving_up_a_create_names_its_edits_and_those_that_refer_to_it() {
    let (field, mut phone, _, _) = job_on_a_phone();
    let customer = phone.customer("Weber");
    let create = phone.outbox()[0].operation;
    let edit = phone.edit(customer, json!({"city": "Ulm"})).unwrap();
    let job = phone.job("Heat pump", customer);
    let child = phone.outbox()[2].operation;
    let note = phone.create("note", json!({"work_order": job, "text": "Key is under the mat"}));
    phone.keep().pause(create).unwrap();
    let shown = plan(&phone, create);
    assert_eq!((operations(&shown), &shown.records), (vec![create, edit], &vec![customer]));
    let question = PlannedQuestion { operation: child, record: job, kind: ReviewKind::ParentGone };
    assert_eq!(shown.questions, [question]);
    phone.reopen();
    phone.keep().discard(&shown).unwrap();
    phone.reopen();
    assert_eq!(phone.record(customer).status, RecordStatus::Gone);
    assert_eq!((review(&phone).kind, review(&phone).record), (ReviewKind::ParentGone, job));
    assert_eq!(phone.why(note), [WhyWaiting::ForParent { record: job }]);
    phone.sync();
    assert_eq!(field.records("customer").len(), 1, "only that of the office");
    assert_eq!(phone.query("SELECT count(*) FROM paused"), ["0"]);
    resolve(&phone, Resolve::Theirs);
    assert_eq!((review(&phone).kind, review(&phone).record), (ReviewKind::ParentGone, note));
    resolve(&phone, Resolve::Theirs);
    assert_eq!(phone.outbox(), []);
    phone.sync();
    assert_eq!((field.records("work_order").len(), field.records("note").len()), (1, 0));
}

#[test]
fn b9_the_rest_of_a_group_is_named_and_asked_about() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let (lift, lift_server_id) = lift(&field, &phone);
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 60}));
    phone.edit(lift, json!({"description": "Oiled"}));
    phone.sync();
    let edits = vec![phone.patch(id, &json!({"title": "Pump 7"})), phone.patch(lift, &json!({"title": "Lift 7"}))];
    let part = phone.creation("part", None, &json!({"work_order": id, "name": "Valve", "quantity": "2"}));
    let group = phone.together(edits.into_iter().chain([part]).collect());
    let shown = plan(&phone, group.operations[0]);
    assert_eq!(operations(&shown), group.operations[..1]);
    let asked: Vec<(i64, ReviewKind)> = shown.questions.iter().map(|one| (one.operation, one.kind)).collect();
    let parted = ReviewKind::GroupParted;
    assert_eq!(asked, [(group.operations[1], parted), (group.operations[2], parted)], "one now, one when it is free");
    phone.keep().discard(&shown).unwrap();
    phone.check();
    assert_eq!((review(&phone).kind, review(&phone).record), (parted, group.records[2]));
    resolve(&phone, Resolve::Mine);
    field.advance(70_000);
    phone.sync();
    assert_eq!((review(&phone).kind, review(&phone).record), (parted, lift));
    resolve(&phone, Resolve::Theirs);
    phone.sync();
    assert_eq!((on_the_server(&field, &server_id, "title"), field.records("part").len()), (json!("Pump"), 1));
    assert_eq!(on_the_server(&field, &lift_server_id, "title"), "Lift");
    [id, lift].iter().for_each(|id| phone.assert_synced(*id));
}

#[test]
fn b9_giving_up_what_is_under_review_answers_it_and_the_plan_says_so() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    let edit = phone.edit(id, json!({"status": "complete", "description": "Leaks"})).unwrap();
    phone.sync();
    let open = review(&phone);
    let shown = plan(&phone, edit);
    assert_eq!((&shown.reviews, &shown.items[0].fields), (&vec![open.id], &vec!["status".to_owned()]));
    field.office_sets(&server_id, json!({"status": "waiting_for_approval"}));
    phone.sync();
    assert_eq!(phone.keep().discard(&shown), Err(KeepError::PlanChanged), "the other side is another by now");
    assert_eq!((phone.outbox().len(), review(&phone).theirs_rev), (1, 2), "nothing was changed");
    phone.keep().discard(&plan(&phone, edit)).unwrap();
    assert_eq!((phone.text(id, "status").as_str(), phone.keep().reviews().unwrap()), ("waiting_for_approval", vec![]));
    let late = phone.keep().resolve(open.id, 2, Resolve::Mine);
    assert!(matches!(late, Err(KeepError::ReviewClosed { .. })), "{late:?}");
    phone.sync();
    phone.assert_synced(id);
    let told = field.dump()["resolutions"].clone();
    assert_eq!((&told[0]["choice"], &told[0]["mine"]), (&json!("theirs"), &json!("complete")), "{told:#}");
}

#[test]
fn b9_a_plan_that_has_become_wrong_is_refused_and_changes_nothing() {
    let (field, phone, id, server_id) = job_on_a_phone();
    // A page opens a question about the edit.
    let edit = phone.edit(id, json!({"status": "complete"})).unwrap();
    let shown = plan(&phone, edit);
    phone.keep().pause(edit).unwrap();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.sync();
    assert_eq!(phone.keep().discard(&shown), Err(KeepError::PlanChanged));
    assert_eq!((phone.text(id, "status").as_str(), review(&phone).record), ("complete", id));
    phone.keep().discard(&plan(&phone, edit)).unwrap();
    assert_eq!(phone.outbox(), []);
    // More came to hang on a create.
    phone.offline();
    let customer = phone.customer("Weber");
    let create = phone.outbox()[0].operation;
    let shown = plan(&phone, create);
    phone.edit(customer, json!({"city": "Ulm"}));
    assert_eq!(phone.keep().discard(&shown), Err(KeepError::PlanChanged), "an edit");
    let shown = plan(&phone, create);
    let job = phone.job("Heat pump", customer);
    assert_eq!(phone.keep().discard(&shown), Err(KeepError::PlanChanged), "a record that refers to it");
    assert_eq!((phone.outbox().len(), phone.keep().reviews().unwrap()), (3, vec![]));
    assert_eq!((phone.record(customer).status, phone.record(job).status), (RecordStatus::Open, RecordStatus::Open));
    assert_eq!(phone.journal("discarded").len(), 1);
    // A plan of something else does not help either.
    let mut forged = plan(&phone, create);
    forged.operation = phone.outbox()[1].operation;
    assert_eq!(phone.keep().discard(&forged), Err(KeepError::PlanChanged));
}

#[test]
fn b9_news_of_another_field_leaves_the_plan_right() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let edit = phone.edit(id, json!({"description": "Leaks"})).unwrap();
    phone.keep().pause(edit).unwrap();
    let shown = plan(&phone, edit);
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    phone.keep().discard(&shown).unwrap();
    assert_eq!(phone.text(id, "title"), "Pump 9");
    assert!(!phone.record(id).fields.contains_key("description"));
    phone.sync();
    phone.assert_synced(id);
}

#[test]
fn b9_without_its_reopen_what_waits_for_an_archived_record_is_asked_about() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.archive(id);
    phone.sync();
    phone.offline();
    let reopen = Edit::Reopen { id, seen: Some(phone.record(id).seen) };
    let reopen = phone.commit(vec![reopen]).operations[0];
    let edit = phone.edit(id, json!({"description": "Again"})).unwrap();
    let shown = plan(&phone, reopen);
    assert_eq!(operations(&shown), [reopen]);
    assert_eq!(shown.questions, [PlannedQuestion { operation: edit, record: id, kind: ReviewKind::Gone }]);
    phone.keep().discard(&shown).unwrap();
    assert_eq!(review(&phone).kind, ReviewKind::Gone);
    phone.online();
    phone.sync();
    assert_eq!(field.record(&server_id)["life"], "archived");
    phone.keep().discard(&plan(&phone, edit)).unwrap();
    assert_eq!((phone.keep().reviews().unwrap(), phone.outbox()), (vec![], vec![]));
    assert_eq!(phone.record(id).status, RecordStatus::Archived);
}

#[test]
fn b9_an_archive_is_given_up_and_the_record_takes_edits_again() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.offline();
    let archive = phone.archive(id);
    phone.keep().discard(&plan(&phone, archive)).unwrap();
    assert_eq!(phone.record(id).status, RecordStatus::Open);
    phone.edit(id, json!({"description": "Leaks"}));
    phone.online();
    phone.sync();
    let record = field.record(&server_id);
    assert_eq!((&record["life"], &record["values"]["description"]), (&json!("alive"), &json!("Leaks")));
}

#[test]
fn b9_an_edit_over_one_that_was_given_up_asks_nothing() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.offline();
    let first = phone.edit(id, json!({"title": "Pump 7"})).unwrap();
    let second = phone.edit(id, json!({"title": "Pump 8"})).unwrap();
    phone.keep().discard(&plan(&phone, first)).unwrap();
    // A refusal of the record as a whole, answered with "try again", looks at what the edit had seen.
    field.behave(json!({"do": "refuse_record", "server_id": server_id, "as": {"kind": "locked", "by": "dana"}}));
    phone.online();
    phone.sync();
    assert_eq!(review(&phone).kind, ReviewKind::Locked);
    field.behave(json!({"do": "refuse_record", "server_id": server_id, "as": null}));
    resolve(&phone, Resolve::Mine);
    assert_eq!(phone.keep().reviews().unwrap(), [], "nobody else has touched it");
    phone.sync();
    assert_eq!(on_the_server(&field, &server_id, "title"), "Pump 8");
    phone.assert_synced(id);
    assert!(phone.outbox().iter().all(|item| item.operation != second));
}

#[test]
fn b9_what_there_is_not_is_not_found() {
    let (_field, phone, _, _) = job_on_a_phone();
    let keep = phone.keep();
    for answer in [keep.pause(99), keep.unpause(99), keep.discard_plan(99).map(drop)] {
        assert!(matches!(answer, Err(KeepError::NotFound { .. })), "{answer:?}");
    }
}
