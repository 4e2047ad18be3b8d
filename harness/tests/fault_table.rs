//! Each fault at each moment (requirements B4, B6, B10, B14; promises 1, 2, 4 and 5): what the phone says while it lasts,
//! and that afterwards everything is there once. Through the fault proxy as a program, over real sockets, in virtual time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::value::RecordId;
use serde_json::{Value, json};
use support::phone::{Phone, job_on_a_phone};
use support::site::{Field, Proxy};

/// What a fault does to whoever meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// The exchange fails, and the lane waits by its own backoff.
    Fails,
    /// The server, or who speaks for it, names a time of two minutes.
    Busy,
    /// The network wants a log-in.
    Portal,
    /// A sign-in is needed.
    SignIn,
    /// It is slow or odd, and works.
    Works,
    /// The request as a whole is refused, once: smaller ones are sent, and at the other moments it is a failure.
    Whole,
}

/// Every fault, and what it does.
fn faults() -> Vec<(&'static str, Value, Effect)> {
    use Effect::{Busy, Fails, Portal, SignIn, Whole, Works};
    let status = |code: u16| json!({ "status": { "code": code } });
    vec![
        ("cut before", json!("cut_before"), Fails),
        ("cut inside the request", json!("cut_inside_request"), Fails),
        ("reply dropped", json!("drop_reply"), Fails),
        ("reply cut before its first line", json!({ "cut_after_lines": 0 }), Fails),
        ("reply cut after 1 byte", json!({ "cut_after_bytes": 1 }), Fails),
        ("reply cut after 40 bytes", json!({ "cut_after_bytes": 40 }), Fails),
        ("429 with seconds", json!({ "status": { "code": 429, "retry_after_s": 120 } }), Busy),
        ("429 with a date", json!({ "status": { "code": 429, "retry_after_date_ms": 0 } }), Busy),
        ("503 with seconds", json!({ "status": { "code": 503, "retry_after_s": 120 } }), Busy),
        ("500", status(500), Fails),
        ("503", status(503), Fails),
        ("403", status(403), Fails),
        ("404", status(404), Fails),
        ("401", status(401), SignIn),
        ("400 for the whole", status(400), Whole),
        ("413 for the whole", status(413), Whole),
        ("422 for the whole", status(422), Whole),
        ("a proxy's 502", json!({ "error_page": 502 }), Fails),
        ("a proxy's 504", json!({ "error_page": 504 }), Fails),
        ("a portal's page", json!("html"), Portal),
        ("a portal's redirect", json!("redirect"), Portal),
        ("511", status(511), Portal),
        ("delayed", json!({ "delay": 20 }), Works),
        ("repeated at once", json!("duplicate"), Works),
        ("repeated days later", json!("keep"), Works),
    ]
}

/// When it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Hello,
    Push,
    Pull,
    LookUp,
}

impl Moment {
    fn path(self) -> &'static str {
        match self {
            Self::Hello => "/v1/hello",
            Self::Push => "/v1/push",
            Self::Pull => "/v1/pull",
            Self::LookUp => "/v1/lookup",
        }
    }
}

/// One visit behind a proxy: an edit of a known job and a note to it.
struct Visit {
    field: Field,
    proxy: Proxy,
    phone: Phone,
    job: RecordId,
    server_id: String,
}

impl Visit {
    fn new() -> Self {
        let (field, direct, _, server_id) = job_on_a_phone();
        drop(direct);
        let proxy = field.proxy();
        let phone = field.phone_behind(&proxy, "ana");
        phone.sync();
        let job = phone.by_server_id("work_order", &server_id).id;
        Self { field, proxy, phone, job, server_id }
    }

    /// An edit and a note, and the fault in their way, met once.
    fn meets(&mut self, moment: Moment, mut act: Value) -> RecordId {
        if moment == Moment::LookUp {
            // Sent, never arrived, and older than the server remembers: it has to be looked up.
            self.field.behave(json!({ "do": "limits", "key_lifetime_s": 60 }));
            self.phone.edit(self.job, json!({ "description": "Leaks" }));
            self.proxy.next("/v1/push", json!("cut_before"));
            self.phone.sync();
            self.field.advance(120_000);
            self.phone.reopen();
        }
        if act["status"]["retry_after_date_ms"] == 0 {
            act["status"]["retry_after_date_ms"] = json!(self.phone.keep().now_ms().unwrap() + 120_000);
        }
        self.proxy.next(moment.path(), act);
        let note = self.phone.create("note", json!({ "work_order": self.job, "text": "Pipe is wet" }));
        if moment != Moment::LookUp {
            self.phone.edit(self.job, json!({ "description": "Leaks" }));
        }
        if moment == Moment::Hello {
            self.phone.reopen();
        }
        if moment == Moment::Pull {
            self.field.office_sets(&self.server_id, json!({ "title": "Pump 9" }));
        }
        self.phone.sync();
        note
    }

    /// In the end everything is on the server once, and the phone says so.
    fn ends_well(&self, note: RecordId, what: &str) {
        for _ in 0..6 {
            self.field.advance(self.phone.next_wake().unwrap_or(0));
            self.phone.run();
        }
        assert_eq!(self.phone.outbox(), [], "{what}");
        assert_eq!(self.phone.keep().reviews().unwrap(), [], "{what}");
        self.phone.assert_synced(self.job);
        self.phone.assert_synced(note);
        let record = self.field.record(&self.server_id);
        assert_eq!(record["values"]["description"], "Leaks", "{what}");
        assert_eq!(record["changes"]["description"], 1, "{what}: once");
        assert_eq!(self.field.records("note").len(), 1, "{what}: once");
        assert_eq!(self.phone.text(self.job, "title"), record["values"]["title"].as_str().unwrap(), "{what}");
    }
}

/// The words for a wait: rounded up, as nobody is told too early a time.
fn in_time(wait_ms: i64) -> String {
    let seconds = (wait_ms + 999) / 1_000;
    let (number, unit) = if seconds < 60 { (seconds, "second") } else { ((seconds + 59) / 60, "minute") };
    format!("in {number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// The sentence about the device that is true now.
fn expected(visit: &Visit, effect: Effect, waiting: usize) -> String {
    let wait = in_time(visit.phone.next_wake().unwrap_or(0));
    let (saved, it) = if waiting == 1 {
        ("Saved on this device.".to_owned(), "it")
    } else {
        (format!("{waiting} changes saved on this device."), "them")
    };
    match effect {
        Effect::Fails | Effect::Whole => format!("{saved} Sync failed, retrying {wait}."),
        Effect::Busy => format!("{saved} The server is busy, next sync {wait}."),
        Effect::Portal => format!("{saved} This network wants you to log in."),
        Effect::SignIn => format!("{saved} Sign in to send {it}."),
        Effect::Works => unreachable!(),
    }
}

/// Whether this fault stops the work at this moment, and how much waits then.
fn waits(moment: Moment, effect: Effect) -> Option<usize> {
    match (moment, effect) {
        (_, Effect::Works) | (Moment::Push | Moment::Pull | Moment::LookUp, Effect::Whole) => None,
        // What was pushed has been answered; only the news is missing.
        (Moment::Pull, _) => Some(0),
        _ => Some(2),
    }
}

/// Every fault at this moment.
fn meet_all(moment: Moment) {
    for (name, act, effect) in faults() {
        let what = format!("{name}, {moment:?}");
        let mut visit = Visit::new();
        let note = visit.meets(moment, act);
        let words = visit.phone.device_words();
        match waits(moment, effect) {
            None => assert!(words.starts_with("Synced at "), "{what}: {words}"),
            Some(0) => {
                assert!(words.starts_with("Synced at "), "{what}: {words}");
                let comes_back = visit.phone.next_wake().is_some();
                assert_eq!(comes_back, effect != Effect::SignIn, "{what}: for the news, once it may");
            }
            Some(waiting) => {
                assert_eq!(visit.phone.outbox().len(), waiting, "{what}");
                assert_eq!(words, expected(&visit, effect, waiting), "{what}");
            }
        }
        visit.phone.check();
        if effect == Effect::SignIn {
            visit.phone.tokens.set(Some(visit.field.token("ana")));
            visit.phone.keep().token_changed().unwrap();
        }
        if name == "repeated days later" {
            visit.field.advance(3 * support::DAY_MS);
            let now_ms = visit.phone.keep().now_ms().unwrap();
            let repeated = visit.proxy.tell(json!({ "do": "repeat", "at_ms": now_ms }));
            assert_eq!(repeated["statuses"].as_array().unwrap().len(), 1, "{what}: {repeated}");
        }
        visit.ends_well(note, &what);
    }
}

#[test]
fn b6_each_fault_when_the_session_opens() {
    meet_all(Moment::Hello);
}

#[test]
fn b6_each_fault_while_work_is_sent() {
    meet_all(Moment::Push);
}

#[test]
fn b6_each_fault_while_news_is_fetched() {
    meet_all(Moment::Pull);
}

#[test]
fn b14_each_fault_while_something_in_doubt_is_looked_up() {
    meet_all(Moment::LookUp);
}

#[test]
fn h2_a_slow_line_with_held_requests_carries_everything() {
    let mut visit = Visit::new();
    visit.proxy.tell(json!({ "do": "throttle", "bytes_per_s": 20_000 }));
    visit.proxy.tell(json!({ "do": "delay", "ms": 5 }));
    let note = visit.meets(Moment::Push, json!({ "delay": 5 }));
    let text = "Replaced the impeller and the seal. ".repeat(50);
    visit.phone.create("note", json!({ "work_order": visit.job, "text": text.trim() }));
    visit.phone.sync();
    visit.proxy.tell(json!({ "do": "pass" }));
    assert!(visit.phone.device_words().starts_with("Synced at "), "{}", visit.phone.device_words());
    assert_eq!(visit.field.records("note").len(), 2);
    visit.phone.assert_synced(note);
}

#[test]
fn a4_a_request_that_the_network_repeats_days_later_has_no_second_effect() {
    let visit = Visit::new();
    visit.proxy.next("/v1/push", json!("keep"));
    visit.phone.edit(visit.job, json!({ "description": "Leaks" }));
    visit.phone.sync();
    visit.phone.edit(visit.job, json!({ "description": null }));
    visit.phone.sync();
    visit.field.advance(8 * support::DAY_MS);
    let now_ms = visit.phone.keep().now_ms().unwrap();
    visit.proxy.tell(json!({ "do": "repeat", "at_ms": now_ms }));
    visit.phone.sync();
    let record = visit.field.record(&visit.server_id);
    assert_eq!(record["values"]["description"], json!(null), "the record looks as it did before, and stays so");
    assert_eq!(record["changes"]["description"], 2);
}
