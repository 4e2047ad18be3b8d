//! Living on a phone, with real threads, clocks and processes: suspended in the middle of a large download (G1), slices (G2),
//! and silence when there is nothing to do (G3).
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test, in real time")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use fieldkeep::remote::{Http, HttpError, HttpFuture, HttpRequest, HttpResponse, ReqwestHttp};
use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep::value::Value;
use fieldkeep::{CommitOptions, Edit, Fieldkeep, KeepError, OpenOptions, Query, SyncOutcome};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value as Json, json};
use support::phone::Tokens;
use support::process::Program;
use support::site::Field;
use support::wire::server_that_hangs;
use tempfile::TempDir;

/// Makes a little over 100,000 records.
const WORK_ORDERS: &str = "32000";

/// What iOS leaves an app that goes to the background, with room to spare.
const DEADLINE: Duration = Duration::from_millis(500);

struct Site {
    folder: TempDir,
    url: String,
    _server: Program,
}

impl Site {
    fn with_work_orders(count: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("server");
        let mut server = Program::start(&["serve", "--data", data.to_str().unwrap(), "--work-orders", count]);
        let url = server.line()["listening"].as_str().unwrap().to_owned();
        Self { folder, url, _server: server }
    }

    fn tokens_file(&self) -> PathBuf {
        self.folder.path().join("server/tokens.json")
    }

    fn office(&self) -> Program {
        let tokens = self.tokens_file();
        Program::start(&["office", "--server", &self.url, "--token-file", tokens.to_str().unwrap()])
    }

    fn open(&self, name: &str) -> Fieldkeep {
        self.open_over(name, None)
    }

    fn open_over(&self, name: &str, http: Option<Arc<dyn Http>>) -> Fieldkeep {
        let text = fs::read_to_string(self.tokens_file()).unwrap();
        let token = serde_json::from_str::<Json>(&text).unwrap()["ana"].as_str().unwrap().to_owned();
        let tokens = Tokens::default();
        tokens.set(Some(token));
        Fieldkeep::open(OpenOptions {
            folder: self.folder.path().join(name),
            user: "ana".to_owned(),
            schema: fieldkeep::schema::Schema::from_json(support::site::FIELD_SERVICE).unwrap(),
            server: self.url.clone(),
            tokens: Arc::new(tokens),
            clock: None,
            http,
            files: None,
            manual: false,
        })
        .unwrap()
    }

    /// Waits until the download has brought something more.
    fn wait_for_more_records(&self, name: &str, than: i64) {
        let begun = Instant::now();
        while self.records_on_phone(name) <= than + 1_000 {
            assert!(begun.elapsed() < Duration::from_secs(60), "no download");
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    fn records_on_phone(&self, name: &str) -> i64 {
        let path = self.folder.path().join(name).join("fieldkeep.db");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        db.query_row("SELECT count(*) FROM records", [], |row| row.get(0)).unwrap()
    }
}

/// Ends the saver, also when the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What this process has open inside a folder.
fn open_files(folder: &Path) -> Vec<PathBuf> {
    let links = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    links.filter(|target| target.starts_with(folder)).collect()
}

fn save(keep: &Fieldkeep, name: String) -> Result<(), KeepError> {
    let edit = Edit::Create {
        record_type: "customer".to_owned(),
        id: None,
        fields: [("name".to_owned(), Value::Text(name))].into(),
    };
    keep.commit(vec![edit], CommitOptions::default()).map(|_| ())
}

#[test]
fn g1_suspended_in_the_middle_of_a_large_download_it_is_closed_in_time_and_goes_on_later() {
    let site = Site::with_work_orders(WORK_ORDERS);
    let keep = site.open("phone");
    let folder = site.folder.path().join("phone");
    let over = AtomicBool::new(false);
    let mut counts = Vec::new();
    let saved: i64 = std::thread::scope(|scope| {
        let (keep, over) = (&keep, &over);
        let saver = |saver: usize| {
            move || {
                let mut saved = 0;
                while !over.load(Ordering::SeqCst) {
                    match save(keep, format!("Customer {saved} of {saver}")) {
                        Ok(()) => saved += 1,
                        Err(KeepError::Suspended) => std::thread::park_timeout(Duration::from_millis(5)),
                        Err(error) => panic!("{error}"),
                    }
                }
                saved
            }
        };
        let savers: Vec<_> = (0..8).map(|number| scope.spawn(saver(number))).collect();
        let stop = Stop(over);
        for round in 0..4 {
            site.wait_for_more_records("phone", counts.last().copied().unwrap_or(0));
            let begun = Instant::now();
            keep.suspend(i64::try_from(DEADLINE.as_millis()).unwrap()).unwrap();
            let took = begun.elapsed();
            assert!(took < DEADLINE, "round {round}: {took:?}");
            assert_eq!(open_files(&folder), Vec::<PathBuf>::new(), "round {round}");
            assert_eq!(keep.outbox().err(), Some(KeepError::Suspended));
            counts.push(site.records_on_phone("phone"));
            keep.resume().unwrap();
        }
        drop(stop);
        savers.into_iter().map(|saver| saver.join().unwrap()).sum()
    });
    assert!(counts[0] < 100_000, "it was suspended in the middle: {counts:?}");
    assert!(counts.is_sorted(), "nothing is loaded twice: {counts:?}");
    assert_eq!(keep.sync_now().unwrap().outcome, SyncOutcome::Done);
    assert_eq!(keep.outbox().unwrap(), []);
    keep.close();
    assert_eq!(open_files(&folder), Vec::<PathBuf>::new());
    let everything = site.records_on_phone("phone");
    assert!(everything > 100_000 + saved, "{everything} records, {saved} of them saved here");
}

#[test]
fn g2_slices_do_the_same_work_in_pieces_and_say_when_to_come_again() {
    let site = Site::with_work_orders("3000");
    let keep = site.open("phone");
    keep.suspend(3_000).unwrap();
    keep.resume().unwrap();
    let mut slices = 0;
    loop {
        let slice = keep.run_until(50).unwrap();
        slices += 1;
        assert!(slices < 10_000, "{slice:?}");
        match slice.sync.outcome {
            SyncOutcome::OutOfTime => assert_eq!(slice.next_wake_ms, Some(0), "there is more to do"),
            SyncOutcome::Done => break assert_eq!(slice.next_wake_ms, None, "only an event brings work"),
            other => panic!("{other:?}"),
        }
    }
    keep.close();
    assert!(site.records_on_phone("phone") > 9_000);
}

/// A phone with its own clock, and a push that the server never answers.
fn phone_of_a_server_that_hangs(field: &Field, manual: bool) -> (Fieldkeep, mpsc::Receiver<Vec<u8>>, TempDir) {
    let (url, bodies) = server_that_hangs(field);
    let folder = tempfile::tempdir().unwrap();
    (open(field, folder.path(), &url, manual), bodies, folder)
}

fn open(field: &Field, folder: &Path, server: &str, manual: bool) -> Fieldkeep {
    let tokens = Tokens::default();
    tokens.set(Some(field.token("ana")));
    Fieldkeep::open(OpenOptions {
        folder: folder.to_owned(),
        user: "ana".to_owned(),
        schema: field.schema.clone(),
        server: server.to_owned(),
        tokens: Arc::new(tokens),
        clock: None,
        http: None,
        files: None,
        manual,
    })
    .unwrap()
}

/// Far less than the silence after which a request is given up (30 s), and far more than a busy machine needs.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn g2_a_slice_ends_its_own_request_in_time_and_the_next_one_is_not_ended_by_that() {
    let field = Field::new();
    let (keep, bodies, folder) = phone_of_a_server_that_hangs(&field, true);
    save(&keep, "Hansa".to_owned()).unwrap();
    let mut sent = Vec::new();
    for slice in 0..3 {
        let begun = Instant::now();
        let report = keep.run_until(300).unwrap();
        let took = begun.elapsed();
        assert!((Duration::from_millis(290)..SOON).contains(&took), "slice {slice}: {took:?}");
        assert_eq!((report.sync.outcome, report.sync.waiting), (SyncOutcome::OutOfTime, 1));
        assert_eq!(report.next_wake_ms, Some(0), "it is due now");
        assert_eq!(keep.next_wake().unwrap(), Some(0));
        sent.push(bodies.recv_timeout(SOON).unwrap());
    }
    assert!(sent.iter().all(|body| *body == sent[0]), "the same shipment each time");
    keep.close();
    let keep = open(&field, folder.path(), &field.url, true);
    let report = keep.run_until(60_000).unwrap();
    assert_eq!((report.sync.outcome, report.sync.waiting, report.next_wake_ms), (SyncOutcome::Done, 0, None));
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn g2_no_call_waits_for_a_request_that_the_engine_makes_by_itself() {
    let field = Field::new();
    let (keep, bodies, _folder) = phone_of_a_server_that_hangs(&field, false);
    save(&keep, "Hansa".to_owned()).unwrap();
    bodies.recv_timeout(SOON).unwrap();
    let begun = Instant::now();
    assert_eq!(keep.next_wake().unwrap(), Some(0), "work is under way");
    let report = keep.run_until(300).unwrap();
    assert_eq!((report.sync.outcome, report.sync.waiting), (SyncOutcome::OutOfTime, 1));
    assert_eq!(report.next_wake_ms, Some(0));
    save(&keep, "Weber".to_owned()).unwrap();
    let waiting = keep.outbox().unwrap();
    let id = waiting[1].record;
    assert_eq!(waiting.len(), 2);
    assert!(keep.get(id).unwrap().is_some());
    assert!(keep.state(None).unwrap().is_some());
    assert_eq!(keep.find(&Query::all("customer")).unwrap().records.len(), 2);
    assert_eq!(keep.reviews().unwrap(), []);
    assert!(!keep.history(id).unwrap().is_empty());
    keep.save_draft("form", None, None, "{}").unwrap();
    assert!(keep.draft("form").unwrap().is_some());
    keep.discard_draft("form").unwrap();
    keep.pause(waiting[1].operation).unwrap();
    keep.unpause(waiting[1].operation).unwrap();
    keep.discard(&keep.discard_plan(waiting[1].operation).unwrap()).unwrap();
    keep.token_changed().unwrap();
    for network in [NetworkKind::None, NetworkKind::Unmetered] {
        keep.conditions(Conditions { network, battery: Battery::Ok }).unwrap();
    }
    keep.suspend(1_000).unwrap();
    keep.resume().unwrap();
    keep.close();
    let took = begun.elapsed();
    assert!(took < SOON, "{took:?}");
}

/// Clock ticks that a process has used, of all its threads: 100 a second.
fn cpu_ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name in brackets may hold spaces. User and system time are the 12th and 13th after it.
    let after = stat.rsplit_once(')').unwrap().1;
    after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

#[test]
fn g3_ten_idle_seconds_cost_nothing() {
    let site = Site::with_work_orders("10");
    let mut proxy = Program::start(&["faults", "--to", &site.url]);
    let url = proxy.line()["listening"].as_str().unwrap().to_owned();
    let data = site.folder.path().join("idle");
    let tokens = site.tokens_file();
    let mut device = Program::start(&[
        "device",
        "--data",
        data.to_str().unwrap(),
        "--server",
        &url,
        "--token-file",
        tokens.to_str().unwrap(),
    ]);
    device.line();
    device.tell(&json!({"do": "watch", "target": "outbox"}));
    let edit = json!({"kind": "create", "type": "customer", "fields": {"name": "Hansa"}});
    device.tell(&json!({"do": "commit", "edits": [edit]}));
    assert_eq!(device.tell(&json!({"do": "sync_now"}))["result"]["outcome"]["outcome"], "done");
    assert_eq!(device.tell(&json!({"do": "next_wake"}))["result"]["next_wake_ms"], Json::Null);
    let requests = proxy.tell(&json!({"do": "count"}));
    let before = cpu_ticks(device.id());
    let (_hold, nothing) = mpsc::channel::<()>();
    assert!(nothing.recv_timeout(Duration::from_secs(10)).is_err());
    let used = cpu_ticks(device.id()) - before;
    assert!(used <= 2, "{used} ticks of 10 ms in 10 s, by all threads");
    assert_eq!(proxy.tell(&json!({"do": "count"})), requests);
}

/// The real network; the first page is held back on its way until it is let go.
struct HeldPage {
    real: ReqwestHttp,
    held: AtomicBool,
    has_begun: mpsc::Sender<()>,
    let_go: tokio::sync::Notify,
}

impl Http for HeldPage {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            let is_page = request.url.contains("/v1/pull");
            let response = self.real.send(request).await;
            if is_page && !self.held.swap(true, Ordering::SeqCst) {
                self.has_begun.send(()).unwrap();
                self.let_go.notified().await;
            }
            response
        })
    }
}

#[test]
fn b8_a_wish_for_news_that_comes_while_a_page_is_on_its_way_is_not_forgotten() {
    let site = Site::with_work_orders("1");
    let (has_begun, begun) = mpsc::channel();
    let held = AtomicBool::new(false);
    let real = ReqwestHttp::new(&[]).unwrap();
    let http = Arc::new(HeldPage { real, held, has_begun, let_go: tokio::sync::Notify::new() });
    let keep = site.open_over("phone", Some(http.clone()));
    begun.recv_timeout(Duration::from_secs(60)).unwrap();
    // What the office makes now is not in the page that is on its way.
    let mut office = site.office();
    std::thread::scope(|scope| {
        let (wishes, wished) = mpsc::channel();
        let keep = &keep;
        let sync = scope.spawn(move || {
            wishes.send(()).unwrap();
            keep.run_until(60_000).unwrap().sync
        });
        wished.recv().unwrap();
        let made = office.tell(&json!({"do": "create", "type": "customer", "fields": {"name": "News"}}));
        assert_eq!(made["ok"], true, "{made}");
        http.let_go.notify_one();
        assert_eq!(sync.join().unwrap().outcome, SyncOutcome::Done);
    });
    let customers = keep.find(&Query::all("customer")).unwrap().records;
    assert!(customers.iter().any(|record| record.fields["name"] == Value::Text("News".to_owned())));
}
