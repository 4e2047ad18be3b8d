//! Saving: B01 to B05, B26, B30.

use std::sync::Arc;
use std::sync::mpsc::channel;

use fieldkeep::value::Value;
use fieldkeep::{CommitOptions, Edit, KeepError, Query, SyncOutcome};
use serde_json::json;

use super::stage::{Proxy, World, choice, fields, text};

#[test]
fn b01_a_record_is_made_without_a_network_and_arrives_once() {
    let world = World::new();
    let phone = world.phone();
    phone.offline();
    let id = phone.customer("Hansa");
    assert_eq!(phone.record(id).fields["name"], text("Hansa"));
    assert_eq!(phone.words(id), "Saved on this device. Waiting for a connection.");
    phone.online();
    let report = phone.keep.sync_now().unwrap();
    assert_eq!((report.outcome, report.waiting), (SyncOutcome::Done, 0));
    assert!(phone.words(id).starts_with("Synced at "), "{}", phone.words(id));
    assert_eq!(world.records("customer").len(), 1);
    assert_eq!(world.record(id)["values"]["name"], "Hansa");
}

#[test]
fn b02_every_kind_of_value_arrives_as_it_was_set() {
    let world = World::with_schema(include_str!("every_kind.json"));
    let phone = world.phone();
    let other = phone.create("thing", fields([("text", text("other"))]));
    let given = [
        ("text", text("Grüße")),
        ("long_text", text("two\nlines")),
        ("decimal", Value::Decimal("10.5".into())),
        ("integer", Value::Integer(-7)),
        ("boolean", Value::Boolean(true)),
        ("instant", Value::Instant(1_772_611_800_000)),
        ("date", Value::Date("2026-03-04".into())),
        ("choice", choice("one")),
        ("tags", Value::Tags(vec!["dry".into(), "wet".into()])),
        ("phone", Value::Phone("+497311".into())),
        ("reference", Value::Reference(other)),
        ("geo_point", Value::Geo { latitude: 48.4, longitude: 9.99 }),
    ];
    let id = phone.create("thing", fields(given.clone()));
    let back = phone.wait_synced(id);
    for (name, value) in given {
        assert_eq!(back.fields[name], value, "{name}");
    }
    let there = world.record(id)["values"].clone();
    let expected = json!({
        "text": "Grüße", "long_text": "two\nlines", "decimal": "10.5", "integer": -7, "boolean": true,
        "instant": 1_772_611_800_000_i64, "date": "2026-03-04", "choice": "one", "tags": ["dry", "wet"],
        "phone": "+497311", "reference": phone.record(other).server_id, "geo_point": [484_000_000, 99_900_000],
    });
    assert_eq!(there, expected);
    phone.edit(id, [("tags", Value::Null), ("decimal", Value::Null), ("long_text", text(""))]);
    let back = phone.wait_synced(id);
    for name in ["tags", "decimal", "long_text"] {
        assert!(!back.fields.contains_key(name), "{name} is gone");
        assert_eq!(world.record(id)["values"].get(name), None, "{name} is gone on the server");
    }
}

#[test]
fn b03_what_was_saved_survives_a_kill_and_is_sent_once() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let mut device = world.device(folder.path());
    device.line().unwrap();
    device.ask(&json!({"do": "conditions", "network": "none"})).unwrap();
    let create = json!({"kind": "create", "type": "customer", "fields": {"name": "Hansa"}});
    let saved = device.ask(&json!({"do": "commit", "edits": [create]})).unwrap();
    device.kill().unwrap();
    let mut device = world.device(folder.path());
    device.line().unwrap();
    let id = &saved["records"][0];
    let shown = device.ask(&json!({"do": "get", "id": id})).unwrap();
    assert_eq!(shown["record"]["fields"]["name"], "Hansa");
    device.ask(&json!({"do": "sync_now"})).unwrap();
    let shown = device.ask(&json!({"do": "get", "id": id})).unwrap();
    assert_eq!(shown["record"]["state"]["headline"]["fact"], "synced");
    let there = world.records("customer");
    assert_eq!((there.len(), &there[0]["changes"]["(create)"]), (1, &json!(1)));
}

#[test]
fn b04_a_lost_reply_has_no_second_effect() {
    let world = World::new();
    let proxy = Proxy::before(&world);
    let phone = world.phone_behind(&proxy);
    phone.keep.sync_now().unwrap();
    phone.offline();
    let id = phone.customer("Hansa");
    proxy.next("/v1/push", json!("drop_reply"));
    phone.online();
    let report = phone.keep.sync_now().unwrap();
    if !matches!(report.outcome, SyncOutcome::Done) {
        assert_eq!(world.records("customer").len(), 1, "it is stored, and the phone does not know");
        phone.keep.sync_now().unwrap();
    }
    phone.wait_synced(id);
    let there = world.records("customer");
    assert_eq!((there.len(), &there[0]["changes"]["(create)"]), (1, &json!(1)));
    let pushes = proxy.ask(&json!({"do": "count"}))["requests"]["/v1/push"].as_u64().unwrap();
    assert!(pushes >= 2, "it was sent again: {pushes}");
}

#[test]
fn b05_a_second_tap_on_save_is_the_same_operation() {
    let world = World::new();
    let phone = world.phone();
    let create = |name: &str| {
        vec![Edit::Create { record_type: "customer".into(), id: None, fields: fields([("name", text(name))]) }]
    };
    let token = phone.keep.new_form_token();
    let options = || CommitOptions { form_token: Some(token), ..CommitOptions::default() };
    let first = phone.keep.commit(create("Hansa"), options()).unwrap();
    let second = phone.keep.commit(create("Hansa"), options()).unwrap();
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!((&first.operations, &first.records), (&second.operations, &second.records));
    assert_eq!(phone.keep.commit(create("Ulmer"), options()), Err(KeepError::FormTokenReused));
    phone.wait_synced(first.records[0]);
    assert_eq!(world.records("customer").len(), 1);
}

#[test]
fn b26_a_save_that_was_begun_is_there_and_one_that_was_not_is_not() {
    let world = World::new();
    let phone = world.phone();
    // One worker: the second save stands in line while the first is under way.
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let (begun, has_begun) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let save = |name: &'static str| {
        let keep = Arc::clone(&phone.keep);
        move || {
            let edit =
                Edit::Create { record_type: "customer".into(), id: None, fields: fields([("name", text(name))]) };
            keep.commit(vec![edit], CommitOptions::default()).unwrap()
        }
    };
    let (save_first, save_second) = (save("begun"), save("not begun"));
    let (first, second) = runtime.block_on(async {
        let first = tokio::task::spawn_blocking(move || {
            begun.send(()).unwrap();
            may_go_on.recv().unwrap();
            save_first()
        });
        let second = tokio::task::spawn_blocking(save_second);
        has_begun.recv().unwrap();
        first.abort();
        second.abort();
        go_on.send(()).unwrap();
        (first.await, second.await)
    });
    assert!(second.unwrap_err().is_cancelled());
    let kept = first.unwrap();
    let names = phone.keep.find(&Query::all("customer")).unwrap().records;
    assert_eq!(names.iter().map(|record| record.id).collect::<Vec<_>>(), kept.records);
    assert_eq!(names[0].fields["name"], text("begun"));
    phone.wait_synced(kept.records[0]);
    assert_eq!(world.records("customer").len(), 1);
}

#[test]
fn b30_a_parent_and_its_child_in_one_commit_arrive_together() {
    let world = World::new();
    let phone = world.phone();
    let customer = phone.keep.new_record_id();
    let make = |record_type: &str, id, fields| Edit::Create { record_type: record_type.into(), id, fields };
    let job = [("title", text("Boiler")), ("status", choice("assigned")), ("customer", Value::Reference(customer))];
    let edits = vec![
        make("customer", Some(customer), fields([("name", text("Weber"))])),
        make("work_order", None, fields(job)),
    ];
    let made = phone.commit(edits);
    let job = phone.wait_synced(made.records[1]);
    let parent = phone.record(customer);
    assert_eq!(job.fields["customer"], Value::Reference(customer), "by its id here");
    assert_eq!(world.record(job.id)["values"]["customer"].as_str(), parent.server_id.as_deref());
    let found = phone.keep.get_by_server_id("work_order", job.server_id.as_deref().unwrap()).unwrap().unwrap();
    assert_eq!(found.id, job.id);
    let both = vec![phone.patch(&job, [("status", choice("complete"))]), phone.patch(&parent, [("city", text("Ulm"))])];
    phone.keep.commit(both, CommitOptions { together: true, ..CommitOptions::default() }).unwrap();
    phone.wait_synced(job.id);
    assert_eq!(world.record(job.id)["values"]["status"], "complete");
    assert_eq!(world.record(customer)["values"]["city"], "Ulm");
}
