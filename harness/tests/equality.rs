//! What is the same is not sent, is no conflict, and goes out small (requirement B11, pitfall P7).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::value::{RecordId, Value};
use serde_json::{Value as Json, json};
use support::phone::Phone;
use support::site::Field;

/// A phone with a synced job that has a value in each field.
fn full_job(field: &Field) -> (Phone, RecordId) {
    let phone = field.phone("ana");
    let customer = phone.create("customer", json!({ "name": "Hansa", "phone": "0731 12345" }));
    let job = phone.create(
        "work_order",
        json!({
            "title": "Caf\u{e9}", "status": "assigned", "customer": customer, "labor_hours": "10.50",
            "tags": ["pump", "urgent"], "due": "2026-03-04", "description": "Leaks",
        }),
    );
    phone.sync();
    phone.assert_synced(job);
    (phone, job)
}

#[test]
fn b11_bodies_are_compressed_on_the_wire() {
    let field = Field::new();
    let phone = field.phone("ana");
    let ids: Vec<_> = (0..20).map(|number| phone.customer(&format!("Customer {number}"))).collect();
    phone.sync();
    let push = phone.wire.pushes().remove(0);
    assert_eq!(push.header("content-encoding"), Some("gzip"));
    assert_eq!(push.bytes[..2], [0x1f, 0x8b]);
    assert!(push.bytes.len() * 3 < push.text.len(), "{} of {}", push.bytes.len(), push.text.len());
    assert!(phone.wire.sent("/v1/pull").iter().all(|pull| pull.header("accept-encoding") == Some("gzip")));
    assert_eq!(field.records("customer").len(), ids.len());
    ids.iter().for_each(|id| phone.assert_synced(*id));
}

#[test]
fn b11_an_edit_that_changes_nothing_makes_no_operation() {
    let field = Field::new();
    let (phone, job) = full_job(&field);
    let customer = field.record(job)["values"]["customer"].as_str().unwrap().to_owned();
    let customer = phone.by_server_id("customer", &customer).id;
    let (before, requests) = (field.dump(), phone.wire.pushes().len());
    let rows = phone.query("SELECT count(*) FROM changes");
    for (id, fields) in [
        (job, json!({ "labor_hours": "10.5" })),
        (job, json!({ "labor_hours": "+010.500" })),
        (job, json!({ "tags": ["urgent", "pump", "pump", " pump "] })),
        (job, json!({ "title": "Cafe\u{301}" })),
        (job, json!({ "close_date": null, "billing_contact": "" })),
        (job, json!({ "customer": customer, "due": "2026-03-04", "description": "Leaks" })),
        (customer, json!({ "phone": "(0731) 123-45" })),
        (customer, json!({ "phone": "0731/12345" })),
    ] {
        assert_eq!(phone.edit(id, fields.clone()), None, "{fields}");
    }
    assert_eq!(phone.query("SELECT count(*) FROM changes"), rows, "nothing is written");
    assert_eq!(phone.next_wake(), None, "nothing is to be done");
    phone.sync();
    assert_eq!(phone.wire.pushes().len(), requests);
    assert_eq!(field.dump(), before, "no version, no seq");
    phone.assert_synced(job);
}

#[test]
fn b11_of_an_edit_only_what_differs_is_sent() {
    let field = Field::new();
    let (phone, job) = full_job(&field);
    phone.edit(job, json!({ "labor_hours": "10.500", "title": "Cafe\u{301}", "description": "Dry" }));
    phone.sync();
    let sent = phone.wire.pushed().concat().pop().unwrap();
    assert_eq!(sent["fields"], json!({ "description": { "from": "Leaks", "to": "Dry" } }));
    assert_eq!(field.record(job)["changes"]["labor_hours"], 1);
}

/// Edits `field` to `mine` while the office edits it to `theirs`; whether that is a question.
fn is_conflict(record_type: &str, field_name: &str, before: Json, mine: Json, theirs: Json) -> bool {
    let field = Field::new();
    let customer = field.office_customer("Hansa");
    let mut fields = match record_type {
        "customer" => json!({ "name": "Hansa" }),
        _ => json!({ "title": "Pump", "status": "assigned", "customer": customer }),
    };
    fields[field_name] = before;
    let server_id = field.office_creates(record_type, fields);
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.by_server_id(record_type, &server_id).id;
    phone.edit(id, json!({ field_name: mine })).unwrap();
    field.office_sets(&server_id, json!({ field_name: theirs }));
    let after = field.record(&server_id)["version"].clone();
    phone.sync();
    let asked = !phone.keep().reviews().unwrap().is_empty();
    if !asked {
        assert_eq!(field.record(&server_id)["version"], after, "{field_name}: the same again makes no version");
        phone.assert_synced(id);
    }
    asked
}

#[test]
fn b11_both_sides_saying_the_same_in_other_signs_is_no_conflict() {
    for (record_type, name, before, mine, theirs) in [
        ("work_order", "labor_hours", json!("1"), json!("10.50"), json!("10.5")),
        ("work_order", "labor_hours", json!("1"), json!("0.30"), json!(0.3)),
        ("work_order", "tags", json!(["a"]), json!(["pump", "urgent"]), json!(["urgent", "pump"])),
        ("work_order", "title", json!("Pump"), json!("Caf\u{e9}"), json!("Cafe\u{301}")),
        ("customer", "phone", json!("1"), json!("0731 12345"), json!("(0731) 123-45")),
        ("work_order", "description", json!("Leaks"), json!(""), json!(null)),
    ] {
        assert!(!is_conflict(record_type, name, before, mine.clone(), theirs.clone()), "{name}: {mine} and {theirs}");
    }
    assert!(
        is_conflict("work_order", "labor_hours", json!("1"), json!("10.50"), json!("10.51")),
        "a true difference is"
    );
    assert!(is_conflict("work_order", "title", json!("Pump"), json!("pump"), json!("PUMP")), "and so is case");
}

#[test]
fn b11_a_touch_without_a_change_is_no_conflict() {
    let field = Field::new();
    let (phone, job) = full_job(&field);
    phone.edit(job, json!({ "description": "Dry" }));
    field.behave(json!({ "do": "touch", "server_id": phone.server_id(job) }));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(field.record(job)["values"]["description"], "Dry");
    assert_eq!(phone.wire.pushes().len(), 3, "customer, job, and this edit once");
    phone.assert_synced(job);
}

#[test]
fn b11_what_the_server_makes_of_a_value_is_the_same_edit() {
    for (record_type, name, rule, sent, stored) in [
        ("customer", "phone", "e164:+49", "0731 12345", "+4973112345"),
        ("customer", "city", "trim", "  Ulm ", "Ulm"),
        ("customer", "city", "upper", "Ulm", "ULM"),
        ("work_order", "labor_hours", "round2", "10.506", "10.51"),
    ] {
        let field = Field::new();
        let phone = field.phone("ana");
        let customer = phone.customer("Hansa");
        let id = if record_type == "customer" { customer } else { phone.job("Pump", customer) };
        phone.sync();
        field.behave(json!({ "do": "normalise", "field": format!("{record_type}.{name}"), "rule": rule }));
        phone.edit(id, json!({ name: sent }));
        phone.sync();
        assert_eq!(phone.text(id, name), stored, "the screen shows what is stored");
        assert_eq!(phone.keep().reviews().unwrap(), [], "{rule}");
        phone.assert_synced(id);
        let (pushes, before) = (phone.wire.pushes().len(), field.record(id));
        assert_eq!(before["values"][name], stored);
        for _ in 0..3 {
            phone.sync();
        }
        assert_eq!(phone.wire.pushes().len(), pushes, "{rule}: it does not go round and round");
        assert_eq!(field.record(id), before);
        field.behave(json!({ "do": "reset" }));
        phone.edit(id, json!({ name: null }));
        phone.sync();
        assert_eq!(field.record(id)["values"][name], json!(null), "{rule}: and the next edit builds on it");
        assert_eq!(phone.keep().reviews().unwrap(), []);
    }
}

#[test]
fn b11_an_edit_made_while_the_server_changes_the_value_builds_on_what_is_stored() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    let id = phone.customer("Hansa");
    phone.sync();
    field.behave(json!({ "do": "normalise", "field": "customer.phone", "rule": "e164:+49" }));
    phone.edit(id, json!({ "phone": "0731 12345" }));
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    phone.edit(id, json!({ "phone": "0731 99" }));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), [], "no conflict with oneself");
    let last = phone.wire.pushed().concat().pop().unwrap();
    assert_eq!(last["fields"]["phone"]["from"], "+4973112345");
    assert_eq!(field.record(id)["values"]["phone"], "+4973199");
    assert_eq!(phone.field(id, "phone"), Value::Phone("+4973199".to_owned()));
    phone.assert_synced(id);
}

#[test]
fn b11_only_business_fields_take_part() {
    let field = Field::new();
    let (phone, job) = full_job(&field);
    let refused = phone.try_commit(vec![phone.patch(job, &json!({ "number": "WO-9" }))]);
    assert!(matches!(refused, Err(fieldkeep::KeepError::Invalid { .. })), "{refused:?}");
    phone.edit(job, json!({ "description": "Dry" }));
    field.office_sets(&phone.server_id(job), json!({ "billing_contact": "Dana" }));
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(field.record(job)["values"]["description"], "Dry");
    phone.assert_synced(job);
}

#[test]
fn d15_what_the_server_made_of_an_edit_while_a_form_was_open_is_no_conflict() {
    let field = Field::new();
    let phone = field.phone("ana");
    field.behave(json!({ "do": "normalise", "field": "customer.name", "rule": "upper" }));
    field.behave(json!({ "do": "normalise", "field": "customer.city", "rule": "upper" }));
    let id = phone.create("customer", json!({ "name": "weber", "city": "bell" }));
    phone.edit(id, json!({ "city": "ring" }));
    let first_form = phone.record(id).seen;
    phone.sync();
    assert_eq!((phone.text(id, "name"), phone.text(id, "city")), ("WEBER".into(), "RING".into()));
    // The form hands back all of its fields, of which the person changed one.
    let edit = phone.patch_seen(id, &first_form, &json!({ "name": "weber", "city": "ring twice" }));
    assert_eq!(phone.commit(vec![edit]).operations.len(), 1);
    let second_form = phone.record(id).seen;
    phone.sync();
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(field.record(phone.server_id(id))["values"]["city"], "RING TWICE");
    phone.commit(vec![phone.patch_seen(id, &second_form, &json!({ "name": "weber and son" }))]);
    phone.sync();
    phone.assert_synced(id);
    // What somebody else made of it since is one.
    phone.edit(id, json!({ "city": "knock" }));
    let third_form = phone.record(id).seen;
    phone.sync();
    field.office_sets(&phone.server_id(id), json!({ "city": "BELL" }));
    phone.sync();
    phone.commit(vec![phone.patch_seen(id, &third_form, &json!({ "city": "knock twice" }))]);
    let asked = phone.keep().reviews().unwrap();
    assert_eq!(asked.len(), 1, "{asked:#?}");
    assert_eq!((asked[0].mine.to_json(), asked[0].theirs.to_json()), (json!("knock twice"), json!("BELL")));
}
