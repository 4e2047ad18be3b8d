//! The outbox and the network: B08 to B10, B12, B31, B32, B39, B40.

use std::collections::BTreeSet;

use fieldkeep::schedule::LaneReason;
use fieldkeep::state::{ReaderLocale, SyncFact};
use fieldkeep::value::Value;
use fieldkeep::{Edit, KeepError, RecordStatus, SyncOutcome, WhyWaiting};
use serde_json::{Value as Json, json};

use super::stage::{Proxy, World, choice, fields, text};

#[test]
fn b08_the_outbox_lists_each_item_with_its_reason_and_what_it_blocks() {
    let world = World::new();
    let (phone, id, server_id) = world.job_on_a_phone();
    let form = phone.record(id);
    world.office_sets(&server_id, json!({"status": "cancelled"}));
    phone.keep.sync_now().unwrap();
    let asked = phone.commit(vec![phone.patch(&form, [("status", choice("complete"))])]).operations[0];
    let archive = Edit::Archive { id, seen: Some(phone.record(id).seen) };
    let archive = phone.commit(vec![archive]).operations[0];
    phone.offline();
    let customer = phone.customer("Weber");
    let create = phone.keep.outbox().unwrap().last().unwrap().operation;
    let job = [("title", text("Boiler")), ("status", choice("assigned")), ("customer", Value::Reference(customer))];
    phone.create("work_order", fields(job));
    let child = phone.keep.outbox().unwrap().last().unwrap().operation;
    assert_eq!(phone.item(create).why, WhyWaiting::Offline);
    world.behave(&json!({"do": "answer", "outcome": "later", "after_s": 600}));
    phone.online();
    phone.keep.sync_now().unwrap();
    let review = phone.keep.reviews().unwrap()[0].id;
    assert_eq!(phone.item(asked).why, WhyWaiting::Review { review });
    assert_eq!(phone.item(asked).blocks, [archive]);
    assert_eq!(phone.item(archive).why, WhyWaiting::BehindEarlier { operation: asked });
    let WhyWaiting::Later { due_ms } = phone.item(create).why else { panic!("{:?}", phone.item(create)) };
    let left_ms = due_ms - phone.keep.now_ms().unwrap();
    assert!((1..=660_000).contains(&left_ms), "{left_ms}");
    assert_eq!(phone.item(create).blocks, [child]);
    assert_eq!(phone.item(child).why, WhyWaiting::ForParent { record: customer });
    let listed: Vec<i64> = phone.keep.outbox().unwrap().iter().map(|item| item.operation).collect();
    assert_eq!(listed, [asked, archive, create, child], "in the order in which they were made");
}

#[test]
fn b09_sync_now_passes_our_own_wait_but_not_the_servers() {
    let world = World::new();
    let proxy = Proxy::before(&world);
    let phone = world.phone_behind(&proxy);
    phone.keep.sync_now().unwrap();
    phone.offline();
    let first = phone.customer("Hansa");
    // Long enough that our own wait runs when the person presses the button.
    proxy.ask(&json!({"do": "next", "path": "/v1/hello", "act": "cut_before", "times": 4}));
    phone.online();
    let mut failed = phone.keep.sync_now().unwrap();
    while !matches!(failed.outcome, SyncOutcome::Done) {
        let SyncOutcome::Failed { wait_ms, .. } = failed.outcome else { panic!("{failed:?}") };
        assert!(wait_ms > 0);
        let why = phone.keep.outbox().unwrap()[0].why.clone();
        assert!(matches!(why, WhyWaiting::Lane { reason: LaneReason::Unreachable, .. }), "{why:?}");
        failed = phone.keep.sync_now().unwrap();
    }
    phone.wait_synced(first);
    phone.offline();
    let second = phone.customer("Ulmer");
    world.behave(&json!({"do": "rate_limit", "times": 1, "after_s": 600, "retry_after": "seconds"}));
    phone.online();
    let asked_to_wait = phone.keep.sync_now().unwrap();
    let SyncOutcome::ServerAskedToWait { wait_ms } = asked_to_wait.outcome else { panic!("{asked_to_wait:?}") };
    assert!((500_000..=660_000).contains(&wait_ms), "{wait_ms}");
    let seen = proxy.count();
    let again = phone.keep.sync_now().unwrap();
    assert!(matches!(again.outcome, SyncOutcome::ServerAskedToWait { .. }), "{again:?}");
    assert_eq!(proxy.count(), seen, "not even tried");
    assert!(phone.words(second).starts_with("Saved on this device. The server is busy, next sync in "));
}

#[test]
fn b10_nothing_is_tried_without_a_network_and_with_it_the_work_goes_by_itself() {
    let world = World::new();
    let proxy = Proxy::before(&world);
    let phone = world.phone_behind(&proxy);
    phone.keep.sync_now().unwrap();
    phone.offline();
    let before = proxy.count();
    let id = phone.customer("Hansa");
    assert_eq!(phone.keep.sync_now().unwrap().outcome, SyncOutcome::Offline);
    assert_eq!(phone.keep.run_until(1_000).unwrap().next_wake_ms, None, "only an event brings work");
    assert_eq!(proxy.count(), before);
    phone.online();
    phone.wait_synced(id);
    assert_eq!(world.records("customer").len(), 1);
}

#[test]
fn b12_a_token_that_is_no_longer_taken_asks_for_a_sign_in() {
    let world = World::new();
    let phone = world.phone();
    phone.keep.sync_now().unwrap();
    world.behave(&json!({"do": "expire_token", "user": "ana"}));
    let id = phone.customer("Hansa");
    phone.wait_for(id, |record| matches!(record.state.headline, SyncFact::SignIn { .. }));
    assert_eq!(phone.words(id), "Saved on this device. Sign in to send it.");
    assert_eq!(phone.keep.sync_now().unwrap().outcome, SyncOutcome::SignIn);
    let token = world.behave(&json!({"do": "renew_token", "user": "ana"}))["token"].as_str().unwrap().to_owned();
    phone.tokens.set(Some(token));
    phone.keep.token_changed().unwrap();
    phone.wait_synced(id);
    assert_eq!(world.records("customer").len(), 1);
}

#[test]
fn b31_a_job_is_signed_off_archived_and_reopened_in_that_order() {
    let world = World::new();
    let (phone, id, server_id) = world.job_on_a_phone();
    phone.offline();
    let seen = || Some(phone.record(id).seen);
    phone.edit(id, [("status", choice("complete"))]);
    phone.commit(vec![Edit::Signoff { id, seen: seen() }]);
    phone.commit(vec![Edit::Archive { id, seen: seen() }]);
    let record = phone.record(id);
    assert_eq!(record.status, RecordStatus::WillBeArchived);
    assert!(record.state.parts.contains(&SyncFact::WillBeArchived), "{:?}", record.state);
    phone.online();
    let record = phone.wait_for(id, |record| record.status == RecordStatus::Archived);
    let there = world.record(&server_id);
    assert_eq!((&there["life"], &there["changes"]["(signoff)"]), (&json!("archived"), &json!(1)));
    phone.commit(vec![Edit::Reopen { id, seen: Some(record.seen) }]);
    phone.wait_for(id, |record| record.status == RecordStatus::Open);
    assert_eq!(world.record(&server_id)["life"], "alive");
    let history = phone.keep.history(id).unwrap();
    let kinds: Vec<String> = history
        .iter()
        .filter(|entry| entry.kind == "applied")
        .map(|entry| serde_json::from_str::<Json>(&entry.detail).unwrap()["changes"][0]["kind"].to_string())
        .collect();
    assert_eq!(kinds, ["\"patch\"", "\"signoff\"", "\"archive\"", "\"reopen\""]);
}

#[test]
fn b32_the_same_state_is_worded_in_english_and_in_german() {
    let world = World::new();
    let phone = world.phone();
    phone.keep.sync_now().unwrap();
    phone.offline();
    let id = phone.customer("Hansa");
    let locale = |language: &str, utc_offset_minutes| ReaderLocale { language: language.into(), utc_offset_minutes };
    let both = |id| (phone.words_in(id, &locale("en", 0)), phone.words_in(id, &locale("de", 0)));
    let expected = (
        "Saved on this device. Waiting for a connection.".to_owned(),
        "Auf diesem Gerät gespeichert. Wartet auf eine Verbindung.".to_owned(),
    );
    assert_eq!(both(id), expected);
    phone.online();
    let SyncFact::Synced { at_ms } = phone.wait_synced(id).state.headline else { panic!("it is synced") };
    let clock = |minutes: i64| {
        let minute_of_day = (at_ms / 60_000 + minutes).rem_euclid(24 * 60);
        format!("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60)
    };
    for minutes in [0, 120, -330] {
        let offset = i32::try_from(minutes).unwrap();
        let english = phone.words_in(id, &locale("en", offset));
        let german = phone.words_in(id, &locale("de", offset));
        // Around midnight the day stands before the time.
        assert!(english.starts_with("Synced at ") && english.ends_with(&format!("{}.", clock(minutes))), "{english}");
        assert!(german.starts_with("Abgeglichen um ") && german.ends_with(&format!("{}.", clock(minutes))), "{german}");
    }
    let times: BTreeSet<String> = [0, 120].map(|minutes| phone.words_in(id, &locale("en", minutes))).into();
    assert_eq!(times.len(), 2, "a time is the reader's own");
}

#[test]
fn b39_what_was_not_sent_is_written_to_a_file_that_is_not_written_over() {
    let world = World::new();
    let (phone, id, server_id) = world.job_on_a_phone();
    phone.offline();
    let edit = phone.edit(id, [("title", text("Boiler"))]);
    phone.customer("Weber");
    let before = phone.keep.outbox().unwrap();
    let file = phone.folder.path().join("unsent.jsonl");
    assert_eq!(phone.keep.export_unsent(&file), Ok(2));
    let written = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Json> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [head, edited, made] = &lines[..] else { panic!("{written}") };
    assert_eq!((&head["format"], &head["user"]), (&json!("fieldkeep-unsent-1"), &json!("ana")));
    assert_eq!((&edited["operation"], &edited["kind"]), (&json!(edit), &json!("patch")));
    assert_eq!((&edited["server_id"], &edited["why"]["why"]), (&json!(server_id), &json!("offline")));
    assert_eq!(
        edited["fields"],
        json!([{"field": "title", "label": "Title", "from": "Pump", "to": "Boiler"}]),
        "a person can read what was typed"
    );
    assert_eq!((&made["record_type"], &made["kind"]), (&json!("customer"), &json!("create")));
    assert_eq!(phone.keep.outbox().unwrap(), before, "nothing was sent or removed");
    phone.customer("Hansa");
    let again = phone.keep.export_unsent(&file);
    assert!(matches!(again, Err(KeepError::BadRequest { .. })), "{again:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "it is not written over");
}

#[test]
fn b40_work_that_a_server_takes_from_a_newer_app_only_waits_for_the_update() {
    let world = World::new();
    let (mut phone, id, server_id) = world.job_on_a_phone();
    phone.offline();
    phone.edit(id, [("title", text("Boiler"))]);
    world.behave(&json!({"do": "limits", "schema_new_from": 2, "schema_pending_from": 1}));
    phone.online();
    phone.keep.sync_now().unwrap();
    phone.wait_synced(id);
    assert_eq!(world.record(&server_id)["values"]["title"], "Boiler", "what waited goes out");
    let later = phone.edit(id, [("description", text("Leaks"))]);
    phone.keep.sync_now().unwrap();
    assert_eq!(phone.item(later).why, WhyWaiting::NeedsUpdate);
    assert_eq!(phone.words(id), "Saved on this device. Update this app to send it.");
    assert_eq!(world.record(&server_id)["values"].get("description"), None);
    phone.schema.version = 2;
    phone.reopen();
    phone.wait_synced(id);
    assert_eq!(world.record(&server_id)["values"]["description"], "Leaks");
}
