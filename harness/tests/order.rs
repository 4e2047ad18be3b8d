//! What goes when, with what, and what waits for what (requirements B1, B3, B7, B10).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use fieldkeep::clock::Clock;
use fieldkeep::schedule::LaneReason;
use fieldkeep::{Edit, RecordStatus, Resolve, SyncOutcome, WhyWaiting};
use serde_json::{Value, json};
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;

fn sizes(phone: &Phone) -> Vec<usize> {
    phone.wire.pushed().iter().map(Vec::len).collect()
}

#[test]
fn b1_a_change_is_logged_by_field_with_what_was_seen_and_survives_a_kill() {
    let (field, mut phone, id, server_id) = job_on_a_phone();
    let seen = phone.record(id).seen;
    field.advance(5_000);
    phone.edit(id, json!({ "title": "Pump 7", "description": "Leaks" }));
    phone.commit(vec![phone.patch_seen(id, &seen, &json!({ "title": "Pump 8" }))]);
    phone.reopen();
    let column = |sql: &str| phone.query(&format!("SELECT {sql} FROM changes ORDER BY seq"));
    assert_eq!(column("field"), ["description", "title", "title"]);
    assert_eq!(column("coalesce(seen,'')"), ["", "\"Pump\"", "\"Pump\""], "what the person saw");
    assert_eq!(column("coalesce(from_value,'')"), ["", "\"Pump\"", "\"Pump 7\""], "on top of what waits");
    assert_eq!(column("to_value"), ["\"Leaks\"", "\"Pump 7\"", "\"Pump 8\""]);
    assert_eq!(column("op"), ["1", "1", "3"]);
    assert_eq!(column("author"), ["ana"; 3]);
    assert_eq!(column("device"), vec![phone.keep().device(); 3]);
    assert_eq!(column("schema_version"), ["1"; 3]);
    phone.sync();
    let sent = phone.wire.pushed().concat();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["base_version"], "1");
    assert_eq!((sent[0]["author"].as_str(), sent[0]["schema_version"].as_i64()), (Some("ana"), Some(1)));
    assert_eq!(sent[0]["made_at"], field.clock.now().wall_ms);
    let fields = json!({ "description": { "from": null, "to": "Leaks" }, "title": { "from": "Pump", "to": "Pump 8" } });
    assert_eq!(sent[0]["fields"], fields);
    let on_server = field.record(&server_id);
    assert_eq!((on_server["who"].as_str(), on_server["version"].as_str()), (Some("ana"), Some("2")));
    let history = phone.keep().history(id).unwrap();
    assert!(history.iter().any(|entry| entry.kind == "applied" && entry.detail.contains("Pump 8")), "{history:#?}");
}

#[test]
fn b3_batches_are_limited_by_count() {
    let field = Field::new();
    field.behave(json!({ "do": "limits", "batch_items": 2 }));
    let phone = field.phone("ana");
    let ids: Vec<_> = (0..5).map(|number| phone.customer(&format!("Customer {number}"))).collect();
    phone.sync();
    assert_eq!(sizes(&phone), [2, 2, 1]);
    assert!(phone.wire.pushes().iter().all(|push| push.status == Some(200)));
    let sent: Vec<Value> = phone.wire.pushed().concat().iter().map(|item| item["local_id"].clone()).collect();
    assert_eq!(sent, ids.iter().map(|id| json!(id)).collect::<Vec<_>>(), "in the order in which they were made");
    ids.iter().for_each(|id| phone.assert_synced(*id));
}

#[test]
fn b3_batches_are_limited_by_bytes_and_one_large_item_goes_alone() {
    let field = Field::new();
    const LIMIT: usize = 3_000;
    field.behave(json!({ "do": "limits", "batch_bytes": LIMIT }));
    let phone = field.phone("ana");
    let mut ids: Vec<_> = (0..9).map(|number| phone.customer(&format!("{number}{}", "x".repeat(400)))).collect();
    ids.push(phone.customer(&"y".repeat(2 * LIMIT)));
    ids.extend((0..3).map(|number| phone.customer(&format!("{number}{}", "z".repeat(400)))));
    phone.sync();
    for push in phone.wire.pushes() {
        assert_eq!(push.status, Some(200), "no batch is refused for its size: {:?}", sizes(&phone));
        assert!(push.text.len() <= LIMIT || push.items().len() == 1, "{} bytes", push.text.len());
    }
    let pushes = sizes(&phone);
    assert!(pushes.len() <= 6, "and they are filled: {pushes:?}");
    ids.iter().for_each(|id| phone.assert_synced(*id));
    assert_eq!(field.records("customer").len(), ids.len());
}

#[test]
fn b3_what_waits_is_folded_when_it_is_sealed_and_never_after() {
    let field = Field::new();
    let proxy = field.proxy();
    let server_id = field.office_job("Pump");
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.by_server_id("work_order", &server_id).id;
    for title in ["A", "B", "C"] {
        phone.edit(id, json!({ "title": title }));
    }
    phone.edit(id, json!({ "description": "Leaks" }));
    assert_eq!(phone.outbox().len(), 4, "on the device each is an operation");
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    assert_eq!(phone.outbox()[0].attempts, 1);
    for title in ["D", "E"] {
        phone.edit(id, json!({ "title": title }));
    }
    phone.sync();
    let pushed = phone.wire.pushed();
    assert_eq!(sizes(&phone), [1, 1, 1]);
    assert_eq!(pushed[0], pushed[1]);
    let fields = |push: &Vec<Value>| push[0]["fields"].clone();
    let first = json!({ "description": { "from": null, "to": "Leaks" }, "title": { "from": "Pump", "to": "C" } });
    assert_eq!(fields(&pushed[0]), first);
    assert_eq!(fields(&pushed[2]), json!({ "title": { "from": "C", "to": "E" } }));
    assert_eq!(field.record(&server_id)["changes"]["title"], 3, "made, to C, to E");
    phone.assert_synced(id);
}

#[test]
fn b3_patches_of_a_new_record_are_folded_into_its_create() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.create("customer", json!({ "name": "Hansa", "city": "Ulm" }));
    phone.edit(id, json!({ "name": "Hansa AG" }));
    phone.edit(id, json!({ "city": null, "phone": "0731 1" }));
    phone.sync();
    assert_eq!(sizes(&phone), [1]);
    assert_eq!(field.record(id)["values"], json!({ "name": "Hansa AG", "phone": "07311" }));
    assert_eq!(field.record(id)["version"], "1");
    phone.assert_synced(id);
}

#[test]
fn b3_there_and_back_sends_nothing() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let before = field.record(&server_id);
    for title in ["Pump 7", "Pump"] {
        phone.edit(id, json!({ "title": title }));
    }
    phone.run();
    assert_eq!(phone.wire.pushes().len(), 0);
    assert_eq!(phone.outbox(), []);
    assert_eq!(field.record(&server_id), before);
    phone.assert_synced(id);
    assert_eq!(phone.journal("nothing_to_change").len(), 1, "and it is in the journal");
}

#[test]
fn b3_what_becomes_ready_behind_a_batch_that_came_out_empty_is_sent() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let other = phone.job("Valve", phone.customer("Weber"));
    phone.sync();
    // The oldest edit waits for its time, since the office keeps changing the field.
    phone.edit(id, json!({ "priority": "low" }));
    for priority in ["normal", "urgent", "normal"] {
        field.office_sets(&server_id, json!({ "priority": priority }));
        phone.sync();
        resolve(&phone, Resolve::Mine);
    }
    assert!(matches!(phone.why(id)[..], [WhyWaiting::Bounced { .. }]), "{:?}", phone.why(id));
    // Behind it more than one search goes through, all of it waiting, and at its end an edit that cancels itself out.
    field.behave(json!({ "do": "refuse_field", "field": "work_order.title", "message": "No such job" }));
    let refused = phone.job("Lift", phone.customer("Ulmer"));
    phone.run();
    let note = json!({ "work_order": refused, "text": "Dry" });
    for _ in 0..3 {
        phone.commit((0..100).map(|_| phone.creation("note", None, &note)).collect());
    }
    phone.edit(other, json!({ "status": "complete" }));
    phone.edit(other, json!({ "status": "assigned" }));
    let pushes = phone.wire.pushes().len();
    phone.run();
    assert_eq!(phone.wire.pushes().len(), pushes, "nothing to send");
    let WhyWaiting::Bounced { due_ms } = phone.why(id)[0] else { panic!("{:?}", phone.why(id)) };
    field.advance(due_ms - phone.keep().now_ms().unwrap());
    assert_eq!(phone.run_a_second().outcome, SyncOutcome::Done);
    assert_eq!(field.record(&server_id)["values"]["priority"], "low");
    phone.assert_synced(id);
}

#[test]
fn b3_there_and_back_beside_a_real_change_sends_only_that() {
    let (_field, phone, id, _) = job_on_a_phone();
    phone.edit(id, json!({ "title": "Pump 7", "description": "Leaks" }));
    phone.edit(id, json!({ "title": "Pump" }));
    phone.sync();
    let sent = phone.wire.pushed().concat();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["fields"], json!({ "description": { "from": null, "to": "Leaks" } }));
    phone.assert_synced(id);
}

#[test]
fn b7_a_held_field_holds_only_what_depends_on_it() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let bystander = phone.customer("Hansa II");
    let first = phone.edit(id, json!({ "title": "Pump 7", "description": "Leaks" })).unwrap();
    field.office_sets(&server_id, json!({ "title": "Pump 9" }));
    phone.sync();
    let review = review(&phone);
    assert_eq!((review.field.as_str(), review.theirs_by.as_deref()), ("title", Some("office")));
    assert_eq!(phone.item(first).why, WhyWaiting::Review { review: review.id });
    assert_eq!(phone.item(first).fields, ["title"], "what is left of the operation");
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks", "the other field went through");
    phone.assert_synced(bystander);

    let more = phone.edit(id, json!({ "title": "Pump 8" })).unwrap();
    let hours = phone.edit(id, json!({ "labor_hours": "1.5" })).unwrap();
    let note = phone.create("note", json!({ "work_order": id, "text": "Leaks" }));
    let archive = phone.archive(id);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["labor_hours"], "1.5");
    assert!(phone.outbox().iter().all(|item| item.operation != hours));
    phone.assert_synced(note);
    assert_eq!(phone.item(more).why, WhyWaiting::Review { review: review.id }, "a later edit of the field joins");
    assert_eq!(phone.item(archive).why, WhyWaiting::BehindEarlier { operation: more });
    assert_eq!(phone.item(more).blocks, [archive]);
    assert_eq!(phone.record(id).status, RecordStatus::WillBeArchived);
    assert_eq!(field.record(&server_id)["life"], "alive", "an archive never overtakes");
    assert_eq!(phone.words(id), "office changed Title. Review before sending again.");

    resolve(&phone, Resolve::Mine);
    phone.sync();
    let on_server = field.record(&server_id);
    assert_eq!((on_server["values"]["title"].as_str(), on_server["life"].as_str()), (Some("Pump 8"), Some("archived")));
    assert_eq!(field.dump()["resolutions"][0]["choice"], "mine");
    assert_eq!(phone.outbox(), []);
}

#[test]
fn b7_a_rejected_create_holds_its_children_and_nobody_elses() {
    let field = Field::new();
    field.behave(json!({ "do": "refuse_field", "field": "work_order.title", "message": "No such job" }));
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    let job = phone.job("Pump", customer);
    let note = phone.create("note", json!({ "work_order": job, "text": "Leaks" }));
    let other = phone.customer("Ulmer");
    phone.sync();
    phone.assert_synced(customer);
    phone.assert_synced(other);
    assert_eq!(phone.words(job), "Could not be accepted: Title: No such job.");
    assert_eq!(phone.words(note), "Saved on this device. Waiting for Work order \"Pump\" to sync first.");
    assert_eq!(phone.why(note), [WhyWaiting::ForParent { record: job }]);
    let outbox = phone.outbox();
    assert_eq!(outbox[0].blocks, [outbox[1].operation]);
    assert_eq!(phone.next_wake(), None, "only a person can do something");
    phone.edit(job, json!({ "title": "Valve" }));
    let review = review(&phone);
    field.behave(json!({ "do": "refuse_field", "field": "work_order.title", "message": null }));
    phone.keep().resolve(review.id, review.theirs_rev, Resolve::Mine).unwrap();
    phone.sync();
    phone.assert_synced(note);
    assert_eq!(field.record(job)["values"]["title"], "Valve");
    assert_eq!(field.record(note)["values"]["work_order"], phone.server_id(job));
}

#[test]
fn b7_a_group_waits_for_its_member_and_says_so() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let conflicting = phone.edit(id, json!({ "title": "Pump 7" })).unwrap();
    field.office_sets(&server_id, json!({ "title": "Pump 9" }));
    phone.sync();
    let customer = phone.customer("Hansa II");
    phone.sync();
    let receipt = phone.together(vec![
        phone.patch(id, &json!({ "title": "Pump 8" })),
        phone.patch(customer, &json!({ "city": "Ulm" })),
    ]);
    let alone = phone.edit(customer, json!({ "phone": "0731 1" })).unwrap();
    phone.sync();
    assert!(matches!(phone.item(conflicting).why, WhyWaiting::Review { .. }));
    assert!(matches!(phone.item(receipt.operations[0]).why, WhyWaiting::Review { .. }));
    assert_eq!(phone.item(receipt.operations[1]).why, WhyWaiting::Group { operation: receipt.operations[0] });
    assert_eq!(phone.item(receipt.operations[0]).blocks, [receipt.operations[1]]);
    assert!(phone.outbox().iter().all(|item| item.operation != alone), "what is no member goes on");
    assert_eq!(field.record(customer)["values"], json!({ "name": "Hansa II", "phone": "07311" }));
    resolve(&phone, Resolve::Mine);
    phone.sync();
    assert_eq!(field.record(customer)["values"]["city"], "Ulm");
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 8");
    assert_eq!(phone.outbox(), []);
}

/// A phone on which almost everything waits for something else.
fn busy() -> (Field, Phone) {
    let (field, phone, id, server_id) = job_on_a_phone();
    let (customer, other) = (phone.customer("Hansa II"), phone.customer("Ulmer"));
    phone.sync();
    field.office_sets(&server_id, json!({ "title": "Pump 9" }));
    field.behave(json!({ "do": "refuse_field", "field": "customer.name", "message": "No such name" }));
    phone.edit(id, json!({ "title": "Pump 7", "description": "Leaks" }));
    let refused = phone.customer("Bad");
    phone.job("Valve", refused);
    phone.sync();
    let edits = vec![phone.patch(id, &json!({ "title": "Pump 8" })), phone.patch(customer, &json!({ "city": "Ulm" }))];
    phone.together(edits);
    phone.edit(customer, json!({ "city": "Bonn" }));
    phone.archive(id);
    field.behave(json!({ "do": "answer", "outcome": "later", "after_s": 600 }));
    phone.edit(other, json!({ "phone": "0731 1" }));
    phone.sync();
    phone.edit(other, json!({ "phone": "0731 2" }));
    phone.create("note", json!({ "work_order": id, "text": "Dry" }));
    let paused = phone.create("note", json!({ "work_order": id, "text": "Wet" }));
    let paused = phone.outbox().into_iter().find(|item| item.record == paused).unwrap();
    phone.keep().pause(paused.operation).unwrap();
    (field, phone)
}

fn name(why: &WhyWaiting) -> String {
    serde_json::to_value(why).unwrap()["why"].as_str().unwrap().to_owned()
}

/// Everything that waits has a person, a time, the network, or something earlier to wait for.
fn assert_total(phone: &Phone) -> BTreeSet<String> {
    let now_ms = phone.keep().now_ms().unwrap();
    let reviews: Vec<_> = phone.keep().reviews().unwrap().iter().map(|review| review.id).collect();
    let outbox = phone.outbox();
    for item in &outbox {
        let earlier = |operation: &i64| *operation < item.operation && outbox.iter().any(|i| i.operation == *operation);
        let holds = match &item.why {
            WhyWaiting::Ready | WhyWaiting::InFlight => phone.next_wake() == Some(0),
            WhyWaiting::Lane { due_ms, .. } | WhyWaiting::Later { due_ms } | WhyWaiting::Bounced { due_ms } => {
                *due_ms > now_ms && phone.next_wake().is_some_and(|wake| now_ms + wake <= *due_ms)
            }
            WhyWaiting::BehindEarlier { operation } | WhyWaiting::BehindBarrier { operation } => earlier(operation),
            WhyWaiting::Group { operation } => outbox.iter().any(|other| other.operation == *operation),
            WhyWaiting::Review { review } => reviews.contains(review),
            WhyWaiting::ForParent { record } => outbox.iter().any(|other| other.record == *record),
            WhyWaiting::BehindShipment => {
                outbox.iter().any(|o| o.record == item.record && o.operation < item.operation)
            }
            WhyWaiting::Paused => phone.query("SELECT op FROM paused").contains(&item.operation.to_string()),
            WhyWaiting::NeedsUpdate => !phone.query("SELECT value FROM meta WHERE key='versions'").is_empty(),
            WhyWaiting::Offline | WhyWaiting::SignIn | WhyWaiting::WrongUser => phone.next_wake().is_none(),
        };
        assert!(holds, "{item:#?} in {outbox:#?}");
    }
    phone.check();
    outbox.iter().map(|item| name(&item.why)).collect()
}

#[test]
fn b10_everything_that_waits_says_why_and_until_when() {
    let (_field, mut phone) = busy();
    let seen = assert_total(&phone);
    let expected = ["behind_earlier", "behind_shipment", "for_parent", "group", "later", "paused", "ready", "review"]
        .map(str::to_owned);
    assert_eq!(seen, BTreeSet::from(expected), "{:#?}", phone.outbox());
    phone.reopen();
    assert_eq!(assert_total(&phone), seen, "the same after a restart");
    phone.offline();
    assert!(assert_total(&phone).contains("offline"));
    phone.online();
    assert!(assert_total(&phone).contains("lane"), "the small random pause of a network that came back");
    phone.tokens.set(None);
    phone.sync();
    assert!(assert_total(&phone).contains("sign_in"));
}

#[test]
fn b10_the_lane_names_its_reason() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    let id = phone.customer("Hansa");
    for (act, expected, words) in [
        (json!("cut_before"), LaneReason::Unreachable, "Saved on this device. Sync failed, retrying in 3 seconds."),
        (
            json!({ "status": { "code": 500 } }),
            LaneReason::ServerTrouble,
            "Saved on this device. Sync failed, retrying",
        ),
        (
            json!({ "status": { "code": 429, "retry_after_s": 30 } }),
            LaneReason::ServerBusy,
            "Saved on this device. The server is busy, next sync in",
        ),
        (json!("html"), LaneReason::Portal, "Saved on this device. This network wants you to log in."),
        (json!("redirect"), LaneReason::Portal, "Saved on this device. This network wants you to log in."),
    ] {
        proxy.next("/v1/hello", act);
        phone.sync();
        let [WhyWaiting::Lane { due_ms, reason }] = phone.why(id)[..] else { panic!("{:?}", phone.why(id)) };
        assert_eq!(reason, expected);
        assert!(due_ms > phone.keep().now_ms().unwrap());
        let said = phone.words(id);
        assert!(said.starts_with(words.trim_end_matches("3 seconds.")), "{said}");
        assert_total(&phone);
        field.advance(phone.next_wake().unwrap());
    }
    phone.run();
    phone.assert_synced(id);
}

#[test]
fn b10_a_barrier_holds_what_comes_after_it() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let seen = Some(phone.record(id).seen);
    let signoff = phone.commit(vec![Edit::Signoff { id, seen }]).operations[0];
    let after = phone.edit(id, json!({ "description": "Dry" })).unwrap();
    assert_eq!(phone.item(after).why, WhyWaiting::BehindBarrier { operation: signoff });
    assert_eq!(phone.item(signoff).blocks, [after]);
    assert_total(&phone);
    phone.sync();
    assert_eq!(sizes(&phone), [1, 1], "a barrier goes alone");
    assert_eq!(field.record(&server_id)["values"]["description"], "Dry");
    phone.assert_synced(id);
}
