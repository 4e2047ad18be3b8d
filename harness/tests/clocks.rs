//! Clocks that people set (requirement D8, pitfall P11): times stay right, a wrong clock is named, nothing waits longer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::clock::Clock;
use fieldkeep::state::SyncFact;
use serde_json::json;
use support::DAY_MS;
use support::phone::{Phone, job_on_a_phone};
use support::site::Field;

const MINUTE_MS: i64 = 60_000;
const YEAR_MS: i64 = 365 * DAY_MS;

/// How far the phone's time is from what time it is.
fn error_ms(field: &Field, phone: &Phone) -> i64 {
    (phone.keep().now_ms().unwrap() - field.clock.now().wall_ms).abs()
}

#[test]
fn d8_whoever_sets_the_clock_moves_no_time_also_offline() {
    for jump_ms in [-3 * DAY_MS, YEAR_MS, -YEAR_MS] {
        let (field, mut phone, job, server_id) = job_on_a_phone();
        phone.offline();
        phone.clock.skew_wall(jump_ms);
        assert!(error_ms(&field, &phone) < 1_000, "{jump_ms}: {}", error_ms(&field, &phone));
        phone.edit(job, json!({ "description": "Leaks" }));
        let made_ms = phone.outbox()[0].made_ms;
        assert!((made_ms - field.clock.now().wall_ms).abs() < 1_000, "{jump_ms}: work is dated by the right time");
        phone.online();
        phone.sync();
        phone.assert_synced(job);
        assert_eq!(field.record(&server_id)["values"]["description"], "Leaks");
        // After a restart only the wall clock is there, and what was measured since the jump.
        phone.reboot("next");
        assert!(error_ms(&field, &phone) < 2_500, "{jump_ms}: {}", error_ms(&field, &phone));
    }
}

#[test]
fn d8_a_clock_that_is_off_is_named_with_the_direction() {
    for (skew_ms, words) in [
        (-12 * MINUTE_MS, "The clock of this device is 12 minutes slow. Times shown here are corrected."),
        (3 * DAY_MS, "The clock of this device is 3 days fast. Times shown here are corrected."),
    ] {
        let (_field, phone, job, _) = job_on_a_phone();
        phone.clock.skew_wall(skew_ms);
        assert_eq!(phone.device_words(), words);
        phone.edit(job, json!({ "description": "Leaks" }));
        assert!(phone.device_words().starts_with("1 change saved"), "work comes first: {}", phone.device_words());
        let parts = phone.keep().state(None).unwrap().unwrap().parts;
        assert!(parts.iter().any(|part| matches!(part, SyncFact::ClockOff { .. })), "and hides nothing: {parts:?}");
        phone.clock.skew_wall(-skew_ms);
        phone.sync();
        assert!(phone.device_words().starts_with("Synced at "), "{}", phone.device_words());
    }
    let (_field, phone, _, _) = job_on_a_phone();
    phone.clock.skew_wall(4 * MINUTE_MS);
    assert!(phone.device_words().starts_with("Synced at "), "minutes concern nobody: {}", phone.device_words());
}

#[test]
fn d8_a_wait_ends_when_it_should_whatever_the_clock_says() {
    for jump_ms in [-3 * DAY_MS, YEAR_MS] {
        let field = Field::new();
        let proxy = field.proxy();
        let mut phone = field.phone_behind(&proxy, "ana");
        phone.sync();
        let id = phone.customer("Hansa");
        proxy.next("/v1/push", json!({ "status": { "code": 429, "retry_after_s": 600 } }));
        phone.sync();
        let wait_ms = phone.next_wake().unwrap();
        phone.clock.skew_wall(jump_ms);
        assert_eq!(phone.next_wake().unwrap(), wait_ms, "{jump_ms}: not hidden, not lengthened");
        field.advance(wait_ms / 2);
        phone.reboot("next");
        let left_ms = phone.next_wake().unwrap();
        assert!(left_ms <= wait_ms, "{jump_ms}: after a restart at most the wait itself, {left_ms}");
        field.advance(left_ms);
        phone.run();
        phone.assert_synced(id);
        assert_eq!(field.records("customer").len(), 1);
    }
}
