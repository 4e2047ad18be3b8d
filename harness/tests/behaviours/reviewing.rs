//! Reviews: B06, B07, B11, B33.

use fieldkeep::state::SyncFact;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{KeepError, Resolve, Review, ReviewKind};
use serde_json::{Value as Json, json};

use super::stage::{Phone, World, choice, text};

fn review_of(phone: &Phone, id: RecordId) -> Review {
    let reviews = phone.keep.reviews().unwrap();
    reviews.iter().find(|review| review.record == id).unwrap_or_else(|| panic!("{reviews:#?}")).clone()
}

#[test]
fn b06_a_change_from_the_office_under_an_open_form_becomes_a_review() {
    let world = World::new();
    let (phone, id, server_id) = world.job_on_a_phone();
    let form = phone.record(id);
    world.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.keep.sync_now().unwrap();
    phone.commit(vec![phone.patch(&form, [("status", choice("complete"))])]);
    let review = review_of(&phone, id);
    assert_eq!((review.kind, review.field.as_str()), (ReviewKind::Conflict, "status"));
    let values = (review.base, review.mine, review.theirs, review.theirs_by.as_deref());
    assert_eq!(values, (choice("assigned"), choice("complete"), choice("cancelled"), Some("office")));
    assert_eq!(phone.words(id), "office changed Status. Review before sending again.");
    phone.keep.sync_now().unwrap();
    assert_eq!(world.record(&server_id)["values"]["status"], "cancelled", "until a person has answered");
}

#[test]
fn b07_the_server_has_what_was_chosen_and_a_late_answer_is_refused() {
    let world = World::new();
    let phone = world.phone();
    let cases = [
        (Resolve::Mine, "complete"),
        (Resolve::Theirs, "cancelled"),
        (Resolve::Merged { value: choice("in_progress") }, "in_progress"),
    ];
    for (answer, stands) in cases {
        let server_id = world.office_job(stands);
        phone.keep.sync_now().unwrap();
        let form = phone.keep.get_by_server_id("work_order", &server_id).unwrap().unwrap();
        world.office_sets(&server_id, json!({"status": "cancelled"}));
        phone.keep.sync_now().unwrap();
        phone.commit(vec![phone.patch(&form, [("status", choice("complete"))])]);
        let review = review_of(&phone, form.id);
        phone.keep.resolve(review.id, review.theirs_rev, answer).unwrap();
        phone.wait_synced(form.id);
        assert_eq!(world.record(&server_id)["values"]["status"], *stands);
    }
    let server_id = world.office_job("late");
    phone.keep.sync_now().unwrap();
    let form = phone.keep.get_by_server_id("work_order", &server_id).unwrap().unwrap();
    world.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.keep.sync_now().unwrap();
    phone.commit(vec![phone.patch(&form, [("status", choice("complete"))])]);
    let shown = review_of(&phone, form.id);
    world.office_sets(&server_id, json!({"status": "in_progress"}));
    phone.keep.sync_now().unwrap();
    let moved = phone.keep.resolve(shown.id, shown.theirs_rev, Resolve::Mine);
    let now = review_of(&phone, form.id);
    assert_eq!(moved, Err(KeepError::Moved { theirs_rev: now.theirs_rev }));
    assert_eq!(now.theirs, choice("in_progress"));
    phone.keep.sync_now().unwrap();
    assert_eq!(world.record(&server_id)["values"]["status"], "in_progress", "nothing is overwritten");
}

#[test]
fn b11_what_the_server_does_not_accept_is_not_lost() {
    let world = World::new();
    let (phone, id, server_id) = world.job_on_a_phone();
    world.behave(&json!({"do": "refuse_field", "field": "work_order.title", "message": "Too short"}));
    phone.edit(id, [("title", text("P")), ("labor_hours", Value::Decimal("2".into()))]);
    let record = phone.wait_for(id, |record| matches!(record.state.headline, SyncFact::NotAccepted { .. }));
    assert_eq!(record.fields["title"], text("P"), "what was typed is there");
    let review = review_of(&phone, id);
    assert_eq!((review.kind, review.field.as_str()), (ReviewKind::Rejected, "title"));
    assert_eq!((review.messages, review.mine), (vec!["Too short".to_owned()], text("P")));
    assert_eq!(phone.words(id), "Could not be accepted: Title: Too short.");
    phone.keep.sync_now().unwrap();
    let values = world.record(&server_id)["values"].clone();
    assert_eq!((&values["title"], &values["labor_hours"]), (&json!("Pump"), &json!("2")), "the rest has arrived");
}

#[test]
fn b33_the_history_says_what_happened_oldest_first() {
    let world = World::new();
    let (phone, id, _) = world.job_on_a_phone();
    phone.edit(id, [("description", text("Leaks"))]);
    phone.wait_synced(id);
    world.behave(&json!({"do": "refuse_field", "field": "work_order.title", "message": "No"}));
    phone.edit(id, [("title", text("P"))]);
    phone.wait_for(id, |record| matches!(record.state.headline, SyncFact::NotAccepted { .. }));
    let review = review_of(&phone, id);
    phone.keep.resolve(review.id, review.theirs_rev, Resolve::Theirs).unwrap();
    phone.offline();
    phone.edit(id, [("title", text("Pump 7"))]);
    let history = phone.keep.history(id).unwrap();
    let kinds: Vec<&str> = history.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["applied", "refused", "review_opened", "review_closed", "waiting"]);
    assert!(history.is_sorted_by_key(|entry| entry.at_ms), "{history:#?}");
    let detail = |position: usize| serde_json::from_str::<Json>(&history[position].detail).unwrap();
    assert_eq!(detail(0)["changes"][0]["to"], "Leaks");
    assert_eq!(detail(1)["outcome"]["errors"][0]["message"], "No");
    assert_eq!(
        (&detail(3)["choice"], &detail(3)["mine"], &detail(3)["by"]),
        (&json!("theirs"), &json!("P"), &json!("ana"))
    );
    assert_eq!(detail(4)["to"], "Pump 7");
}
