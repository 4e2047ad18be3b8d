//! Failure, patience and sign-in (requirements B5, B6, B8), in virtual time over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::clock::Clock;
use fieldkeep::schedule::{Battery, Conditions, LaneReason, NetworkKind};
use fieldkeep::value::RecordId;
use fieldkeep::{KeepError, SyncAnswer, SyncOutcome, WhyWaiting};
use serde_json::json;
use support::DAY_MS;
use support::phone::{Phone, job_on_a_phone, review};
use support::site::{Field, Proxy};

const YEAR_MS: i64 = 365 * DAY_MS;

/// A phone behind a proxy, with one new customer, after one failure.
fn failed(field: &Field) -> (Proxy, Phone, RecordId) {
    let proxy = field.proxy();
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.customer("Hansa");
    proxy.next("/v1/push", json!("cut_before"));
    phone.run();
    (proxy, phone, id)
}

#[test]
fn b5_first_within_seconds_then_longer_up_to_five_minutes() {
    let field = Field::new();
    let (proxy, phone, id) = failed(&field);
    proxy.next_times("/v1/push", json!("cut_before"), 11);
    for failures in 1..=12 {
        let middle = (1_000 << failures).min(300_000);
        let wait_ms = phone.next_wake().unwrap();
        let range = middle * 80 / 100..=(middle * 120 / 100).min(300_000);
        assert!(range.contains(&wait_ms), "after {failures} failures {wait_ms} ms");
        let [WhyWaiting::Lane { due_ms, reason: LaneReason::Unreachable }] = phone.why(id)[..] else { panic!() };
        assert_eq!(due_ms, phone.keep().now_ms().unwrap() + wait_ms, "what is shown is what is done");
        let requests = phone.wire.count();
        field.advance(wait_ms - 1);
        assert_eq!(phone.run(), Some(1));
        assert_eq!(phone.wire.count(), requests, "nothing goes out early");
        field.advance(1);
        phone.run();
        assert!(phone.wire.count() > requests);
    }
    phone.assert_synced(id);
    assert_eq!(field.records("customer").len(), 1);
    proxy.next("/v1/push", json!("cut_before"));
    phone.edit(id, json!({ "city": "Ulm" }));
    phone.run();
    assert!(phone.next_wake().unwrap() <= 2_400, "after a success it begins anew");
}

#[test]
fn b5_a_wait_survives_restarts_reboots_and_every_change_of_the_clock() {
    let field = Field::new();
    let (proxy, mut phone, id) = failed(&field);
    proxy.next_times("/v1/push", json!("cut_before"), 3);
    for _ in 0..3 {
        field.advance(phone.next_wake().unwrap());
        phone.run();
    }
    let left = phone.next_wake().unwrap();
    assert!(left >= 12_000, "{left}");
    phone.reopen();
    assert_eq!(phone.next_wake(), Some(left), "a restart");
    phone.clock.skew_wall(-DAY_MS);
    assert_eq!(phone.next_wake(), Some(left), "the clock is set back a day");
    phone.reopen();
    assert_eq!(phone.next_wake(), Some(left), "and the app restarted");
    phone.clock.skew_wall(DAY_MS + YEAR_MS);
    assert_eq!(phone.next_wake(), Some(left), "forward a year");
    assert!(phone.words(id).contains("retrying in"), "{}", phone.words(id));
    phone.clock.skew_wall(-YEAR_MS);
    field.advance(1_000);
    assert_eq!(phone.next_wake(), Some(left - 1_000));
    phone.reboot("second boot");
    assert_eq!(phone.next_wake(), Some(left - 1_000), "a reboot");
    phone.clock.skew_wall(-DAY_MS);
    let now_left = phone.next_wake().unwrap();
    assert!(now_left >= left - 1_000 && now_left <= 20_000, "never longer than it was drawn: {now_left}");
    phone.clock.skew_wall(DAY_MS);
    field.advance(left - 1_000);
    phone.run();
    phone.assert_synced(id);
}

#[test]
fn b5_a_network_that_returns_brings_it_forward() {
    let field = Field::new();
    let (proxy, mut phone, id) = failed(&field);
    proxy.next_times("/v1/push", json!("cut_before"), 6);
    for _ in 0..6 {
        field.advance(phone.next_wake().unwrap());
        phone.run();
    }
    assert!(phone.next_wake().unwrap() > 60_000);
    phone.offline();
    assert_eq!(phone.next_wake(), None, "no timer while there is no network");
    assert_eq!(phone.words(id), "Saved on this device. Waiting for a connection.");
    phone.online();
    let wait_ms = phone.next_wake().unwrap();
    assert!(wait_ms <= 2_000, "{wait_ms}");
    phone.reopen();
    assert_eq!(phone.next_wake(), Some(wait_ms), "that is stored too");
    field.advance(wait_ms);
    phone.run();
    phone.assert_synced(id);
}

#[test]
fn b5_metered_networks_and_savers_hold_nothing_and_a_low_battery_only_stretches() {
    let field = Field::new();
    let (proxy, phone, id) = failed(&field);
    proxy.next_times("/v1/push", json!("cut_before"), 12);
    phone.keep().conditions(Conditions { network: NetworkKind::Metered, battery: Battery::Low }).unwrap();
    for _ in 0..12 {
        field.advance(phone.next_wake().unwrap());
        phone.run();
    }
    let wait_ms = phone.next_wake().unwrap();
    assert!((480_000..=600_000).contains(&wait_ms), "{wait_ms}");
    field.advance(wait_ms);
    phone.run();
    phone.assert_synced(id);
    for battery in [Battery::Ok, Battery::Low, Battery::Saver] {
        phone.keep().conditions(Conditions { network: NetworkKind::Metered, battery }).unwrap();
        phone.edit(id, json!({ "city": format!("{battery:?}") }));
        assert_eq!(phone.next_wake(), Some(0), "{battery:?}");
        phone.run();
        phone.assert_synced(id);
    }
}

/// The server named 600 s; what must not pass that.
fn assert_floor(field: &Field, phone: &mut Phone, id: RecordId, what: &str) {
    let wait_ms = phone.next_wake().unwrap();
    assert!((600_000..=660_000).contains(&wait_ms), "{what}: {wait_ms}");
    let requests = phone.wire.count();
    let report = phone.sync();
    assert_eq!(report.outcome, SyncOutcome::ServerAskedToWait { wait_ms }, "{what}");
    phone.offline();
    phone.online();
    assert_eq!(phone.next_wake(), Some(wait_ms), "{what}: a new network does not pass it either");
    phone.reopen();
    assert_eq!(phone.sync().outcome, SyncOutcome::ServerAskedToWait { wait_ms }, "{what}");
    assert_eq!(phone.wire.count(), requests, "{what}: not one request");
    let words = "Saved on this device. The server is busy, next sync in 1";
    assert!(phone.words(id).starts_with(words), "{what}: {}", phone.words(id));
    field.advance(wait_ms);
    phone.run();
    phone.assert_synced(id);
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn b6_retry_after_is_a_floor_in_seconds_and_as_a_date() {
    for form in ["seconds", "http_date"] {
        let field = Field::new();
        let mut phone = field.phone("ana");
        phone.sync();
        let id = phone.customer("Hansa");
        field.behave(json!({ "do": "rate_limit", "times": 1, "after_s": 600, "retry_after": form }));
        phone.sync();
        assert_floor(&field, &mut phone, id, form);
    }
}

#[test]
fn b6_retry_after_as_a_date_means_the_servers_clock_not_ours() {
    for skew_ms in [-DAY_MS, DAY_MS] {
        let field = Field::new();
        let mut phone = field.phone("ana");
        phone.clock.skew_wall(skew_ms);
        phone.sync();
        let id = phone.customer("Hansa");
        field.behave(json!({ "do": "rate_limit", "times": 1, "after_s": 600, "retry_after": "http_date" }));
        phone.sync();
        assert_floor(&field, &mut phone, id, "a wrong clock");
    }
}

#[test]
fn b6_a_503_that_names_its_time_is_a_floor_too() {
    let field = Field::new();
    let proxy = field.proxy();
    let mut phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.customer("Hansa");
    proxy.next("/v1/push", json!({ "status": { "code": 503, "retry_after_s": 600 } }));
    phone.sync();
    assert_floor(&field, &mut phone, id, "503");
}

#[test]
fn b6_what_is_unknown_is_temporary() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.customer("Hansa");
    let statuses = [403, 404, 405, 408, 409, 418, 451, 500, 501, 502, 503, 504, 599];
    for status in statuses {
        field.behave(json!({ "do": "fail", "status": status, "path": "/v1/push" }));
        let report = phone.sync();
        assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{status}: {report:?}");
        assert_eq!(phone.outbox().len(), 1, "{status}");
        assert_eq!(phone.keep().reviews().unwrap(), [], "{status}");
        assert!(phone.words(id).contains("Sync failed, retrying"), "{status}: {}", phone.words(id));
    }
    phone.sync();
    let keys: Vec<_> = phone.wire.pushed().concat().iter().map(|item| item["id"].clone()).collect();
    assert_eq!(keys, vec![keys[0].clone(); statuses.len() + 1], "one key for all attempts");
    phone.assert_synced(id);
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn b6_401_is_refreshed_once_and_goes_on() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.customer("Hansa");
    let fresh = field.behave(json!({ "do": "renew_token", "user": "ana" }))["token"].as_str().unwrap().to_owned();
    phone.tokens.set_next(fresh);
    assert_eq!(phone.sync().outcome, SyncOutcome::Done);
    assert_eq!(phone.tokens.refreshes(), 1);
    phone.assert_synced(id);
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn b6_401_means_sign_in_and_never_drop() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    phone.sync();
    let id = phone.customer("Hansa");
    field.behave(json!({ "do": "expire_token", "user": "ana" }));
    assert_eq!(phone.sync().outcome, SyncOutcome::SignIn);
    assert_eq!(phone.tokens.refreshes(), 1);
    let more = phone.customer("Ulmer");
    for customer in [id, more] {
        assert_eq!(phone.words(customer), "Saved on this device. Sign in to send it.");
        assert_eq!(phone.why(customer), [WhyWaiting::SignIn]);
    }
    assert_eq!(phone.device_words(), "2 changes saved on this device. Sign in to send them.");
    let requests = phone.wire.count();
    field.advance(DAY_MS);
    assert_eq!(phone.run(), None, "no timer either");
    assert_eq!(phone.sync().outcome, SyncOutcome::SignIn);
    assert_eq!(phone.wire.count(), requests, "a refused token is not tried again");
    phone.reopen();
    assert_eq!(phone.sync().outcome, SyncOutcome::SignIn);
    let renewed = field.behave(json!({ "do": "renew_token", "user": "ana" }))["token"].as_str().unwrap().to_owned();
    phone.tokens.set(Some(renewed));
    phone.keep().token_changed().unwrap();
    phone.run();
    phone.assert_synced(id);
    phone.assert_synced(more);
    assert_eq!(field.records("customer").len(), 2);
}

#[test]
fn b6_nobody_signed_in_sends_nothing_and_says_so() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.tokens.set(None);
    let id = phone.customer("Hansa");
    assert_eq!(phone.sync().outcome, SyncOutcome::SignIn);
    assert_eq!(phone.wire.count(), 0);
    assert_eq!(phone.words(id), "Saved on this device. Sign in to send it.");
}

#[test]
fn b6_another_users_token_sends_nothing() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.tokens.set(Some(field.token("ben")));
    let id = phone.customer("Hansa");
    assert_eq!(phone.sync().outcome, SyncOutcome::WrongUser);
    assert_eq!(phone.why(id), [WhyWaiting::WrongUser]);
    assert_eq!(phone.words(id), "Saved on this device. Somebody else is signed in, so nothing is sent.");
    assert_eq!(phone.next_wake(), None);
    assert_eq!((phone.wire.pushes().len(), field.records("customer").len()), (0, 0));
    phone.tokens.set(Some(field.token("ana")));
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(id)["creator"], "ana");
}

#[test]
fn b6_another_users_token_in_the_middle_of_a_session_sends_nothing() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    phone.tokens.set(Some(field.token("ben")));
    let id = phone.customer("Hansa");
    assert_eq!(phone.sync().outcome, SyncOutcome::WrongUser);
    assert_eq!((phone.wire.pushes().len(), field.records("customer").len()), (0, 0));
    phone.tokens.set(Some(field.token("ana")));
    phone.sync();
    phone.assert_synced(id);
}

#[test]
fn b6_a_refresh_that_finds_another_user_sends_nothing() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.customer("Hansa");
    let anas = field.behave(json!({ "do": "renew_token", "user": "ana" }))["token"].as_str().unwrap().to_owned();
    phone.tokens.set_next(field.token("ben"));
    assert_eq!(phone.sync().outcome, SyncOutcome::WrongUser);
    assert_eq!(field.records("customer").len(), 0, "nothing under another's name");
    assert_eq!(phone.why(id), [WhyWaiting::WrongUser]);
    phone.tokens.set(Some(anas));
    phone.sync();
    phone.assert_synced(id);
    assert_eq!(field.record(id)["creator"], "ana");
}

#[test]
fn b6_one_poisoned_item_is_found_and_only_that_goes_to_a_person() {
    for status in [400, 413, 422, 431] {
        let field = Field::new();
        let phone = field.phone("ana");
        let ids: Vec<_> = (0..9).map(|number| phone.customer(&format!("Customer {number}"))).collect();
        let poisoned = phone.customer("POISON");
        let more = phone.customer("Hansa");
        phone.wire.refuse_pushes_with("POISON", status);
        phone.sync();
        for id in ids.iter().chain([&more]) {
            phone.assert_synced(*id);
        }
        let reviews = phone.keep().reviews().unwrap();
        assert_eq!(reviews.iter().map(|review| review.record).collect::<Vec<_>>(), [poisoned], "{status}");
        assert!(phone.words(poisoned).starts_with("Could not be accepted: "), "{}", phone.words(poisoned));
        assert_eq!(field.records("customer").len(), 10);
        let pushes = phone.wire.pushes();
        let sizes: Vec<_> = pushes.iter().map(|push| push.items().len()).collect();
        assert!(sizes.len() <= 16, "halved, not one by one: {sizes:?}");
        let all: Vec<String> = pushes.iter().flat_map(support::wire::Sent::items).collect();
        let texts: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(texts.len(), 11, "each item has one text however often it was sent");
    }
}

#[test]
fn b6_a_final_refusal_of_an_item_goes_to_review_never_to_the_bin() {
    let (field, phone, id, server_id) = job_on_a_phone();
    for (refusal, words) in [
        (
            json!({ "kind": "locked", "by": "Dana" }),
            "Locked, owned by Dana. Your changes are kept here until you decide.",
        ),
        (
            json!({ "kind": "forbidden" }),
            "You may not change this any more. Your changes are kept here until you decide.",
        ),
    ] {
        field.behave(json!({ "do": "refuse_record", "server_id": server_id, "as": refusal }));
        phone.edit(id, json!({ "description": words }));
        let report = phone.sync();
        assert_eq!(report.items.last().unwrap().answer, SyncAnswer::Refused);
        assert_eq!(phone.words(id), words);
        assert_eq!(phone.text(id, "description"), words, "it is still there");
        let review = review(&phone);
        field.behave(json!({ "do": "refuse_record", "server_id": server_id, "as": null }));
        phone.keep().resolve(review.id, review.theirs_rev, fieldkeep::Resolve::Mine).unwrap();
        phone.sync();
        phone.assert_synced(id);
        assert_eq!(field.record(&server_id)["values"]["description"], words);
    }
}

#[test]
fn b8_sync_now_passes_our_own_backoff_and_says_what_was_answered() {
    let field = Field::new();
    field.behave(json!({ "do": "refuse_field", "field": "customer.phone", "message": "No such number" }));
    let (proxy, phone, id) = failed(&field);
    proxy.next("/v1/push", json!("cut_before"));
    let report = phone.sync();
    let SyncOutcome::Failed { words, wait_ms } = report.outcome else { panic!("{report:?}") };
    assert!(!words.is_empty() && wait_ms > 0);
    assert_eq!((report.items.len(), report.waiting), (0, 1));
    assert!(phone.next_wake().unwrap() > 0);
    let bad = phone.create("customer", json!({ "name": "Ulmer", "phone": "0731 1" }));
    let report = phone.sync();
    assert_eq!(report.outcome, SyncOutcome::Done);
    assert_eq!((report.items.len(), report.waiting, report.reviews), (2, 1, 1));
    let item = report.items.iter().find(|item| item.record == id).unwrap();
    assert_eq!(item.answer, SyncAnswer::Applied);
    assert_eq!(item.server_id, Some(phone.server_id(id)));
    assert_eq!(item.version.as_deref(), Some("1"));
    assert_eq!(report.items.iter().find(|item| item.record == bad).unwrap().answer, SyncAnswer::Refused);
    phone.offline();
    assert_eq!(phone.sync().outcome, SyncOutcome::Offline);
}

#[test]
fn b8_sync_now_of_one_record_reports_on_that_record() {
    let field = Field::new();
    let (_proxy, phone, id) = failed(&field);
    let other = phone.customer("Ulmer");
    let report = phone.keep().sync_record(id).unwrap();
    assert_eq!((report.outcome, report.waiting, report.reviews), (SyncOutcome::Done, 0, 0));
    let answered: Vec<_> =
        report.items.iter().map(|item| (item.record, item.answer.clone(), item.server_id.clone())).collect();
    assert_eq!(answered, [(id, SyncAnswer::Applied, Some(phone.server_id(id)))]);
    phone.assert_synced(other);
    let nobody = phone.keep().new_record_id();
    assert!(matches!(phone.keep().sync_record(nobody), Err(KeepError::NotFound { .. })));
}

#[test]
fn b8_sync_now_passes_an_items_own_backoff_too() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    field.behave(json!({ "do": "answer", "outcome": "parent_missing" }));
    phone.sync();
    assert!(matches!(phone.why(id)[..], [WhyWaiting::Later { .. }]), "{:?}", phone.why(id));
    phone.sync();
    phone.assert_synced(id);
}

#[test]
fn b8_sync_now_does_not_pass_the_time_that_the_server_named_for_an_item() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    field.behave(json!({ "do": "answer", "outcome": "later", "after_s": 60 }));
    phone.sync();
    let now_ms = phone.clock.now().wall_ms;
    phone.sync();
    let [WhyWaiting::Later { due_ms }] = phone.why(id)[..] else { panic!("{:?}", phone.why(id)) };
    assert!((60_000..=66_000).contains(&(due_ms - now_ms)));
    assert_eq!(phone.wire.pushes().len(), 1);
}

#[test]
fn b6_tokens_refused_one_after_the_other_are_not_tried_without_end() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.tokens.set_every(field.token("ana"));
    let id = phone.customer("Hansa");
    field.behave(json!({ "do": "fail", "status": 401, "times": 1000, "path": "/v1/push" }));
    assert_eq!(phone.sync().outcome, SyncOutcome::SignIn);
    // Two may have expired in turn.
    assert_eq!(phone.wire.pushes().len(), 3);
    assert_eq!(phone.why(id), [WhyWaiting::SignIn]);
    field.behave(json!({ "do": "reset" }));
    phone.tokens.set(Some(field.token("ana")));
    phone.run();
    phone.assert_synced(id);
}

#[test]
fn b8_sync_now_passes_the_wait_of_a_record_that_others_keep_changing() {
    let (_field, phone, id, _) = job_on_a_phone();
    phone.edit(id, json!({ "billing_contact": "Dana" }));
    for _ in 0..3 {
        // By the time that the answer is written nothing differs any more.
        phone.wire.answer_push(json!({ "outcome": "conflict", "fields": [] }));
    }
    phone.run();
    assert!(matches!(phone.why(id)[..], [WhyWaiting::Bounced { .. }]), "{:#?}", phone.outbox());
    let words = phone.words(id);
    assert!(words.starts_with("Saved on this device. Others keep changing this, retrying in "), "{words}");
    assert!((1_600..=2_400).contains(&phone.next_wake().unwrap()), "{:?}", phone.next_wake());
    assert_eq!(phone.wire.pushes().len(), 3);
    phone.sync();
    assert_eq!(phone.wire.pushes().len(), 4, "a person asked");
}

#[test]
fn b7_a_wait_ends_though_the_clock_was_set_back_over_a_restart() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let id = phone.customer("Hansa");
    field.behave(json!({ "do": "fail", "status": 503, "times": 1, "path": "/v1/push" }));
    phone.run();
    let wait = phone.next_wake().unwrap();
    assert!(wait > 0);
    phone.reboot("second boot");
    phone.clock.skew_wall(-DAY_MS);
    phone.reboot("third boot");
    assert!((0..=wait).contains(&phone.next_wake().unwrap()));
    phone.clock.advance(wait);
    phone.run();
    phone.assert_synced(id);
}

#[test]
fn b5_after_three_failures_one_small_request_goes_ahead() {
    let field = Field::new();
    let (proxy, phone, id) = failed(&field);
    let retry = || {
        field.advance(phone.next_wake().unwrap());
        phone.run();
        (proxy.count("/v1/hello"), proxy.count("/v1/push"))
    };
    let (hellos, pushes) = (proxy.count("/v1/hello"), proxy.count("/v1/push"));
    proxy.next_times("/v1/push", json!("cut_before"), 3);
    assert_eq!(retry(), (hellos, pushes + 1), "the second failure");
    assert_eq!(retry(), (hellos, pushes + 2), "the third");
    proxy.next_times("/v1/hello", json!("cut_before"), 2);
    let wait_ms = phone.next_wake().unwrap();
    assert_eq!(retry(), (hellos + 1, pushes + 2), "only the small one went, and met the same");
    assert_eq!(retry(), (hellos + 2, pushes + 2));
    assert!(phone.next_wake().unwrap() > wait_ms, "waits grow as before");
    let wait_ms = phone.next_wake().unwrap();
    assert_eq!(retry(), (hellos + 3, pushes + 3), "it is answered, and the rest follows at once, and fails");
    assert!(phone.next_wake().unwrap() > wait_ms, "which is one more failure in the row");
    assert_eq!(phone.journal("lane_failed").len(), 1, "one row in the history for one reason");
    assert_eq!(retry(), (hellos + 4, pushes + 4));
    phone.assert_synced(id);
}
