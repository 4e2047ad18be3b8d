//! Questions about a record as a whole, and what follows from answers (requirements D5, D6, F5, B10), over the real wire:
//! an answer decides nothing that nobody saw, reaches the server, and leaves nothing held for ever.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::value::{RecordId, ReviewId, Value};
use fieldkeep::{Edit, KeepError, RecordStatus, Resolve, Review, ReviewKind};
use serde_json::{Value as Json, json};
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;
use support::{START_MS, barrier, create, patch};

/// The server refuses the record as a whole, until it is told null.
fn refuse(field: &Field, server_id: &str, refusal: Json) {
    field.behave(json!({"do": "refuse_record", "server_id": server_id, "as": refusal}));
}

/// The open review of that field; of the record as a whole for the empty name.
fn review_of(phone: &Phone, name: &str) -> Review {
    let reviews = phone.keep().reviews().unwrap();
    let found = reviews.iter().find(|review| review.field == name);
    found.unwrap_or_else(|| panic!("no question about {name:?} in {reviews:#?}")).clone()
}

fn answer(phone: &Phone, name: &str, answer: Resolve) {
    let open = review_of(phone, name);
    phone.keep().resolve(open.id, open.theirs_rev, answer).unwrap();
}

#[test]
fn d5_trying_again_never_overwrites_what_the_office_wrote_meanwhile() {
    let (field, phone, id, server_id) = job_on_a_phone();
    refuse(&field, &server_id, json!({"kind": "locked", "by": "ben"}));
    phone.edit(id, json!({"title": "Pump 7", "description": "Leaks"}));
    phone.sync();
    assert_eq!((review(&phone).kind, review(&phone).field.as_str()), (ReviewKind::Locked, ""));
    refuse(&field, &server_id, Json::Null);
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    // This question shows no values, so its answer says nothing about the office's title.
    resolve(&phone, Resolve::Mine);
    phone.sync();
    let values = field.record(&server_id)["values"].clone();
    assert_eq!((&values["title"], &values["description"]), (&json!("Pump 9"), &json!("Leaks")));
    let asked = review(&phone);
    assert_eq!((asked.kind, asked.field.as_str()), (ReviewKind::Conflict, "title"));
    let text = |text: &str| Value::Text(text.into());
    assert_eq!((asked.base, asked.mine, asked.theirs), (text("Pump"), text("Pump 7"), text("Pump 9")));
    assert_eq!(asked.theirs_by.as_deref(), Some("office"));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 7", "seen, and decided");
    phone.assert_synced(id);
}

#[test]
fn d5_a_form_that_never_saw_the_offices_value_does_not_hide_in_a_question_about_the_record() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let form = phone.record(id).seen;
    refuse(&field, &server_id, json!({"kind": "not_owner", "owner": "ben"}));
    phone.edit(id, json!({"status": "complete"}));
    phone.sync();
    refuse(&field, &server_id, Json::Null);
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    phone.commit(vec![phone.patch_seen(id, &form, &json!({"title": "Pump 7"}))]);
    assert_eq!(review_of(&phone, "title").theirs, Value::Text("Pump 9".into()));
    answer(&phone, "", Resolve::Mine);
    phone.sync();
    let values = field.record(&server_id)["values"].clone();
    assert_eq!((&values["title"], &values["status"]), (&json!("Pump 9"), &json!("complete")));
    resolve(&phone, Resolve::Theirs);
    phone.sync();
    assert_eq!(phone.text(id, "title"), "Pump 9");
    phone.assert_synced(id);
}

#[test]
fn d5_an_edit_that_answers_one_of_two_questions_leaves_no_ghost() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({"priority": "low"}));
    phone.edit(id, json!({"priority": "urgent"}));
    phone.sync();
    refuse(&field, &server_id, json!({"kind": "locked", "by": "ben"}));
    phone.edit(id, json!({"title": "Pump 7"}));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap().len(), 2);
    phone.edit(id, json!({"priority": "low"}));
    assert_eq!(review(&phone).kind, ReviewKind::Locked, "both say the same of the priority now");
    refuse(&field, &server_id, Json::Null);
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!((phone.outbox(), phone.keep().reviews().unwrap()), (vec![], vec![]));
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 7");
    phone.assert_synced(id);
    assert!(phone.device_words().starts_with("Synced at "), "{}", phone.device_words());
}

#[test]
fn d6_answers_that_fill_more_than_one_request_all_arrive_and_hold_up_nobody() {
    const MANY: usize = 18;
    let text = |letter: &str| letter.repeat(64_000);
    let field = Field::new();
    let customer = field.office_customer("Hansa");
    let job = |number: usize| {
        let fields = json!({"title": format!("Pump {number}"), "status": "assigned", "customer": customer,
            "description": text("b")});
        field.push("office", &[create("work_order", fields)])[0]["server_id"].as_str().unwrap().to_owned()
    };
    let jobs: Vec<String> = (0..MANY).map(job).collect();
    let phone = field.phone("ana");
    phone.sync();
    for server_id in &jobs {
        phone.edit(phone.by_server_id("work_order", server_id).id, json!({"description": text("m")}));
        let theirs = patch("work_order", server_id, json!({"description": [text("b"), text("t")]}));
        assert_eq!(field.push("office", &[theirs])[0]["outcome"], "applied");
    }
    phone.sync();
    let asked = phone.keep().reviews().unwrap();
    assert_eq!(asked.len(), MANY);
    for one in &asked {
        phone.keep().resolve(one.id, one.theirs_rev, Resolve::Theirs).unwrap();
    }
    let innocent = phone.customer("Weber");
    let pushes = phone.wire.pushes().len();
    phone.sync();
    phone.assert_synced(innocent);
    let answers = phone.wire.pushes().split_off(pushes);
    assert!(answers.iter().all(|push| push.status == Some(200)), "no request is too large");
    let arrived: Vec<ReviewId> = field.dump()["resolutions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| serde_json::from_value(one["id"].clone()).unwrap())
        .collect();
    assert!(asked.iter().all(|one| arrived.contains(&one.id)), "{} of {MANY}", arrived.len());
    let count = answers.len();
    phone.sync();
    assert_eq!(phone.wire.pushes().len(), pushes + count, "each is told once");
}

/// The next version of the app knows no "in progress" and wants a due date.
fn stricter(phone: &mut Phone) {
    phone.next_schema(|field| {
        field.choices.retain(|choice| choice.name != "in_progress");
        field.required |= field.name == "due";
    });
}

#[test]
fn f5_an_edit_mends_a_create_that_a_new_rule_refuses() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    phone.sync();
    let pushes = phone.wire.pushes().len();
    let id = phone.create("work_order", json!({"title": "Pump", "status": "in_progress", "customer": customer}));
    stricter(&mut phone);
    phone.sync();
    let asked = review(&phone);
    assert_eq!((asked.kind, asked.field.as_str()), (ReviewKind::RuleChanged, ""));
    assert_eq!(phone.wire.pushes().len(), pushes, "nothing that does not fit is sent");
    phone.edit(id, json!({"status": "assigned", "due": "2026-04-01"}));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    phone.assert_synced(id);
    let record = field.record(id);
    assert_eq!((&record["values"]["status"], &record["values"]["due"]), (&json!("assigned"), &json!("2026-04-01")));
    assert_eq!(record["changes"]["(create)"], 1);
    assert_eq!(phone.keep().reviews().unwrap(), []);
}

#[test]
fn b10_a_create_given_up_lets_go_of_what_another_question_holds() {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    phone.sync();
    let id = phone.job("Pump", customer);
    phone.edit(id, json!({"description": "Leaks"}));
    // Answered with a question about one field only; the rest goes out again, and is refused for good.
    let theirs = json!({"field": "description", "value": "Dry", "by": "office", "at_ms": START_MS});
    phone.wire.answer_push(json!({"outcome": "conflict", "fields": [theirs]}));
    field.behave(json!({"do": "refuse_field", "field": "work_order.title", "message": "No such job"}));
    phone.sync();
    assert_eq!(review_of(&phone, "description").kind, ReviewKind::Conflict);
    assert_eq!(review_of(&phone, "").kind, ReviewKind::Rejected);
    answer(&phone, "", Resolve::Theirs);
    assert_eq!((phone.outbox(), phone.keep().reviews().unwrap()), (vec![], vec![]));
    assert_eq!((phone.record(id).status, phone.words(id).as_str()), (RecordStatus::Gone, "This was removed."));
    phone.sync();
    assert!(field.records("work_order").is_empty());
    assert!(phone.device_words().starts_with("Synced at "), "{}", phone.device_words());
}

#[test]
fn b10_work_held_by_another_question_when_its_parent_is_given_up_can_still_go() {
    let (field, phone, id, server_id) = job_on_a_phone();
    refuse(&field, &server_id, json!({"kind": "locked", "by": "ben"}));
    field.behave(json!({"do": "refuse_field", "field": "customer.name", "message": "No such name"}));
    let customer = phone.customer("Weber");
    phone.edit(id, json!({"title": "Pump 7"}));
    phone.edit(id, json!({"customer": customer}));
    phone.sync();
    let of_type = |name: &str| {
        let reviews = phone.keep().reviews().unwrap();
        reviews.into_iter().find(|review| review.record_type == name).unwrap()
    };
    let asked = of_type("customer");
    phone.keep().resolve(asked.id, asked.theirs_rev, Resolve::Theirs).unwrap();
    field.behave(json!({"do": "reset"}));
    // The job points to a customer that will never be: sent like that it would wait for ever.
    let asked = of_type("work_order");
    let refused = phone.keep().resolve(asked.id, asked.theirs_rev, Resolve::Mine);
    let Err(KeepError::Invalid { problems }) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].field, "customer");
    let other = phone.customer("Hansa II");
    phone.edit(id, json!({"customer": other}));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    phone.assert_synced(id);
    let values = field.record(&server_id)["values"].clone();
    assert_eq!((&values["title"], &values["customer"]), (&json!("Pump 7"), &json!(phone.server_id(other))));
    assert_eq!(phone.outbox(), []);
}

#[test]
fn f5_a_create_and_its_edit_that_no_longer_fit_are_one_question() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    phone.sync();
    let id = phone.job("Pump", customer);
    phone.edit(id, json!({"status": "in_progress", "due": "2026-04-01"}));
    stricter(&mut phone);
    phone.sync();
    assert_eq!((review(&phone).kind, review(&phone).field), (ReviewKind::RuleChanged, String::new()));
    phone.edit(id, json!({"status": "complete"}));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(id)["values"]["status"], "complete");
}

#[test]
fn f5_an_edit_mends_an_edit_that_a_new_rule_refuses() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"status": "in_progress"}));
    stricter(&mut phone);
    phone.edit(id, json!({"status": "complete"}));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), [], "what would be sent fits");
    assert_eq!(field.record(&server_id)["values"]["status"], "complete");
    phone.assert_synced(id);
}

#[test]
fn d12_when_the_record_comes_back_what_the_office_wrote_meanwhile_is_a_question() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({"title": "Pump 7", "description": "Leaks"}));
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    field.push("office", &[barrier("work_order", "archive", &server_id)]);
    phone.sync();
    assert_eq!(review(&phone).kind, ReviewKind::Gone);
    field.push("office", &[barrier("work_order", "reopen", &server_id)]);
    phone.sync();
    let asked = review(&phone);
    assert_eq!((asked.kind, asked.field.as_str()), (ReviewKind::Conflict, "title"));
    assert_eq!((asked.mine.to_json(), asked.theirs.to_json()), (json!("Pump 7"), json!("Pump 9")));
    let values = field.record(&server_id)["values"].clone();
    assert_eq!((&values["title"], &values["description"]), (&json!("Pump 9"), &json!("Leaks")));
}

/// The person takes an archived record up again and answers "mine" to whatever is asked, the engine moving in between.
fn take_up_again(phone: &Phone, id: RecordId) {
    let seen = Some(phone.record(id).seen);
    phone.commit(vec![Edit::Reopen { id, seen }]);
    for _ in 0..4 {
        for open in phone.keep().reviews().unwrap() {
            phone.keep().resolve(open.id, open.theirs_rev, Resolve::Mine).unwrap();
            phone.sync();
        }
    }
}

#[test]
fn d12_a_reopen_ends_the_questions_whatever_else_waits() {
    for barrier_here in ["none", "signoff", "archive"] {
        let (field, phone, id, server_id) = job_on_a_phone();
        phone.edit(id, json!({"title": "Pump 7", "description": "Leaks"}));
        let seen = Some(phone.record(id).seen);
        match barrier_here {
            "signoff" => drop(phone.commit(vec![Edit::Signoff { id, seen }])),
            "archive" => drop(phone.commit(vec![Edit::Archive { id, seen }])),
            _ => {}
        }
        field.office_sets(&server_id, json!({"title": "Pump 9"}));
        field.push("office", &[barrier("work_order", "archive", &server_id)]);
        phone.sync();
        take_up_again(&phone, id);
        let record = field.record(&server_id);
        let found = (&record["life"], &record["values"]["title"], &record["values"]["description"]);
        assert_eq!(found, (&json!("alive"), &json!("Pump 7"), &json!("Leaks")), "{barrier_here}");
        assert_eq!(record["changes"].get("(signoff)").is_some(), barrier_here == "signoff");
        assert_eq!((phone.outbox(), phone.keep().reviews().unwrap()), (vec![], vec![]), "{barrier_here}");
        phone.assert_synced(id);
    }
}

#[test]
fn d12_an_old_form_under_a_question_about_the_record_is_still_asked_about() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let old_form = phone.record(id).seen;
    field.office_sets(&server_id, json!({"title": "Pump 9"}));
    phone.sync();
    phone.edit(id, json!({"title": "Pump 10"}));
    phone.commit(vec![phone.patch_seen(id, &old_form, &json!({"title": "Pump 11"}))]);
    field.push("office", &[barrier("work_order", "archive", &server_id)]);
    phone.sync();
    let seen = Some(phone.record(id).seen);
    phone.commit(vec![Edit::Reopen { id, seen }]);
    answer(&phone, "", Resolve::Mine);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 9", "nobody has decided over it");
    assert_eq!(review_of(&phone, "title").theirs.to_json(), "Pump 9");
}
