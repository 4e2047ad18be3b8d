//! Hostile, broken and intercepted replies (pitfalls P13 and P15; requirements A4, B6, B10): each is a typed failure or
//! a fault in the journal, nothing is lost, nothing is doubled, the words are true, and when the server behaves again
//! everything goes on by itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::Write;

use fieldkeep::schedule::LaneReason;
use fieldkeep::value::RecordId;
use fieldkeep::wire::{JSON, NDJSON};
use fieldkeep::{KeepError, SyncOutcome, WhyWaiting};
use serde_json::{Value, json};
use support::phone::{Phone, job_on_a_phone};
use support::site::Field;
use support::wire::{ndjson, reply, reply_of_length};

const GZIP: (&str, &str) = ("content-encoding", "gzip");

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What the phone gets instead of an answer, why it then waits, and whether it is spoilt by the server itself.
fn broken_replies(right: &'static str) -> Vec<(&'static str, Vec<u8>, LaneReason)> {
    let line = json!({ "server_id": "X", "type": "customer", "seq": 1, "life": "alive", "text": "y".repeat(400) });
    let packed = gzip(format!("{line}\n").repeat(50).as_bytes());
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    let deep = format!("{{\"deep\":{}0{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let html = [("content-type", "text/html")];
    let right = ("content-type", right);
    let unreadable = LaneReason::Unreadable;
    vec![
        ("empty 200 of the right type for a push", reply(200, &[right], b""), unreadable),
        ("empty 200 without a type", reply(200, &[], b""), unreadable),
        ("wrong content type", reply(200, &[("content-type", "text/plain")], b"{}"), unreadable),
        ("a portal's page", reply(200, &html, b"<html>Log in</html>"), LaneReason::Portal),
        ("a redirect", reply(302, &[("location", "http://portal.invalid/")], b""), LaneReason::Portal),
        ("a permanent redirect", reply(308, &[("location", "http://portal.invalid/")], b""), LaneReason::Portal),
        ("511", reply(511, &html, b"<html>Log in</html>"), LaneReason::Portal),
        ("truncated gzip", reply(200, &[right, GZIP], &packed[..packed.len() / 2]), unreadable),
        ("broken gzip", reply(200, &[right, GZIP], b"this is no gzip"), unreadable),
        ("a gzip bomb", reply(200, &[right, GZIP], &bomb), unreadable),
        ("not UTF-8", reply(200, &[right], b"{\"shipment\":\"\xff\xfe\"}\n"), unreadable),
        ("nested too deeply", reply(200, &[right], deep.as_bytes()), unreadable),
        ("a line without end", reply(200, &[right], &vec![b'x'; 2 * 1024 * 1024]), unreadable),
        ("no JSON", reply(200, &[right], b"Welcome!\n"), unreadable),
        ("cut in the body", reply_of_length(200, &[right], b"{\"shi", 1_000), LaneReason::Unreachable),
        ("cut in the head", b"HTTP/1.1 200 OK\r\ncontent-ty".to_vec(), LaneReason::Unreachable),
        ("no HTTP", b"SSH-2.0-OpenSSH\r\n".to_vec(), LaneReason::Unreachable),
        ("nothing", Vec::new(), LaneReason::Unreachable),
    ]
}

fn assert_waits(phone: &Phone, id: RecordId, reason: LaneReason, what: &str) {
    let why = phone.why(id);
    assert!(matches!(why[..], [WhyWaiting::Lane { reason: found, .. }] if found == reason), "{what}: {why:?}");
    let words = phone.words(id);
    let expected = match reason {
        LaneReason::Portal => "Saved on this device. This network wants you to log in.",
        _ => "Saved on this device. Sync failed, retrying in ",
    };
    assert!(words.starts_with(expected), "{what}: {words}");
    assert!(phone.next_wake().unwrap() > 0, "{what}");
    let noted = phone.journal("lane_failed");
    assert_eq!(noted.last().unwrap()["reason"], json!(reason), "{what}: {noted:?}");
}

#[test]
fn a4_no_broken_reply_to_a_push_loses_or_doubles_anything() {
    for arrived in [false, true] {
        let (field, phone, job, server_id) = job_on_a_phone();
        for (number, (what, bytes, reason)) in broken_replies(NDJSON).into_iter().enumerate() {
            let what = format!("{what}, arrived: {arrived}");
            let text = format!("Leak {number}");
            phone.edit(job, json!({ "description": text }));
            let customer = phone.customer(&text);
            match arrived {
                true => phone.wire.lie_after_work("/v1/push", bytes),
                false => phone.wire.lie("/v1/push", bytes),
            }
            let report = phone.sync();
            assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{what}: {report:?}");
            assert_eq!((report.items.len(), report.waiting), (0, 2), "{what}");
            assert_waits(&phone, job, reason, &what);
            assert_waits(&phone, customer, reason, &what);
            phone.check();
            field.advance(phone.next_wake().unwrap());
            phone.run();
            phone.assert_synced(job);
            phone.assert_synced(customer);
            assert_eq!(field.record(&server_id)["values"]["description"], text, "{what}");
            assert_eq!(field.record(&server_id)["changes"]["description"], number + 1, "{what}: once each");
            assert_eq!(field.record(customer)["version"], "1", "{what}");
            assert_eq!(field.records("customer").len(), number + 2, "{what}");
        }
        assert_eq!(phone.keep().reviews().unwrap(), []);
    }
}

#[test]
fn a4_no_broken_reply_to_a_pull_loses_news() {
    let (field, phone, job, server_id) = job_on_a_phone();
    for (number, (what, bytes, reason)) in broken_replies(NDJSON).into_iter().enumerate() {
        let text = format!("Leak {number}");
        field.office_sets(&server_id, json!({ "description": text }));
        phone.wire.lie("/v1/pull", bytes);
        let report = phone.sync();
        assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{what}: {report:?}");
        phone.edit(job, json!({ "billing_contact": text }));
        assert_waits(&phone, job, reason, what);
        field.advance(phone.next_wake().unwrap());
        phone.run();
        assert_eq!(phone.text(job, "description"), text, "{what}");
        assert_eq!(field.record(&server_id)["values"]["billing_contact"], text, "{what}");
        phone.assert_synced(job);
    }
}

#[test]
fn b6_no_broken_reply_to_hello_lets_anything_out() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let id = phone.customer("Hansa");
    let mut replies = broken_replies(JSON);
    let json = ("content-type", JSON);
    replies.push(("no hello", reply(200, &[json], b"{}"), LaneReason::Unreadable));
    replies.push(("an endless document", reply(200, &[json], &vec![b' '; 9 << 20]), LaneReason::Unreadable));
    for (what, bytes, reason) in replies {
        phone.wire.lie("/v1/hello", bytes);
        phone.sync();
        assert_waits(&phone, id, reason, what);
        assert_eq!(phone.wire.pushes().len(), 0, "{what}");
        field.advance(phone.next_wake().unwrap());
        phone.reopen();
    }
    phone.run();
    phone.assert_synced(id);
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn a4_replies_that_the_server_itself_spoils_are_survived() {
    for how in ["html", "not_utf8", "too_large", "too_deep"] {
        let (field, phone, job, server_id) = job_on_a_phone();
        let reason = if how == "html" { LaneReason::Portal } else { LaneReason::Unreadable };
        phone.edit(job, json!({ "description": "Leaks" }));
        field.behave(json!({ "do": "tamper", "path": "push", "how": how }));
        let report = phone.sync();
        if how == "too_large" {
            // Its complete lines count; what follows them is refused.
            assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{how}: {report:?}");
        } else {
            assert_waits(&phone, job, reason, how);
        }
        field.office_sets(&server_id, json!({ "title": "Pump 9" }));
        field.behave(json!({ "do": "tamper", "path": "pull", "how": how }));
        phone.sync();
        phone.sync();
        phone.assert_synced(job);
        assert_eq!(phone.text(job, "title"), "Pump 9", "{how}");
        assert_eq!(field.record(&server_id)["changes"]["description"], 1, "{how}");
    }
}

#[test]
fn b4_a_reply_without_its_last_lines_leaves_those_open() {
    let field = Field::new();
    let phone = field.phone("ana");
    let ids: Vec<_> = (0..3).map(|number| phone.customer(&format!("Customer {number}"))).collect();
    field.behave(json!({ "do": "tamper", "path": "push", "how": { "drop_lines": 1 } }));
    phone.sync();
    let sizes: Vec<_> = phone.wire.pushed().iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 2], "what was not answered goes again, the same");
    assert_eq!(phone.wire.pushed()[0][1..], phone.wire.pushed()[1]);
    ids.iter().for_each(|id| phone.assert_synced(*id));
    assert!(field.records("customer").iter().all(|record| record["version"] == "1"));
}

#[test]
fn b10_a_page_without_its_end_is_asked_for_again() {
    let field = Field::new();
    let phone = field.phone("ana");
    let server_ids: Vec<_> = (0..3).map(|number| field.office_customer(&format!("Customer {number}"))).collect();
    field.behave(json!({ "do": "tamper", "path": "pull", "how": { "drop_lines": 2 } }));
    let report = phone.sync();
    assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{report:?}");
    assert!(phone.keep().get_by_server_id("customer", &server_ids[0]).unwrap().is_some(), "what came counts");
    field.advance(phone.next_wake().unwrap());
    phone.run();
    server_ids.iter().for_each(|id| drop(phone.by_server_id("customer", id)));
}

#[test]
fn a4_an_answer_to_something_else_is_no_answer() {
    let (field, phone, job, server_id) = job_on_a_phone();
    phone.edit(job, json!({ "description": "Leaks" }));
    let other = json!({ "shipment": support::uuid(), "outcome": "applied", "seq": 99, "server_id": server_id });
    phone.wire.lie("/v1/push", ndjson(&[other]));
    let report = phone.sync();
    assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{report:?}");
    assert_waits(&phone, job, LaneReason::Unreadable, "somebody else's shipment");
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks");
    phone.assert_synced(job);
}

/// After lies the server behaves again, and all is well: each record bound to its own id, each edit there once.
fn assert_recovers(field: &Field, phone: &Phone, ids: &[RecordId], what: &str) {
    for _ in 0..4 {
        field.advance(phone.next_wake().unwrap_or(0));
        phone.sync();
    }
    for id in ids {
        phone.assert_synced(*id);
        let on_server = field.record(phone.server_id(*id));
        if on_server["creator"] == "ana" {
            assert_eq!(on_server["local_id"], id.to_string(), "{what}: bound to its own record");
            assert_eq!(on_server["changes"]["(create)"], 1, "{what}");
        }
        assert_eq!(phone.record(*id).server_id.as_deref(), on_server["server_id"].as_str(), "{what}");
        let name = if on_server["type"] == "customer" { "name" } else { "title" };
        assert_eq!(phone.text(*id, name), on_server["values"][name].as_str().unwrap(), "{what}");
    }
    // And what is done now reaches the right record.
    for (number, id) in ids.iter().enumerate() {
        phone.edit(*id, json!({ "billing_contact": format!("Dana {number}") }));
    }
    phone.sync();
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(field.record(phone.server_id(*id))["values"]["billing_contact"], format!("Dana {number}"), "{what}");
        phone.assert_synced(*id);
    }
    assert_eq!(phone.keep().reviews().unwrap(), [], "{what}");
}

#[test]
fn a4_a_reply_with_another_records_names_is_a_reported_fault() {
    for how in ["wrong_record", "taken_server_id"] {
        let (field, phone, job, _) = job_on_a_phone();
        let customer = phone.customer("Ulmer");
        phone.edit(job, json!({ "description": "Leaks" }));
        field.behave(json!({ "do": "tamper", "path": "push", "how": how }));
        phone.sync();
        let faults = phone.journal("protocol_error");
        assert!(!faults.is_empty(), "{how}");
        assert!(faults.iter().all(|fault| fault["reason"].is_string()), "{faults:?}");
        phone.check();
        assert_recovers(&field, &phone, &[job, customer], how);
        assert_eq!(field.records("customer").len(), 2);
    }
}

#[test]
fn a4_a_create_does_not_adopt_a_record_that_this_phone_never_saw() {
    let field = Field::new();
    field.office_job("Pump");
    field.behave(json!({ "do": "sees_all", "user": "ana", "value": false }));
    let phone = field.phone("ana");
    let customer = phone.customer("Ulmer");
    field.behave(json!({ "do": "tamper", "path": "push", "how": "wrong_record" }));
    phone.sync();
    assert!(!phone.journal("protocol_error").is_empty());
    assert_recovers(&field, &phone, &[customer], "wrong_record");
}

#[test]
fn a4_two_answers_that_change_places_do_not_swap_records() {
    let swap = |mut lines: Vec<Value>| {
        let first = lines[0]["shipment"].clone();
        lines[0]["shipment"] = lines[1]["shipment"].clone();
        lines[1]["shipment"] = first;
        lines
    };
    let field = Field::new();
    let phone = field.phone("ana");
    let ids = [phone.customer("Hansa"), phone.customer("Ulmer")];
    phone.wire.twist("/v1/push", swap);
    phone.sync();
    assert!(!phone.journal("protocol_error").is_empty());
    assert_recovers(&field, &phone, &ids, "swapped");
    assert_eq!(field.records("customer").len(), 2);
}

#[test]
fn a4_an_outcome_and_its_record_must_name_the_same_record() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    phone.wire.twist("/v1/push", |mut lines| {
        lines[0]["server_id"] = json!("CU-999999");
        lines
    });
    phone.sync();
    assert_eq!(phone.journal("protocol_error").len(), 1);
    assert_recovers(&field, &phone, &[id], "two server ids in one line");
}

#[test]
fn b10_a_page_that_contradicts_this_phone_is_a_reported_fault_and_asked_for_again() {
    for how in ["wrong_record", "taken_server_id", "seq_back"] {
        let (field, phone, job, server_id) = job_on_a_phone();
        let customer = phone.customer("Ulmer");
        phone.sync();
        field.office_sets(&server_id, json!({ "title": "Pump 9" }));
        field.behave(json!({ "do": "tamper", "path": "pull", "how": how }));
        let report = phone.sync();
        assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{how}: {report:?}");
        assert!(!phone.journal("protocol_error").is_empty(), "{how}");
        assert_eq!(phone.text(job, "title"), "Pump", "{how}: not taken");
        assert_eq!(phone.text(customer, "name"), "Ulmer", "{how}");
        field.advance(phone.next_wake().unwrap());
        phone.run();
        assert_eq!(phone.text(job, "title"), "Pump 9", "{how}: the news came after all");
        assert_recovers(&field, &phone, &[job, customer], how);
    }
}

#[test]
fn b10_a_page_that_stays_wrong_does_not_stop_the_others() {
    let (field, phone, job, server_id) = job_on_a_phone();
    field.office_sets(&server_id, json!({ "title": "Pump 9" }));
    let news = field.office_customer("Ulmer");
    field.behave(json!({ "do": "tamper", "path": "pull", "how": "seq_back", "times": 100 }));
    for _ in 0..6 {
        phone.sync();
        field.advance(phone.next_wake().unwrap_or(0));
    }
    assert_eq!(phone.next_wake(), None, "it does not ask for ever");
    assert_eq!(phone.by_server_id("customer", &news).record_type, "customer");
    phone.edit(job, json!({ "description": "Leaks" }));
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "Leaks", "work goes on meanwhile");
    field.behave(json!({ "do": "reset" }));
    field.office_sets(&server_id, json!({ "title": "Pump 10" }));
    phone.sync();
    assert_eq!(phone.text(job, "title"), "Pump 10");
}

#[test]
fn a4_a_seq_that_goes_back_in_an_answer_does_not_drag_the_record_back() {
    let (field, phone, job, server_id) = job_on_a_phone();
    phone.edit(job, json!({ "description": "Leaks" }));
    field.behave(json!({ "do": "tamper", "path": "push", "how": "seq_back" }));
    phone.sync();
    assert_eq!(phone.text(job, "description"), "Leaks");
    phone.edit(job, json!({ "description": "Dry" }));
    phone.sync();
    assert_eq!(field.record(&server_id)["changes"]["description"], 2);
    assert_recovers(&field, &phone, &[job], "seq_back");
}

#[test]
fn b10_one_line_that_is_too_long_stops_only_its_own_record() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let others: Vec<RecordId> = (0..3).map(|number| phone.customer(&format!("Customer {number}"))).collect();
    phone.edit(id, json!({ "description": "Leaks" }));
    let pad = |mut lines: Vec<Value>, position: usize| {
        lines[position]["pad"] = json!("x".repeat(3 * 1024 * 1024));
        lines
    };
    phone.wire.twist("/v1/push", move |lines| pad(lines, 1));
    phone.sync();
    phone.assert_synced(id);
    others.iter().for_each(|other| phone.assert_synced(*other));
    assert_eq!(phone.wire.pushes().len(), 1, "the page told of the one whose answer could not be read");
    // When the page tells nothing either, it waits alone.
    let all_padded = move |lines: Vec<Value>| (0..lines.len()).fold(lines, pad);
    let stuck = phone.customer("Stuck");
    phone.wire.twist("/v1/push", all_padded);
    phone.wire.lie("/v1/pull", reply(503, &[], b""));
    phone.run();
    assert!(
        matches!(phone.why(stuck)[..], [WhyWaiting::Later { .. } | WhyWaiting::Lane { .. }]),
        "{:?}",
        phone.why(stuck)
    );
    let late = phone.customer("Behind it");
    field.advance(10_000);
    phone.run();
    [stuck, late].iter().for_each(|other| phone.assert_synced(*other));
    assert_eq!(field.records("customer").len(), 6, "none of them twice");
    // The same in a page: asked for again, then left out and noted.
    field.office_sets(&server_id, json!({ "description": "Leaks badly" }));
    let news = field.office_customer("News");
    for _ in 0..4 {
        phone.wire.twist("/v1/pull", move |lines| pad(lines, 0));
        phone.sync();
    }
    assert_eq!(phone.by_server_id("customer", &news).fields["name"].to_json(), "News");
    assert!(phone.journal("protocol_error").iter().any(|fault| fault["lines"] == 1));
    assert_eq!(phone.device_words().split(' ').next(), Some("Synced"));
}

#[test]
fn b10_a_record_stays_within_what_a_reply_carries() {
    let (field, phone, id, server_id) = job_on_a_phone();
    field.behave(json!({ "do": "normalise", "field": "work_order.description", "rule": "trim" }));
    for number in 10..40 {
        phone.edit(id, json!({ "description": format!("{number}{} ", "x".repeat(60_000)) }));
        phone.sync();
    }
    phone.assert_synced(id);
    let fresh = field.phone("ben");
    fresh.sync();
    assert!(fresh.text(fresh.by_server_id("work_order", &server_id).id, "description").starts_with("39x"));
}

#[test]
fn b10_what_would_make_a_record_too_large_is_refused_here_or_put_to_a_person() {
    let names: Vec<String> = (0..10).map(|number| format!("t{number}")).collect();
    let fields: Vec<Value> = names.iter().map(|name| json!({ "name": name, "kind": "long_text" })).collect();
    let schema = json!({ "version": 1, "types": [{ "name": "report", "fields": fields }] });
    let field = Field::with_schema(&schema.to_string());
    let server_id = field.office_creates("report", json!({ "t0": "x" }));
    let (ana, ben) = (field.phone("ana"), field.phone("ben"));
    let half = |names: &[String]| -> Value {
        names.iter().map(|name| (name.clone(), json!("x".repeat(60_000)))).collect::<serde_json::Map<_, _>>().into()
    };
    [&ana, &ben].iter().for_each(|phone| drop(phone.sync()));
    let id = ana.by_server_id("report", &server_id).id;
    ana.edit(id, half(&names[..5]));
    let refused = ana.try_commit(vec![ana.patch(id, &half(&names[5..]))]);
    assert!(matches!(&refused, Err(KeepError::BadRequest { words }) if words.contains("bytes")), "{refused:?}");
    ana.sync();
    ana.assert_synced(id);
    // Each fits here, both together do not fit there.
    let same = ben.by_server_id("report", &server_id).id;
    ben.edit(same, half(&names[5..]));
    ben.sync();
    assert!(ben.words(same).contains("would be too large"), "{}", ben.words(same));
    assert_eq!(ben.keep().reviews().unwrap().len(), 1);
    let late = ben.create("report", json!({ "t0": "y" }));
    ben.sync();
    ben.assert_synced(late);
}
