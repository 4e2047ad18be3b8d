//! Living on a phone: watching (E4), suspending and closing (G1), silence when there is nothing to do (G3).
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test, in real time in part")]

mod support;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use fieldkeep::clock::ManualClock;
use fieldkeep::remote::{Http, HttpError, HttpFuture, HttpRequest, HttpResponse, ReqwestHttp};
use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{
    CommitOptions, Edit, Fieldkeep, KeepError, Listener, OpenError, OpenOptions, Query, Resolve, SyncOutcome, Update,
    WatchTarget,
};
use serde_json::json;
use support::START_MS;
use support::phone::Tokens;
use support::site::Field;

/// The real network; the reply to a push never comes, though the server has done the work.
struct Stalling {
    real: ReqwestHttp,
    stalls: AtomicBool,
    began: Mutex<Sender<()>>,
}

impl Stalling {
    fn new() -> (Arc<Self>, Receiver<()>) {
        let (began, begun) = mpsc::channel();
        let real = ReqwestHttp::new(&[]).unwrap();
        (Arc::new(Self { real, stalls: AtomicBool::new(true), began: Mutex::new(began) }), begun)
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let stalls = request.url.ends_with("/v1/push") && self.stalls.load(Ordering::SeqCst);
        let mut response = self.real.send(request).await?;
        if stalls {
            while response.body.next().await.is_some() {}
            self.began.lock().unwrap().send(()).unwrap();
            std::future::pending::<()>().await;
        }
        Ok(response)
    }
}

impl Http for Stalling {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.exchange(request))
    }
}

fn open(field: &Field, folder: &Path, http: Option<Arc<dyn Http>>, manual: bool) -> Result<Arc<Fieldkeep>, OpenError> {
    let tokens = Tokens::default();
    tokens.set(Some(field.token("ana")));
    let keep = Fieldkeep::open(OpenOptions {
        folder: folder.to_owned(),
        user: "ana".to_owned(),
        schema: field.schema.clone(),
        server: field.url.clone(),
        tokens: Arc::new(tokens),
        clock: Some(Arc::new(ManualClock::new(START_MS, "boot"))),
        http,
        files: None,
        manual,
    })?;
    Ok(Arc::new(keep))
}

fn customer(name: &str) -> Edit {
    let fields = [("name".to_owned(), Value::Text(name.to_owned()))].into();
    Edit::Create { record_type: "customer".to_owned(), id: None, fields }
}

fn add(keep: &Fieldkeep, name: &str) -> RecordId {
    keep.commit(vec![customer(name)], CommitOptions::default()).unwrap().records[0]
}

/// Everything that was told.
#[derive(Default)]
struct Ear(Mutex<Vec<Update>>);

impl Ear {
    fn heard(&self) -> Vec<Update> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Listener for Ear {
    fn on_update(&self, update: Update) {
        self.0.lock().unwrap().push(update);
    }
}

fn name_in(update: &Update) -> Value {
    match update {
        Update::Record { record: Some(record) } => record.fields["name"].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn e4_a_watcher_gets_the_first_value_every_change_and_nothing_after_the_end() {
    let field = Field::new();
    let phone = field.phone("ana");
    let (id, other) = (phone.customer("Hansa"), phone.customer("Weber"));
    let (record, list, outbox) = (Arc::new(Ear::default()), Arc::new(Ear::default()), Arc::new(Ear::default()));
    let watch = |target, ear: &Arc<Ear>| phone.keep().watch(target, ear.clone()).unwrap();
    let of_record = watch(WatchTarget::Record { id }, &record);
    let _of_list = watch(WatchTarget::Records { query: Query::all("customer") }, &list);
    let of_outbox = watch(WatchTarget::Outbox, &outbox);
    phone.keep().tell_subscribers();
    assert_eq!(record.heard().iter().map(name_in).collect::<Vec<_>>(), [Value::Text("Hansa".into())]);
    let Update::Records { page } = &list.heard()[0] else { panic!("no list") };
    assert_eq!(page.records.len(), 2);
    assert!(matches!(&outbox.heard()[..], [Update::Outbox { items }] if items.len() == 2));
    // Nothing new, nothing told.
    phone.keep().tell_subscribers();
    assert_eq!((record.heard(), list.heard(), outbox.heard()), (vec![], vec![], vec![]));
    // Another record's change is not this record's.
    phone.edit(other, json!({"city": "Ulm"}));
    phone.keep().tell_subscribers();
    assert_eq!(record.heard(), []);
    assert_eq!(list.heard().len(), 1);
    // A sync is news: the words change, the outbox empties.
    phone.sync();
    phone.keep().tell_subscribers();
    let Update::Record { record: Some(synced) } = record.heard().pop().unwrap() else { panic!("no record") };
    assert!(synced.server_id.is_some());
    assert!(matches!(outbox.heard().last(), Some(Update::Outbox { items }) if items.is_empty()));
    drop(of_record);
    of_outbox.cancel();
    phone.edit(id, json!({"name": "Hansa AG"}));
    phone.keep().tell_subscribers();
    assert_eq!((record.heard(), outbox.heard()), (vec![], vec![]), "told after the end");
    assert!(!list.heard().is_empty(), "the others go on");
}

#[test]
fn e4_a_storm_of_commits_is_folded_into_the_latest_value() {
    let field = Field::new();
    let phone = field.phone("ana");
    let ids: Vec<RecordId> = (0..50).map(|number| phone.customer(&format!("C{number}"))).collect();
    let (one, list) = (Arc::new(Ear::default()), Arc::new(Ear::default()));
    let query = Query { limit: 50, ..Query::all("customer") };
    let _watches = (
        phone.keep().watch(WatchTarget::Record { id: ids[0] }, one.clone()).unwrap(),
        phone.keep().watch(WatchTarget::Records { query }, list.clone()).unwrap(),
    );
    phone.keep().tell_subscribers();
    drop((one.heard(), list.heard()));
    for number in 0..500 {
        phone.edit(ids[number % ids.len()], json!({"name": format!("N{number}")}));
    }
    phone.keep().tell_subscribers();
    assert_eq!(one.heard().iter().map(name_in).collect::<Vec<_>>(), [Value::Text("N450".into())]);
    let told = list.heard();
    let [Update::Records { page }] = &told[..] else { panic!("{} times", told.len()) };
    assert_eq!(page.records[49].fields["name"], Value::Text("N499".into()));
}

struct Counting {
    sender: Mutex<Sender<usize>>,
}

impl Listener for Counting {
    fn on_update(&self, update: Update) {
        let Update::Outbox { items } = update else { return };
        // The test may have heard enough.
        let _ = self.sender.lock().unwrap().send(items.len());
    }
}

#[test]
fn e4_with_threads_of_its_own_a_storm_is_folded_and_the_last_value_arrives() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let keep = open(&field, folder.path(), None, false).unwrap();
    keep.conditions(Conditions { network: NetworkKind::None, battery: Battery::Ok }).unwrap();
    let (sender, told) = mpsc::channel();
    let _watch = keep.watch(WatchTarget::Outbox, Arc::new(Counting { sender: Mutex::new(sender) })).unwrap();
    for number in 0..500 {
        add(&keep, &format!("C{number}"));
    }
    let mut rounds = 0;
    while told.recv().unwrap() != 500 {
        rounds += 1;
    }
    assert!(rounds < 100, "{rounds} rounds for 500 commits");
}

/// Sends what it is told to a channel.
struct Teller(Mutex<Sender<Update>>);

impl Listener for Teller {
    fn on_update(&self, update: Update) {
        // The test may have heard enough.
        let _ = self.0.lock().unwrap().send(update);
    }
}

fn teller() -> (Arc<Teller>, Receiver<Update>) {
    let (sender, told) = mpsc::channel();
    (Arc::new(Teller(Mutex::new(sender))), told)
}

fn rename(keep: &Fieldkeep, id: RecordId, name: &str) {
    let seen = keep.get(id).unwrap().unwrap().seen;
    let fields = [("name".to_owned(), Value::Text(name.to_owned()))].into();
    let edit = Edit::Patch { record_type: "customer".to_owned(), id, seen: Some(seen), fields };
    keep.commit(vec![edit], CommitOptions::default()).unwrap();
}

#[test]
fn e4_beside_a_storm_a_record_is_told_at_once_and_lists_four_times_a_second() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let keep = open(&field, folder.path(), None, false).unwrap();
    keep.conditions(Conditions { network: NetworkKind::None, battery: Battery::Ok }).unwrap();
    let id = add(&keep, "0");
    let ((one, of_record), (all, of_list)) = (teller(), teller());
    let query = || Query { limit: 10, ..Query::all("customer") };
    let _watches = (
        keep.watch(WatchTarget::Record { id }, one).unwrap(),
        keep.watch(WatchTarget::Records { query: query() }, all).unwrap(),
    );
    of_list.recv().unwrap();
    assert_eq!(name_in(&of_record.recv().unwrap()), Value::Text("0".into()));
    let begun = Instant::now();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                add(&keep, &format!("C{number}"));
            }
        });
        // A lockstep of changes and values is quick only where no value waits for a round of something else.
        for number in 1..=100 {
            let name = number.to_string();
            rename(&keep, id, &name);
            while name_in(&of_record.recv().unwrap()) != Value::Text(name.clone()) {}
        }
        // A list's first value does not wait for a round either, however many there are.
        for _ in 0..40 {
            let (first, heard) = teller();
            let _watch = keep.watch(WatchTarget::Records { query: query() }, first).unwrap();
            heard.recv().unwrap();
        }
        over.store(true, Ordering::SeqCst);
    });
    let took = begun.elapsed();
    let rounds = of_list.try_iter().count();
    let most = usize::try_from(took.as_millis() / 250).unwrap() + 1;
    assert!((1..=most).contains(&rounds), "{rounds} rounds of the list in {took:?}");
    assert!(took < Duration::from_secs(25), "140 values at 250 ms each would take 35 s: {took:?}");
}

#[test]
fn e4_a_family_is_told_of_a_member_that_joins_and_not_of_strangers() {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    let job =
        phone.create("work_order", json!({"title": "Pump", "status": "assigned", "customer": customer.to_string()}));
    let ear = Arc::new(Ear::default());
    let _watch = phone.keep().watch(WatchTarget::State { root: Some(job) }, ear.clone()).unwrap();
    phone.keep().tell_subscribers();
    assert_eq!(ear.heard().len(), 1);
    phone.customer("Weber");
    phone.keep().tell_subscribers();
    assert_eq!(ear.heard(), []);
    phone.create("note", json!({"work_order": job.to_string(), "text": "Leaks"}));
    phone.keep().tell_subscribers();
    assert_eq!(ear.heard().len(), 1, "one more waits");
}

/// Panics, or does something with the Fieldkeep that tells it.
struct Unruly {
    keep: OnceLock<Weak<Fieldkeep>>,
    act: fn(&Fieldkeep),
    told: Mutex<Sender<()>>,
}

impl Listener for Unruly {
    fn on_update(&self, _update: Update) {
        let keep = self.keep.get().unwrap().upgrade().unwrap();
        let _ = self.told.lock().unwrap().send(());
        (self.act)(&keep);
    }
}

fn unruly(keep: &Arc<Fieldkeep>, act: fn(&Fieldkeep)) -> (Arc<Unruly>, Receiver<()>) {
    let (told, heard) = mpsc::channel();
    let listener = Arc::new(Unruly { keep: OnceLock::new(), act, told: Mutex::new(told) });
    listener.keep.set(Arc::downgrade(keep)).unwrap();
    (listener, heard)
}

#[test]
fn e4_a_listener_may_call_back_in_and_one_that_panics_ends_only_itself() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let keep = open(&field, folder.path(), None, true).unwrap();
    let ear = Arc::new(Ear::default());
    let (bad, bad_heard) = unruly(&keep, |_| panic!("an app's defect"));
    let (busy, busy_heard) = unruly(&keep, |keep| {
        let known = keep.find(&Query::all("customer")).unwrap().records.len();
        if known < 3 {
            add(keep, "From inside");
        }
    });
    let _watches = (
        keep.watch(WatchTarget::Outbox, bad).unwrap(),
        keep.watch(WatchTarget::Outbox, busy).unwrap(),
        keep.watch(WatchTarget::Outbox, ear.clone()).unwrap(),
    );
    add(&keep, "Hansa");
    keep.tell_subscribers();
    add(&keep, "Weber");
    keep.tell_subscribers();
    assert_eq!(bad_heard.try_iter().count(), 1, "told once, panicked, never told again");
    assert!(busy_heard.try_iter().count() >= 3);
    assert!(matches!(ear.heard().last(), Some(Update::Outbox { items }) if items.len() == 4));
}

#[test]
fn e4_a_listener_may_close_what_tells_it() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let keep = open(&field, folder.path(), None, false).unwrap();
    let (closing, heard) = unruly(&keep, Fieldkeep::close);
    let _watch = keep.watch(WatchTarget::State { root: None }, closing).unwrap();
    heard.recv().unwrap();
    keep.close();
    assert_eq!(keep.outbox(), Err(KeepError::Closed));
}

/// Every call that needs the store.
fn all_calls(keep: &Fieldkeep, id: RecordId) -> Vec<(&'static str, Option<KeepError>)> {
    vec![
        ("commit", keep.commit(vec![customer("x")], CommitOptions::default()).err()),
        ("get", keep.get(id).err()),
        ("get_by_server_id", keep.get_by_server_id("customer", "x").err()),
        ("find", keep.find(&Query::all("customer")).err()),
        ("state", keep.state(None).err()),
        ("outbox", keep.outbox().err()),
        ("reviews", keep.reviews().err()),
        ("resolve", keep.resolve(fieldkeep::value::ReviewId(id.0), 1, Resolve::Mine).err()),
        ("history", keep.history(id).err()),
        ("save_draft", keep.save_draft("f", None, None, "{}").err()),
        ("draft", keep.draft("f").err()),
        ("discard_draft", keep.discard_draft("f").err()),
        ("now_ms", keep.now_ms().err()),
        ("sync_now", keep.sync_now().err()),
        ("run_until", keep.run_until(10).err()),
        ("run_due", keep.run_due().err()),
        ("next_wake", keep.next_wake().err()),
    ]
}

#[test]
fn g1_suspended_all_files_are_closed_and_calls_say_so() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let keep = open(&field, folder.path(), None, true).unwrap();
    let id = add(&keep, "Hansa");
    let ear = Arc::new(Ear::default());
    let _watch = keep.watch(WatchTarget::Record { id }, ear.clone()).unwrap();
    assert!(matches!(open(&field, folder.path(), None, true), Err(OpenError::InUse)));
    keep.suspend(1_000).unwrap();
    keep.suspend(1_000).unwrap();
    assert!(!folder.path().join("fieldkeep.db-wal").exists(), "the WAL is written back");
    for (call, error) in all_calls(&keep, id) {
        assert_eq!(error, Some(KeepError::Suspended), "{call}");
    }
    keep.tell_subscribers();
    assert_eq!(ear.heard(), []);
    let other = open(&field, folder.path(), None, true).unwrap();
    assert!(other.get(id).unwrap().is_some());
    assert_eq!(keep.resume(), Err(OpenError::InUse));
    drop(other);
    keep.resume().unwrap();
    keep.resume().unwrap();
    keep.tell_subscribers();
    assert_eq!(ear.heard().len(), 1, "after a resume everybody is told");
    assert_eq!(keep.sync_now().unwrap().outcome, SyncOutcome::Done);
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn g1_suspend_ends_a_push_under_way_and_it_is_settled_later() {
    for manual in [true, false] {
        let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
        let (http, begun) = Stalling::new();
        let keep = open(&field, folder.path(), Some(http.clone()), manual).unwrap();
        let id = add(&keep, "Hansa");
        let worker = {
            let keep = keep.clone();
            std::thread::spawn(move || if manual { keep.run_due().map(|_| ()) } else { Ok(()) })
        };
        begun.recv().unwrap();
        keep.suspend(2_000).unwrap();
        worker.join().unwrap().unwrap();
        assert_eq!(begun.try_iter().count(), 0, "it was not sent again before the suspension");
        assert!(open(&field, folder.path(), None, true).is_ok(), "the files are closed");
        http.stalls.store(false, Ordering::SeqCst);
        keep.resume().unwrap();
        keep.sync_now().unwrap();
        assert!(keep.get(id).unwrap().unwrap().server_id.is_some());
        assert_eq!(keep.outbox().unwrap(), []);
        assert_eq!(field.records("customer").len(), 1, "one effect");
    }
}

#[test]
fn g1_closed_twice_and_used_after() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let keep = open(&field, folder.path(), None, false).unwrap();
    let id = add(&keep, "Hansa");
    keep.close();
    keep.close();
    for (call, error) in all_calls(&keep, id) {
        assert_eq!(error, Some(KeepError::Closed), "{call}");
    }
    let watch = keep.watch(WatchTarget::Outbox, Arc::new(Ear::default()));
    assert_eq!(watch.err(), Some(KeepError::Closed));
    assert_eq!(keep.suspend(1).err(), Some(KeepError::Closed));
    assert_eq!(keep.conditions(Conditions::default()).err(), Some(KeepError::Closed));
    assert_eq!(keep.resume(), Err(OpenError::Closed));
    // Somebody else may have it now, while the closed one is still held.
    assert!(open(&field, folder.path(), None, true).unwrap().get(id).unwrap().is_some());
}

#[test]
fn g3_no_request_when_there_is_nothing_to_do() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    phone.sync();
    assert_eq!(phone.next_wake(), None, "no wake-up either");
    let quiet = phone.wire.count();
    for _ in 0..3 {
        field.advance(3_600_000);
        assert_eq!(phone.run(), None);
    }
    phone.keep().find(&Query::all("customer")).unwrap();
    let _watch = phone.keep().watch(WatchTarget::Record { id }, Arc::new(Ear::default())).unwrap();
    phone.keep().tell_subscribers();
    // An edit that changes nothing is nothing to do.
    assert_eq!(phone.edit(id, json!({"name": "Hansa"})), None);
    phone.keep().save_draft("form", Some(id), None, "{}").unwrap();
    phone.run();
    assert_eq!(phone.wire.count(), quiet);
}

#[test]
fn g3_offline_or_signed_out_nothing_is_tried_and_no_timer_runs() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    phone.offline();
    let id = phone.customer("Hansa");
    let quiet = phone.wire.count();
    field.advance(3_600_000);
    assert_eq!((phone.run(), phone.next_wake()), (None, None));
    assert_eq!(phone.sync().outcome, SyncOutcome::Offline);
    assert_eq!(phone.words(id), "Saved on this device. Waiting for a connection.");
    assert_eq!(phone.wire.count(), quiet);
    phone.online();
    phone.tokens.set(None);
    field.advance(10_000);
    phone.run();
    assert_eq!(phone.wire.count(), quiet, "without a token nothing leaves");
    assert_eq!(phone.next_wake(), None);
    assert_eq!(phone.words(id), "Saved on this device. Sign in to send it.");
    phone.tokens.set(Some(field.token("ana")));
    phone.sync();
    phone.assert_synced(id);
}

#[test]
fn g3_after_a_failure_nothing_is_tried_before_it_is_due() {
    let field = Field::new();
    let phone = field.phone("ana");
    phone.sync();
    field.behave(json!({"do": "fail", "status": 503, "times": 1}));
    phone.customer("Hansa");
    let wake = phone.run().unwrap();
    let tried = phone.wire.count();
    assert!((1_600..=2_400).contains(&wake), "{wake}");
    field.advance(wake - 1);
    assert_eq!(phone.run(), Some(1));
    assert_eq!(phone.wire.count(), tried);
    field.advance(1);
    assert_eq!(phone.run(), None);
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn a_set_up_without_a_folder_or_a_user_is_refused_and_makes_nothing() {
    let field = Field::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    for (path, user) in [(Path::new(""), "ana"), (&folder.path().join("new"), " "), (&file, "ana")] {
        let options = OpenOptions {
            folder: path.to_owned(),
            user: user.to_owned(),
            schema: field.schema.clone(),
            server: field.url.clone(),
            tokens: Arc::new(Tokens::default()),
            clock: None,
            http: None,
            files: None,
            manual: true,
        };
        let refused = Fieldkeep::open(options).map(|_| ());
        assert!(matches!(refused, Err(OpenError::SetUp { .. })), "{path:?} {user:?}: {refused:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(!Path::new("engine.lock").exists());
}

#[test]
fn g6_files_that_are_gone_while_suspended_are_told_and_not_made_anew() {
    let field = Field::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ana");
    let keep = open(&field, &path, None, true).unwrap();
    keep.suspend(1_000).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    assert!(matches!(keep.resume(), Err(OpenError::Damaged { .. })));
    assert!(!path.exists(), "an empty store would look as if there had never been any work");
    assert_eq!(keep.state(None).unwrap_err(), KeepError::Suspended);
}
