//! Edits that met (requirements D1, D4, D5, D12, D13, D15), over the real wire: what the phone shows and says, what the
//! server has.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::value::{RecordId, ReviewId, Value};
use fieldkeep::{CommitOptions, Edit, KeepError, RecordStatus, Resolve, ReviewKind, WhyWaiting};
use serde_json::{Value as Json, json};
use support::phone::{Phone, job_on_a_phone, resolve, review};

fn kinds(phone: &Phone, id: RecordId) -> Vec<String> {
    phone.keep().history(id).unwrap().into_iter().map(|entry| entry.kind).collect()
}

/// All that was ever pushed for a field: its new values in order.
fn pushed_values(phone: &Phone, name: &str) -> Vec<Json> {
    let items = phone.wire.pushed().into_iter().flatten();
    let all = items.flat_map(|item| item["shipments"].as_array().cloned().unwrap_or_else(|| vec![item]));
    all.filter_map(|one| one["fields"].get(name).map(|field| field["to"].clone())).collect()
}

#[test]
fn d1_fields_changed_on_one_side_only_never_conflict() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"description": "Leaks", "labor_hours": "1.50"}));
    field.office_sets(&server_id, json!({"billing_contact": "Dana", "due": "2026-02-01"}));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    let values = &field.record(&server_id)["values"];
    for (name, value) in
        [("description", "Leaks"), ("labor_hours", "1.5"), ("billing_contact", "Dana"), ("due", "2026-02-01")]
    {
        assert_eq!(values[name], value, "{name} on the server");
        assert_eq!(phone.record(id).fields[name].to_json(), value, "{name} on the phone");
    }
    phone.assert_synced(id);
    // The same value on both sides is no conflict either.
    phone.edit(id, json!({"priority": "urgent"}));
    field.office_sets(&server_id, json!({"priority": "urgent"}));
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(phone.keep().reviews().unwrap(), []);
}

#[test]
fn d1_a_touch_or_a_normalised_value_is_no_conflict() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.behave(json!({"do": "normalise", "field": "work_order.description", "rule": "trim"}));
    phone.edit(id, json!({"description": " Leaks "}));
    field.behave(json!({"do": "touch", "server_id": server_id}));
    phone.sync();
    assert_eq!(phone.text(id, "description"), "Leaks");
    phone.edit(id, json!({"description": "Leaks badly"}));
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks badly");
    assert_eq!(field.record(&server_id)["changes"]["description"], 2);
}

#[test]
fn d4_a_field_under_review_holds_itself_only() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    let first = phone.edit(id, json!({"status": "complete", "description": "Done", "labor_hours": "2"})).unwrap();
    phone.sync();
    let values = field.record(&server_id)["values"].clone();
    assert_eq!(values["status"], "cancelled", "nothing is overwritten");
    assert_eq!((&values["description"], &values["labor_hours"]), (&json!("Done"), &json!("2")), "the others went");
    assert_eq!(phone.text(id, "status"), "complete", "mine stays on the screen");
    assert_eq!(phone.words(id), "office changed Status. Review before sending again.");
    let question = review(&phone);
    assert_eq!((question.field.as_str(), question.kind), ("status", ReviewKind::Conflict));
    assert_eq!(phone.item(first).why, WhyWaiting::Review { review: question.id });
    assert_eq!(phone.item(first).fields, ["status"], "only what waits");
    // Other fields go on while the question is open; the held one joins it.
    phone.edit(id, json!({"description": "Done today"}));
    phone.edit(id, json!({"status": "in_progress"}));
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "Done today");
    assert_eq!(review(&phone).mine, Value::Choice("in_progress".into()));
    assert_eq!(pushed_values(&phone, "status"), [json!("complete")], "sent once");
    assert!(kinds(&phone, id).contains(&"refused".to_owned()));
}

#[test]
fn d4_other_records_never_wait_for_a_review() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.edit(id, json!({"status": "complete"}));
    phone.sync();
    let other = phone.customer("Weber");
    let note = phone.create("note", json!({"work_order": id, "text": "Key is under the mat"}));
    phone.sync();
    phone.assert_synced(other);
    phone.assert_synced(note);
    assert_eq!(review(&phone).record, id);
}

#[test]
fn d5_a_review_says_base_mine_theirs_who_and_when_and_survives_a_restart() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"status": "complete"}));
    field.advance(60_000);
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    let at_ms = fieldkeep::clock::Clock::now(field.clock.as_ref()).wall_ms;
    phone.sync();
    phone.reopen();
    let question = review(&phone);
    assert_eq!(question.base, Value::Choice("assigned".into()));
    assert_eq!(question.mine, Value::Choice("complete".into()));
    assert_eq!(question.theirs, Value::Choice("cancelled".into()));
    assert_eq!((question.theirs_by.as_deref(), question.theirs_at_ms), (Some("office"), Some(at_ms)));
    assert_eq!((question.label.as_str(), question.can_merge, question.theirs_rev), ("Status", true, 1));
}

#[test]
fn d5_edits_on_both_sides_extend_the_review_and_a_stale_answer_is_refused() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"description": "office 1"}));
    phone.edit(id, json!({"description": "mine 1"}));
    phone.sync();
    let shown = review(&phone);
    phone.edit(id, json!({"description": "mine 2"}));
    phone.reopen();
    field.office_sets(&server_id, json!({"description": "office 2"}));
    phone.sync();
    let moved = review(&phone);
    assert_eq!((moved.id, moved.theirs_rev), (shown.id, shown.theirs_rev + 1));
    assert_eq!(moved.mine, Value::Text("mine 2".into()));
    assert_eq!(moved.theirs, Value::Text("office 2".into()));
    for answer in [Resolve::Mine, Resolve::Theirs, Resolve::Merged { value: Value::Text("x".into()) }] {
        let refused = phone.keep().resolve(shown.id, shown.theirs_rev, answer);
        assert_eq!(refused, Err(KeepError::Moved { theirs_rev: moved.theirs_rev }));
    }
    assert_eq!(phone.text(id, "description"), "mine 2", "a refused answer changes nothing");
    phone.keep().resolve(moved.id, moved.theirs_rev, Resolve::Mine).unwrap();
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "mine 2");
    phone.assert_synced(id);
    assert_eq!(pushed_values(&phone, "description"), [json!("mine 1"), json!("mine 2")]);
}

#[test]
fn d5_an_edit_that_comes_back_unsettled_joins_the_question_about_its_field() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let old_form = phone.record(id).seen;
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    // On the wire, put off; meanwhile an older form makes a question of the same field, and the office goes on.
    let first = phone.edit(id, json!({"title": "Pump 10"})).unwrap();
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 5}));
    phone.run();
    phone.commit(vec![phone.patch_seen(id, &old_form, &json!({"title": "Pump 7"}))]);
    let asked = review(&phone);
    assert_eq!(asked.theirs, Value::Text("Pump 9".into()));
    field.office_sets(&server_id, json!({"title": "Pump 11"}));
    field.advance(6_000);
    phone.run();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 11", "nobody here has seen it");
    let moved = review(&phone);
    assert_eq!((moved.id, moved.theirs), (asked.id, Value::Text("Pump 11".into())));
    assert_eq!(phone.item(first).why, WhyWaiting::Review { review: moved.id }, "held, not sent again");
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 7");
    phone.assert_synced(id);
}

#[test]
fn d5_several_cycles_end_with_what_the_person_chose() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"description": "mine"}));
    for round in 1..=2 {
        field.office_sets(&server_id, json!({"description": format!("office {round}")}));
        phone.sync();
        phone.reopen();
        let question = review(&phone);
        assert_eq!(question.theirs, Value::Text(format!("office {round}")), "a new question each time");
        assert_eq!(question.mine, Value::Text("mine".into()));
        resolve(&phone, Resolve::Mine);
    }
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "mine");
    phone.assert_synced(id);
    let resolutions = field.dump()["resolutions"].as_array().unwrap().clone();
    assert_eq!(resolutions.len(), 2, "{resolutions:#?}");
    assert!(resolutions.iter().all(|one| one["choice"] == "mine"));
}

#[test]
fn d5_a_merged_value_goes_out_and_the_audit_trail_with_it() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"description": "Bring a ladder"}));
    phone.edit(id, json!({"description": "Leaks"}));
    phone.sync();
    let question = review(&phone);
    let unfit = Resolve::Merged { value: Value::Integer(1) };
    let refused = phone.keep().resolve(question.id, question.theirs_rev, unfit);
    assert!(matches!(refused, Err(KeepError::Invalid { .. })), "{refused:?}");
    resolve(&phone, Resolve::Merged { value: Value::Text("Leaks. Bring a ladder".into()) });
    assert_eq!(phone.text(id, "description"), "Leaks. Bring a ladder");
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks. Bring a ladder");
    let resolution = &field.dump()["resolutions"][0];
    for (name, value) in [
        ("id", json!(question.id)),
        ("choice", json!("merged")),
        ("base", Json::Null),
        ("mine", json!("Leaks")),
        ("theirs", json!("Bring a ladder")),
        ("chosen", json!("Leaks. Bring a ladder")),
        ("by", json!("ana")),
        ("record", json!(server_id)),
    ] {
        assert_eq!(resolution[name], value, "{name}: {resolution}");
    }
}

#[test]
fn d5_use_theirs_is_in_the_journal_and_reaches_the_server_without_a_change() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.edit(id, json!({"status": "complete"}));
    phone.sync();
    phone.edit(id, json!({"status": "in_progress"}));
    let question = review(&phone);
    resolve(&phone, Resolve::Theirs);
    assert_eq!(phone.text(id, "status"), "cancelled");
    assert_eq!(phone.outbox(), []);
    let changes = field.record(&server_id)["changes"].clone();
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(&server_id)["changes"], changes, "no change was sent");
    let resolution = &field.dump()["resolutions"][0];
    assert_eq!((&resolution["choice"], &resolution["mine"]), (&json!("theirs"), &json!("in_progress")));
    let closed = phone.journal("review_closed");
    assert_eq!((&closed[0]["choice"], &closed[0]["theirs_by"]), (&json!("theirs"), &json!("office")));
    // Once.
    phone.sync();
    assert_eq!(field.dump()["resolutions"].as_array().unwrap().len(), 1);
    let again = phone.keep().resolve(question.id, question.theirs_rev, Resolve::Mine);
    assert_eq!(again, Err(KeepError::ReviewClosed { id: question.id }));
    let unknown = ReviewId(phone.keep().new_record_id().0);
    assert!(matches!(phone.keep().resolve(unknown, 1, Resolve::Mine), Err(KeepError::NotFound { .. })));
}

#[test]
fn d5_a_question_is_withdrawn_when_both_say_the_same() {
    for office_comes_round in [true, false] {
        let (field, phone, id, server_id) = job_on_a_phone();
        field.office_sets(&server_id, json!({"status": "cancelled"}));
        phone.edit(id, json!({"status": "complete"}));
        phone.sync();
        let (office, mine) = if office_comes_round { ("complete", "complete") } else { ("cancelled", "cancelled") };
        field.office_sets(&server_id, json!({"status": office}));
        phone.edit(id, json!({"status": mine}));
        phone.sync();
        assert_eq!(phone.keep().reviews().unwrap(), [], "office comes round: {office_comes_round}");
        phone.assert_synced(id);
        assert_eq!(phone.text(id, "status"), office);
        assert_eq!(field.record(&server_id)["values"]["status"], office);
        assert!(kinds(&phone, id).contains(&"review_withdrawn".to_owned()));
    }
}

#[test]
fn d12_archived_or_deleted_on_the_server_while_edited_here_goes_to_a_person() {
    for deleted in [false, true] {
        let (field, mut phone, id, server_id) = job_on_a_phone();
        let seen = phone.record(id).seen;
        phone.edit(id, json!({"description": "An hour of typing"}));
        if deleted {
            field.behave(json!({"do": "delete", "server_id": server_id}));
        } else {
            field.push("office", &[support::barrier("work_order", "archive", &server_id)]);
        }
        phone.sync();
        phone.reopen();
        assert_eq!(phone.words(id), "Removed in the office. Your changes are kept here until you decide.");
        assert_eq!(phone.text(id, "description"), "An hour of typing", "nothing typed is lost");
        let status = if deleted { RecordStatus::Gone } else { RecordStatus::Archived };
        assert_eq!(phone.record(id).status, status);
        assert_eq!((review(&phone).kind, review(&phone).field.as_str()), (ReviewKind::Gone, ""));
        let more = phone.try_commit(vec![phone.patch_seen(id, &seen, &json!({"description": "x"}))]);
        assert!(matches!(more, Err(KeepError::NotEditable { .. })), "{more:?}");
        // Trying again is refused again and asked again; giving up ends it.
        resolve(&phone, Resolve::Mine);
        phone.sync();
        assert_eq!(review(&phone).kind, ReviewKind::Gone);
        resolve(&phone, Resolve::Theirs);
        assert_eq!(phone.outbox(), []);
        phone.sync();
        let choices: Vec<Json> = phone.journal("review_closed").iter().map(|one| one["choice"].clone()).collect();
        assert_eq!(choices, ["mine", "theirs"]);
        assert_eq!(field.dump()["resolutions"].as_array().unwrap().len(), 2);
        assert_eq!(field.record(&server_id)["values"]["description"], Json::Null);
    }
}

#[test]
fn d12_what_the_office_archived_is_reopened_with_the_edits_that_waited() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"description": "Leaks"}));
    field.push("office", &[support::barrier("work_order", "archive", &server_id)]);
    phone.sync();
    assert_eq!((review(&phone).kind, phone.record(id).status), (ReviewKind::Gone, RecordStatus::Archived));
    let seen = Some(phone.record(id).seen);
    phone.commit(vec![Edit::Reopen { id, seen }]);
    phone.edit(id, json!({"labor_hours": "2"}));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    let record = field.record(&server_id);
    assert_eq!((&record["life"], &record["values"]["description"]), (&json!("alive"), &json!("Leaks")));
    assert_eq!(record["values"]["labor_hours"], "2");
    phone.assert_synced(id);
}

#[test]
fn d12_a_record_that_goes_without_work_here_just_goes() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.behave(json!({"do": "delete", "server_id": server_id}));
    phone.sync();
    assert_eq!(phone.record(id).status, RecordStatus::Gone);
    assert_eq!(phone.keep().reviews().unwrap(), []);
    let page = phone.keep().find(&fieldkeep::Query::all("work_order")).unwrap();
    assert_eq!(page.records, []);
}

#[test]
fn d12_both_archived_it_is_no_question() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.archive(id);
    field.push("office", &[support::barrier("work_order", "archive", &server_id)]);
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!((phone.record(id).status, phone.outbox().len()), (RecordStatus::Archived, 0));
}

#[test]
fn d13_a_conflicting_status_is_sent_once_and_then_waits_for_a_person() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.edit(id, json!({"status": "complete", "labor_hours": "3"}));
    phone.sync();
    for _ in 0..3 {
        field.advance(3_600_000);
        phone.sync();
        phone.reopen();
        phone.run();
    }
    assert_eq!(pushed_values(&phone, "status"), [json!("complete")]);
    assert_eq!(field.record(&server_id)["values"]["labor_hours"], "3");
    assert_eq!(field.record(&server_id)["changes"]["status"], 2, "made, and the office's own change");
}

#[test]
fn d13_after_three_refusals_in_a_row_the_record_waits_and_says_why() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"status": "complete"}));
    for status in ["cancelled", "in_progress", "waiting_for_approval"] {
        field.office_sets(&server_id, json!({"status": status}));
        phone.sync();
        resolve(&phone, Resolve::Mine);
    }
    let pushes = phone.wire.pushes().len();
    assert!(matches!(phone.why(id)[..], [WhyWaiting::Bounced { .. }]), "{:?}", phone.why(id));
    let words = phone.words(id);
    assert!(words.starts_with("Saved on this device. Others keep changing this, retrying in "), "{words}");
    let wake = phone.run().unwrap();
    assert!(
        phone.wire.pushes()[pushes..].iter().all(|push| push.items().is_empty()),
        "by itself it does not bounce on; the answer alone may go"
    );
    assert!((1..=2_400).contains(&wake), "{wake}");
    field.advance(wake);
    phone.run();
    assert_eq!(field.record(&server_id)["values"]["status"], "complete");
    phone.assert_synced(id);
}

#[test]
fn d15_what_a_pull_brings_while_a_form_is_open_is_never_overwritten() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let form = phone.record(id).seen;
    field.advance(60_000);
    field.office_sets(&server_id, json!({"status": "cancelled", "billing_contact": "Dana"}));
    phone.sync();
    let edit = phone.patch_seen(id, &form, &json!({"status": "complete", "description": "Done"}));
    phone.commit(vec![edit]);
    let question = review(&phone);
    assert_eq!((question.base, question.theirs), (Value::Choice("assigned".into()), Value::Choice("cancelled".into())));
    assert_eq!(question.theirs_by.as_deref(), Some("office"));
    assert_eq!(question.theirs_at_ms, Some(support::START_MS + 60_000));
    phone.sync();
    let values = field.record(&server_id)["values"].clone();
    assert_eq!((&values["status"], &values["description"]), (&json!("cancelled"), &json!("Done")));
    assert_eq!(pushed_values(&phone, "status"), Vec::<Json>::new());
}

#[test]
fn d15_a_field_left_as_it_was_seen_is_no_edit() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let form = phone.record(id).seen;
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.sync();
    // The whole form comes back, with one field changed.
    let whole = json!({"status": "assigned", "title": "Pump", "description": "Done"});
    let receipt = phone.commit(vec![phone.patch_seen(id, &form, &whole)]);
    assert_eq!(phone.item(receipt.operations[0]).fields, ["description"]);
    assert_eq!(phone.text(id, "status"), "cancelled");
    // Nothing changed at all: no operation, and nothing to send.
    let same = phone.record(id).seen;
    let receipt = phone.commit(vec![phone.patch_seen(id, &same, &json!({"title": "Pump"}))]);
    assert_eq!(receipt.operations, Vec::<i64>::new());
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(field.record(&server_id)["changes"]["title"], 1, "only when it was made");
}

#[test]
fn d15_two_forms_on_one_device_do_not_conflict_with_each_other() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let (one, other) = (phone.record(id).seen, phone.record(id).seen);
    phone.commit(vec![phone.patch_seen(id, &one, &json!({"description": "first"}))]);
    phone.commit(vec![phone.patch_seen(id, &other, &json!({"description": "second"}))]);
    assert_eq!(phone.journal("over_own_edit")[0]["over"], "first", "noted, since the second had not seen it");
    phone.sync();
    // The same across an acknowledgement.
    let stale = phone.record(id).seen;
    phone.edit(id, json!({"description": "third"}));
    phone.sync();
    phone.commit(vec![phone.patch_seen(id, &stale, &json!({"description": "fourth"}))]);
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(field.record(&server_id)["values"]["description"], "fourth");
}

#[test]
fn d15_back_to_what_the_form_showed_counts_when_only_this_device_changed_it() {
    for sent in [false, true] {
        let (field, phone, id, server_id) = job_on_a_phone();
        let form = phone.record(id).seen;
        phone.commit(vec![phone.patch_seen(id, &form, &json!({"title": "Pump 7"}))]);
        if sent {
            phone.sync();
        }
        phone.commit(vec![phone.patch_seen(id, &form, &json!({"title": "Pump"}))]);
        assert_eq!(phone.text(id, "title"), "Pump", "sent: {sent}");
        phone.sync();
        assert_eq!(field.record(&server_id)["values"]["title"], "Pump", "sent: {sent}");
        phone.assert_synced(id);
    }
}

#[test]
fn d15_what_the_form_showed_is_no_edit_when_somebody_else_changed_it_too() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let form = phone.record(id).seen;
    phone.commit(vec![phone.patch_seen(id, &form, &json!({"title": "Pump 7"}))]);
    phone.sync();
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    let receipt = phone.commit(vec![phone.patch_seen(id, &form, &json!({"title": "Pump"}))]);
    assert_eq!(receipt.operations, Vec::<i64>::new());
    phone.sync();
    assert_eq!((phone.text(id, "title").as_str(), phone.keep().reviews().unwrap()), ("Pump 9", vec![]));
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 9");
}

#[test]
fn d15_a_draft_survives_a_kill_is_never_sent_and_goes_with_its_commit() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    let seen = phone.record(id).seen;
    phone.keep().save_draft("job form", Some(id), Some(seen.clone()), r#"{"status":"comp"}"#).unwrap();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.reopen();
    phone.sync();
    assert_eq!(phone.wire.pushes().len(), 0);
    assert!(phone.words(id).starts_with("Synced at"), "a draft is no unsent work");
    let draft = phone.keep().draft("job form").unwrap().unwrap();
    assert_eq!(
        (draft.record, draft.seen.as_ref(), draft.fields.as_str()),
        (Some(id), Some(&seen), r#"{"status":"comp"}"#)
    );
    // A refused commit leaves the draft.
    let options = CommitOptions { draft: Some("job form".to_owned()), ..CommitOptions::default() };
    let bad = phone.patch_seen(id, &seen, &json!({"status": "flying"}));
    assert!(phone.keep().commit(vec![bad], options.clone()).is_err());
    assert!(phone.keep().draft("job form").unwrap().is_some());
    let good = phone.patch_seen(id, &draft.seen.unwrap(), &json!({"status": "complete"}));
    phone.keep().commit(vec![good], options).unwrap();
    assert_eq!(phone.keep().draft("job form").unwrap(), None);
    assert_eq!(review(&phone).theirs, Value::Choice("cancelled".into()), "the draft's stamp remembers what was seen");
    // Drafts of new records, too; and one may be thrown away.
    phone.keep().save_draft("new", None, None, "{}").unwrap();
    phone.keep().discard_draft("new").unwrap();
    assert_eq!(phone.keep().draft("new").unwrap(), None);
}

#[test]
fn d2_what_the_server_owns_is_refused_here_and_filled_there() {
    let (_field, phone, id, _) = job_on_a_phone();
    let refused = phone.try_commit(vec![phone.patch(id, &json!({"number": "7"}))]);
    let Err(KeepError::Invalid { problems }) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].message, "Number is filled by the server");
    assert_eq!(phone.outbox(), []);
}

#[test]
fn d10_adding_to_a_record_moves_nothing_of_it() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let form = phone.record(id).seen;
    let note = phone.create("note", json!({"work_order": id, "text": "Key is under the mat"}));
    field.office_creates("note", json!({"work_order": server_id, "text": "Customer called"}));
    let before = field.record(&server_id)["seq"].clone();
    phone.sync();
    assert_eq!(field.record(&server_id)["seq"], before);
    assert_eq!(field.records("note").len(), 2);
    // The form that was open all the while is not stale.
    phone.commit(vec![phone.patch_seen(id, &form, &json!({"description": "Done"}))]);
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    let patched = phone.try_commit(vec![phone.patch(note, &json!({"text": "x"}))]);
    assert!(matches!(patched, Err(KeepError::NotEditable { .. })), "{patched:?}");
    phone.archive(note);
    phone.sync();
    assert_eq!(field.record(note)["life"], "archived");
}

#[test]
fn d12_a_field_under_review_when_the_record_goes_is_still_a_question() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.edit(id, json!({"status": "complete"}));
    phone.sync();
    field.behave(json!({"do": "delete", "server_id": server_id}));
    phone.sync();
    assert_eq!(phone.text(id, "status"), "complete");
    assert_eq!(phone.words(id), "Removed in the office. Your changes are kept here until you decide.");
    resolve(&phone, Resolve::Theirs);
    phone.sync();
    assert_eq!(phone.outbox(), []);
}
