//! Each way in which a network is bad, made by a proxy that others wrote, at each moment of a sync: nothing is lost, nothing
//! is there twice, the words are true, and everything goes out when the network is good again.
//!
//! Needs toxiproxy, which `cargo xtask test` installs.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::sync::mpsc;

use fieldkeep::value::RecordId;
use fieldkeep::{SyncOutcome, SyncReport};
use serde_json::json;
use support::phone::{Phone, since_start};
use support::site::Field;
use support::toxiproxy::{Stream, ToxicProxy, Toxiproxy};
use support::wire::Wire;

/// Makes a network bad; the phone's own client is there to be told that it has no connection yet.
type Begin = fn(&ToxicProxy, &Wire);

/// A bad network.
struct Fault {
    name: &'static str,
    begin: Begin,
    stops: Stops,
}

/// What does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stops {
    Nothing,
    Requests,
    Replies,
}

const FAULTS: [Fault; 11] = [
    Fault { name: "late", begin: |proxy, _| proxy.latency(Stream::Down, 300), stops: Stops::Nothing },
    Fault { name: "slow", begin: |proxy, _| proxy.bandwidth(Stream::Down, 2), stops: Stops::Nothing },
    Fault { name: "request in slices", begin: |proxy, _| proxy.slicer(Stream::Up, 40, 2_000), stops: Stops::Nothing },
    Fault { name: "reply in slices", begin: |proxy, _| proxy.slicer(Stream::Down, 20, 2_000), stops: Stops::Nothing },
    Fault {
        name: "request into silence",
        begin: |proxy, wire| silence(proxy, wire, Stream::Up),
        stops: Stops::Requests,
    },
    Fault {
        name: "silence for a reply",
        begin: |proxy, wire| silence(proxy, wire, Stream::Down),
        stops: Stops::Replies,
    },
    Fault { name: "reset by the request", begin: |proxy, wire| reset(proxy, wire, Stream::Up), stops: Stops::Requests },
    Fault { name: "reset by the reply", begin: |proxy, wire| reset(proxy, wire, Stream::Down), stops: Stops::Replies },
    Fault { name: "reply lost", begin: |proxy, _| proxy.limit_data(Stream::Down, 0), stops: Stops::Replies },
    // Head and half of the first line.
    Fault { name: "reply cut", begin: |proxy, _| proxy.limit_data(Stream::Down, 200), stops: Stops::Replies },
    Fault { name: "refused", begin: |proxy, _| proxy.enabled(false), stops: Stops::Requests },
];

/// Only a connection that does not exist yet can be reset.
fn reset(proxy: &ToxicProxy, wire: &Wire, stream: Stream) {
    wire.forget_connections();
    proxy.reset_peer(stream);
}

/// The half second begins with the connection; on one that exists it could be over before the request leaves.
fn silence(proxy: &ToxicProxy, wire: &Wire, stream: Stream) {
    wire.forget_connections();
    proxy.timeout(stream, 500);
}

/// When the network becomes bad: as this request leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Hello,
    Push,
    Pull,
}

impl Moment {
    fn path(self) -> &'static str {
        match self {
            Self::Hello => "/v1/hello",
            Self::Push => "/v1/push",
            Self::Pull => "/v1/pull",
        }
    }

    /// What the phone says while that request is under way.
    fn words(self) -> &'static str {
        match self {
            Self::Hello => "2 changes saved on this device.",
            Self::Push => "Sending 2 changes.",
            // What waited is there; all news was here last a minute ago.
            Self::Pull => "Synced at 00:00.",
        }
    }
}

#[test]
fn toxiproxy_before_a_session_is_open() {
    at(Moment::Hello);
}

#[test]
fn toxiproxy_while_work_is_sent() {
    at(Moment::Push);
}

#[test]
fn toxiproxy_while_news_is_fetched() {
    at(Moment::Pull);
}

fn at(moment: Moment) {
    let toxiproxy = Toxiproxy::start();
    for fault in &FAULTS {
        let case = Case::new(&toxiproxy, moment, fault);
        let (during, report) = case.sync();
        assert_eq!(during, moment.words(), "{}", case.name);
        case.check_words_after(&report);
        case.check_everything_goes_out();
    }
}

/// An edited job and a new note on a phone behind a proxy that will become bad.
struct Case {
    name: String,
    moment: Moment,
    begin: Begin,
    stops: Stops,
    field: Field,
    proxy: ToxicProxy,
    phone: Phone,
    job: RecordId,
    job_on_server: String,
    note: RecordId,
}

impl Case {
    /// At 00:00 all is in sync; a minute later something is saved.
    fn new(toxiproxy: &Toxiproxy, moment: Moment, fault: &Fault) -> Self {
        let field = Field::new();
        let job_on_server = field.office_job("Pump");
        let proxy = toxiproxy.before(&field.url);
        let mut phone = Phone::open(&field, "ana", &proxy.url);
        phone.sync();
        if moment == Moment::Hello {
            phone.reopen();
        }
        field.advance(60_000);
        let job = phone.by_server_id("work_order", &job_on_server).id;
        phone.edit(job, json!({ "description": "seal replaced" }));
        let note = phone.create("note", json!({ "work_order": job, "text": "wet floor" }));
        let name = format!("{}, {moment:?}", fault.name);
        Self { name, moment, begin: fault.begin, stops: fault.stops, field, proxy, phone, job, job_on_server, note }
    }

    /// "Sync now": what the phone says while the request is under way, and how it ends.
    fn sync(&self) -> (String, SyncReport) {
        let (begin, proxy, wire) = (self.begin, self.proxy.clone(), self.phone.wire.clone());
        let (leaves, left) = mpsc::channel();
        let (lets_go, go) = mpsc::channel();
        self.phone.wire.when_leaves(self.moment.path(), move || {
            begin(&proxy, &wire);
            leaves.send(()).unwrap();
            go.recv().unwrap();
        });
        std::thread::scope(|scope| {
            let sync = scope.spawn(|| self.phone.sync());
            left.recv().unwrap();
            let words = self.phone.device_words();
            lets_go.send(()).unwrap();
            (words, sync.join().unwrap())
        })
    }

    /// The words while the network is still bad: of the device, of the job and of the note.
    fn check_words_after(&self, report: &SyncReport) {
        let Self { name, phone, .. } = self;
        let said = [phone.device_words(), phone.words(self.job), phone.words(self.note)];
        let waiting = phone.outbox().len();
        let SyncOutcome::Failed { wait_ms, .. } = report.outcome else {
            assert_eq!((self.stops, &report.outcome), (Stops::Nothing, &SyncOutcome::Done), "{name}");
            assert_eq!((said, waiting), (["Synced at 00:01."; 3].map(String::from), 0), "{name}");
            return;
        };
        assert_ne!(self.stops, Stops::Nothing, "{name}: {report:?}");
        if self.moment == Moment::Pull {
            let words = ["Synced at 00:00.", "Synced at 00:01.", "Synced at 00:01."];
            assert_eq!((said, waiting), (words.map(String::from), 0), "{name}");
            return;
        }
        let failed = format!("saved on this device. Sync failed, retrying in {} seconds.", (wait_ms + 999) / 1_000);
        let words = [format!("2 changes {failed}"), failed.replacen('s', "S", 1), failed.replacen('s', "S", 1)];
        assert_eq!((said, waiting), (words, 2), "{name}");
    }

    /// The network is good again, and time passes.
    fn check_everything_goes_out(&self) {
        let Self { name, field, phone, .. } = self;
        self.proxy.heal();
        let mut waits = 0;
        while let Some(ms) = phone.next_wake() {
            assert!(waits < 3, "{name}: {:#?}", phone.outbox());
            field.advance(ms);
            phone.run();
            waits += 1;
        }
        assert_eq!(phone.outbox(), [], "{name}");
        let said = [phone.device_words(), phone.words(self.job), phone.words(self.note)];
        assert_eq!(said, ["Synced at 00:01."; 3], "{name}");
        self.check_each_once();
    }

    fn check_each_once(&self) {
        let Self { name, field, .. } = self;
        let (job, notes) = (field.record(&self.job_on_server), field.records("note"));
        assert_eq!(
            (&job["values"]["description"], &job["changes"]["description"]),
            (&json!("seal replaced"), &json!(1))
        );
        assert_eq!(notes.len(), 1, "{name}: {notes:#?}");
        assert_eq!((&notes[0]["values"]["text"], &notes[0]["changes"]["(create)"]), (&json!("wet floor"), &json!(1)));
        // Time passes only after the failure: what arrived before it is a minute old, and was answered twice.
        let arrived_at_once = match self.moment {
            Moment::Hello => self.stops == Stops::Nothing,
            Moment::Push => self.stops != Stops::Requests,
            Moment::Pull => true,
        };
        for record in [&job, &notes[0]] {
            let at_ms = since_start(record["at_ms"].as_i64().unwrap());
            assert_eq!(at_ms == 60_000, arrived_at_once, "{name}: {record:#}");
        }
    }
}
