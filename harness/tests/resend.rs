//! Sealed once, sent the same for ever: no answer, kill, resend, refusal (requirement A4, pitfall P1; requirement B4).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::Write;

use fieldkeep::{SyncAnswer, SyncOutcome, WhyWaiting};
use hyper::Method;
use serde_json::{Value, json};
use support::phone::{Phone, job_on_a_phone};
use support::process::Program;
use support::site::Field;
use support::wire::{reply, server_that_hangs};

fn key(item: &Value) -> String {
    item["id"].as_str().unwrap().to_owned()
}

/// The text of each item of each push.
fn texts(phone: &Phone) -> Vec<Vec<String>> {
    phone.wire.pushes().iter().map(support::wire::Sent::items).collect()
}

#[test]
fn a4_a_lost_reply_then_more_edits_then_a_kill_is_one_record_and_both_edits_arrive() {
    let field = Field::new();
    let proxy = field.proxy();
    let mut phone = field.phone_behind(&proxy, "ana");
    let id = phone.customer("Hansa");
    phone.edit(id, json!({ "city": "Ulm" }));
    proxy.next("/v1/push", json!("drop_reply"));
    let report = phone.sync();
    assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{report:?}");
    assert_eq!(field.record(id)["values"]["city"], "Ulm", "the server has it, the phone does not know");
    assert!(phone.words(id).starts_with("Saved on this device. Sync failed, retrying in "), "{}", phone.words(id));
    let later = phone.edit(id, json!({ "city": "Bonn" })).unwrap();
    assert_eq!(phone.item(later).why, WhyWaiting::BehindShipment);
    phone.reopen();
    phone.sync();
    let texts = texts(&phone);
    assert_eq!(texts.len(), 3, "{texts:#?}");
    assert_eq!(texts[0], texts[1], "byte for byte the same");
    assert_ne!(
        key(&phone.wire.pushed()[1][0]),
        key(&phone.wire.pushed()[2][0]),
        "the new edit is a shipment of its own"
    );
    assert_eq!(field.records("customer").len(), 1);
    assert_eq!(field.record(id)["values"], json!({ "name": "Hansa", "city": "Bonn" }));
    assert_eq!(field.record(id)["changes"], json!({ "(create)": 1, "name": 1, "city": 2 }));
    phone.assert_synced(id);
}

#[test]
fn a4_silence_keeps_the_key_however_often_and_however_it_comes() {
    let field = Field::new();
    let proxy = field.proxy();
    let mut phone = field.phone_behind(&proxy, "ana");
    let id = phone.customer("Hansa");
    let silences = [
        json!("drop_reply"),
        json!("cut_before"),
        json!({ "cut_after_lines": 0 }),
        json!({ "status": { "code": 503 } }),
        json!({ "status": { "code": 429, "retry_after_s": 1 } }),
        json!("html"),
        json!("redirect"),
        json!("drop_reply"),
    ];
    for silence in &silences {
        proxy.next("/v1/push", silence.clone());
        phone.sync();
        assert_eq!(phone.outbox().len(), 1, "{silence}");
        phone.reopen();
        field.advance(3_000);
    }
    phone.sync();
    let texts = texts(&phone);
    assert_eq!(texts.len(), silences.len() + 1);
    assert!(texts.iter().all(|push| *push == texts[0]), "{texts:#?}");
    assert_eq!(field.records("customer").len(), 1);
    assert_eq!(field.record(id)["version"], "1");
    phone.assert_synced(id);
}

#[test]
fn a4_a_send_that_arrives_twice_has_one_effect() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    let id = phone.customer("Hansa");
    proxy.next("/v1/push", json!("duplicate"));
    let report = phone.sync();
    assert_eq!(report.outcome, SyncOutcome::Done);
    assert_eq!(report.items.len(), 1);
    phone.assert_synced(id);
    phone.edit(id, json!({ "city": "Ulm" }));
    proxy.next("/v1/push", json!("duplicate"));
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.records("customer").len(), 1);
    assert_eq!(field.record(id)["changes"], json!({ "(create)": 1, "name": 1, "city": 1 }));
    assert_eq!(phone.keep().reviews().unwrap(), []);
}

#[test]
fn a4_a_replayed_acknowledgement_does_not_drag_the_record_back() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    let id = phone.customer("Hansa");
    phone.sync();
    phone.edit(id, json!({ "city": "Ulm" }));
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    field.office_sets(&phone.server_id(id), json!({ "city": "Bonn", "phone": "0731 1" }));
    phone.sync();
    assert_eq!((phone.text(id, "city"), phone.text(id, "phone")), ("Bonn".to_owned(), "07311".to_owned()));
    assert_eq!(field.record(id)["values"]["city"], "Bonn");
    assert_eq!(phone.keep().reviews().unwrap(), [], "no conflict with oneself");
    phone.assert_synced(id);
}

#[test]
fn a4_a_page_that_names_the_open_shipment_is_its_acknowledgement() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    phone.sync();
    phone.edit(id, json!({ "city": "Ulm" }));
    // The lane is not told to wait by an answer that says "not now" for the item, so the pull goes on.
    phone.wire.twist("/v1/push", |mut lines| {
        let shipment = lines[0]["shipment"].clone();
        lines[0] = json!({ "shipment": shipment, "outcome": "later", "after_s": 600 });
        lines
    });
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(phone.wire.pushed().len(), 2, "nothing is sent again");
    assert_eq!(field.record(id)["changes"], json!({ "(create)": 1, "name": 1, "city": 1 }));
}

#[test]
fn a4_a_new_key_only_after_a_definite_refusal() {
    let (field, phone, id, server_id) = job_on_a_phone();
    phone.edit(id, json!({ "title": "Pump 7", "description": "Leaks" }));
    field.office_sets(&server_id, json!({ "title": "Pump 9" }));
    phone.wire.lie("/v1/push", reply(503, &[], b""));
    phone.sync();
    phone.sync();
    let pushed = phone.wire.pushed();
    assert_eq!(pushed.len(), 3, "{pushed:#?}");
    assert_eq!(key(&pushed[0][0]), key(&pushed[1][0]), "after silence the same key");
    assert_ne!(key(&pushed[1][0]), key(&pushed[2][0]), "after the conflict a new one");
    assert_eq!(pushed[2][0]["fields"], json!({ "description": { "from": null, "to": "Leaks" } }));
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 9", "not overwritten");
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks");
    assert_eq!(phone.keep().reviews().unwrap().len(), 1);
}

#[test]
fn a4_killed_while_it_sends_whether_the_server_has_it_or_not() {
    for arrived in [false, true] {
        let field = Field::new();
        let token = field.token("ana");
        let (hanging, bodies) = server_that_hangs(&field);
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token");
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&token_file).unwrap();
        file.write_all(token.as_bytes()).unwrap();
        let data = folder.path().join("phone");
        let start = |server: &str| {
            let (data, token_file) = (data.to_str().unwrap(), token_file.to_str().unwrap());
            let now = support::START_MS.to_string();
            let args =
                ["device", "--data", data, "--server", server, "--token-file", token_file, "--manual", "--now", &now];
            let mut device = Program::start(&args);
            assert_eq!(device.line()["ready"], true);
            device
        };
        let mut device = start(&hanging);
        let edit = json!({ "kind": "create", "type": "customer", "fields": { "name": "Hansa" } });
        let kept = device.tell(&json!({ "do": "commit", "edits": [edit] }));
        let id = kept["result"]["records"][0].clone();
        device.say(&json!({ "do": "sync_now" }));
        let body = bodies.recv().unwrap();
        device.kill();
        if arrived {
            field.send(&token, Method::POST, "/v1/push", body.clone().into());
        }
        let mut device = start(&field.url);
        let report = device.tell(&json!({ "do": "sync_now" }));
        assert_eq!(report["result"]["outcome"]["outcome"], "done", "{report}");
        let record = device.tell(&json!({ "do": "get", "id": id }));
        let words = record["result"]["record"]["state"]["words"].to_string();
        assert!(words.contains("Synced at"), "{record}");
        assert_eq!(field.records("customer").len(), 1, "arrived: {arrived}");
        let on_server = field.record(id.as_str().unwrap());
        assert_eq!(on_server["values"], json!({ "name": "Hansa" }));
        assert_eq!(on_server["version"], "1");
        // The key that went out before the kill is the one that is on the server now.
        let again = field.send(&token, Method::POST, "/v1/push", body.into()).text();
        assert!(again.contains("\"outcome\":\"duplicate\""), "{again}");
    }
}

#[test]
fn b4_a_cut_connection_resumes_where_it_stopped() {
    let field = Field::new();
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    let ids: Vec<_> = (0..5).map(|number| phone.customer(&format!("Customer {number}"))).collect();
    proxy.next("/v1/push", json!({ "cut_after_lines": 2 }));
    let report = phone.sync();
    assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{report:?}");
    assert_eq!(report.items.iter().map(|item| item.record).collect::<Vec<_>>(), ids[..2], "two were answered");
    assert!(report.items.iter().all(|item| item.answer == SyncAnswer::Applied && item.server_id.is_some()));
    assert_eq!(report.waiting, 3);
    ids[..2].iter().for_each(|id| phone.assert_synced(*id));
    assert!(ids[2..].iter().all(|id| phone.words(*id).contains("Sync failed")));
    let report = phone.sync();
    assert_eq!(report.items.iter().map(|item| item.record).collect::<Vec<_>>(), ids[2..]);
    let texts = texts(&phone);
    assert_eq!(texts[1], texts[0][2..], "only the rest, byte for byte the same");
    assert_eq!(field.records("customer").len(), 5);
    assert!(field.records("customer").iter().all(|record| record["version"] == "1"));
    ids.iter().for_each(|id| phone.assert_synced(*id));
}

#[test]
fn b4_results_are_paired_by_id_not_by_place() {
    let field = Field::new();
    field.behave(json!({ "do": "refuse_field", "field": "customer.phone", "message": "No such number" }));
    let phone = field.phone("ana");
    let good = phone.customer("Hansa");
    let bad = phone.create("customer", json!({ "name": "Ulmer", "phone": "0731 1" }));
    let other = phone.customer("Bau");
    phone.wire.twist("/v1/push", |mut lines| {
        lines.reverse();
        lines
    });
    let report = phone.sync();
    let answer = |id| report.items.iter().find(|item| item.record == id).unwrap().answer.clone();
    assert_eq!(
        (answer(good), answer(bad), answer(other)),
        (SyncAnswer::Applied, SyncAnswer::Refused, SyncAnswer::Applied)
    );
    phone.assert_synced(good);
    phone.assert_synced(other);
    assert_eq!(phone.words(bad), "Could not be accepted: Phone: No such number.");
    assert_eq!(phone.server_id(good), field.record(good)["server_id"]);
    assert_eq!(phone.server_id(other), field.record(other)["server_id"]);
    assert_eq!(field.records("customer").len(), 2);
    assert_eq!(phone.outbox().len(), 1);
}

#[test]
fn b4_not_attempted_is_a_result_of_its_own() {
    let field = Field::new();
    field.behave(json!({ "do": "answer", "outcome": "not_attempted", "skip": 1, "times": 2 }));
    let phone = field.phone("ana");
    let ids: Vec<_> = (0..4).map(|number| phone.customer(&format!("Customer {number}"))).collect();
    let report = phone.sync();
    assert_eq!(report.outcome, SyncOutcome::Done, "it goes on by itself");
    let texts = texts(&phone);
    assert_eq!((texts.len(), texts[0].len(), texts[1].len()), (2, 4, 2));
    assert_eq!(texts[1], texts[0][1..3], "the same shipments again, the others not");
    let answers: Vec<_> = report.items.iter().map(|item| item.answer.clone()).collect();
    use SyncAnswer::{Applied, Later};
    assert_eq!(answers, [Applied, Later, Later, Applied, Applied, Applied]);
    assert_eq!(field.records("customer").len(), 4);
    ids.iter().for_each(|id| phone.assert_synced(*id));
}

#[test]
fn b4_later_holds_the_item_alone_and_names_the_time() {
    let field = Field::new();
    field.behave(json!({ "do": "answer", "outcome": "later", "after_s": 60 }));
    let phone = field.phone("ana");
    let first = phone.customer("Hansa");
    let second = phone.customer("Ulmer");
    let report = phone.sync();
    assert_eq!(report.outcome, SyncOutcome::Done);
    phone.assert_synced(second);
    assert_eq!(phone.words(first), "Saved on this device. Next sync in 2 minutes.", "a floor is rounded up");
    let wait_ms = phone.next_wake().unwrap();
    assert!((60_000..=66_000).contains(&wait_ms), "{wait_ms}");
    let third = phone.customer("Bau");
    phone.run();
    phone.assert_synced(third);
    field.advance(wait_ms - 1);
    phone.run();
    assert_eq!(field.records("customer").len(), 2, "not before its time");
    field.advance(1);
    phone.run();
    phone.assert_synced(first);
    assert_eq!(field.records("customer").len(), 3);
}
