//! The host's own code, called by Fieldkeep: it may hold locks, call back and take for ever, and holds nobody up (promise 5).
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test, in real time")]

mod support;

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;
use std::time::Duration;

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::{Fieldkeep, KeepError, OpenOptions, Query};
use support::site::Field;
use tempfile::TempDir;

/// Long enough for any of these calls on a busy machine; what hangs does so for ever.
const FOR_EVER: Duration = Duration::from_secs(20);

/// A provider that does something each time it is asked.
struct Provider {
    token: String,
    act: Box<dyn Fn() + Send + Sync>,
}

impl TokenProvider for Provider {
    fn current(&self) -> Option<AccessToken> {
        (self.act)();
        Some(AccessToken { text: self.token.clone(), generation: 1 })
    }

    fn refresh(&self, _stale: u64) -> TokenFuture<'_> {
        Box::pin(async { None })
    }
}

fn open(field: &Field, folder: &TempDir, act: impl Fn() + Send + Sync + 'static) -> Arc<Fieldkeep> {
    let options = OpenOptions {
        folder: folder.path().join("ana"),
        user: "ana".to_owned(),
        schema: field.schema.clone(),
        server: field.url.clone(),
        tokens: Arc::new(Provider { token: field.token("ana"), act: Box::new(act) }),
        clock: None,
        http: None,
        files: None,
        manual: false,
    };
    Arc::new(Fieldkeep::open(options).unwrap())
}

/// Runs something that must come to an end.
fn ends<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    ended.recv_timeout(FOR_EVER).unwrap_or_else(|_| panic!("{what} hangs"))
}

/// A provider that is held up until what this returns is dropped; it says when it is.
fn held_up() -> (impl Fn() + Send + Sync + 'static, Receiver<()>, Sender<()>) {
    let (asked, was_asked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (asked, released) = (Mutex::new(asked), Mutex::new(released));
    let act = move || {
        let _ = asked.lock().unwrap().send(());
        let _ = released.lock().unwrap().recv();
    };
    (act, was_asked, release)
}

#[test]
fn an_app_may_hold_the_lock_of_its_tokens_while_it_calls() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let lock = Arc::new(Mutex::new(()));
    let of_tokens = Arc::clone(&lock);
    let keep = open(&field, &folder, move || drop(of_tokens.lock().unwrap()));
    for _ in 0..50 {
        let (keep, lock) = (Arc::clone(&keep), Arc::clone(&lock));
        ends("a call under the app's own lock", move || {
            let _signing_in = lock.lock().unwrap();
            keep.token_changed().unwrap();
            keep.find(&Query::all("customer")).unwrap();
            keep.state(None).unwrap();
        });
    }
}

#[test]
fn g1_a_provider_that_is_held_up_holds_up_neither_reads_nor_suspend_nor_close() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let (act, asked, _release) = held_up();
    let keep = open(&field, &folder, act);
    asked.recv().unwrap();
    let phone = Arc::clone(&keep);
    ends("reading", move || phone.find(&Query::all("customer")).unwrap());
    let phone = Arc::clone(&keep);
    ends("suspend", move || phone.suspend(200).unwrap());
    assert_eq!(keep.state(None).unwrap_err(), KeepError::Suspended);
    // The folder is free for others.
    drop(open(&field, &folder, || ()));
    let phone = Arc::clone(&keep);
    ends("close", move || phone.close());
}

#[test]
fn a_provider_that_calls_back_gets_an_answer() {
    let (field, folder) = (Field::new(), tempfile::tempdir().unwrap());
    let phone: Arc<OnceLock<Weak<Fieldkeep>>> = Arc::default();
    let (said, heard) = mpsc::channel();
    let (of_provider, said) = (Arc::clone(&phone), Mutex::new(said));
    let keep = open(&field, &folder, move || {
        let Some(keep) = of_provider.get().and_then(Weak::upgrade) else { return };
        let reads = keep.now_ms().is_ok();
        let syncs = keep.sync_now();
        let suspends = keep.suspend(5_000).is_ok();
        let _ = said.lock().unwrap().send((reads, syncs, suspends));
    });
    phone.set(Arc::downgrade(&keep)).unwrap();
    keep.token_changed().unwrap();
    let (reads, syncs, suspends) = heard.recv_timeout(FOR_EVER).expect("calling back hangs");
    assert!(reads && suspends);
    assert!(matches!(syncs, Err(KeepError::BadRequest { .. })), "it would wait for itself: {syncs:?}");
    ends("close", move || keep.close());
}
