//! Waiting calls and wrong calls: B27 to B29.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use fieldkeep::value::{FormToken, RecordId, ReviewId, Value};
use fieldkeep::{
    CommitOptions, Comparison, Edit, Filter, KeepError, Query, Resolve, SeenStamp, SyncOutcome, WatchTarget,
};
use serde_json::json;

use super::stage::{PATIENCE, World, choice, fields, teller, text};

#[test]
fn b27_the_waiting_for_a_server_that_hangs_ends_at_once_and_nothing_is_lost() {
    let world = World::new();
    // Takes connections and never says a word.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let phone = world.phone_to(&format!("http://{}", deaf.local_addr().unwrap()));
    let id = phone.customer("Hansa");
    let _connections: Vec<_> = vec![deaf.accept().unwrap()];
    let (ended, has_ended) = channel();
    let keep = Arc::clone(&phone.keep);
    let caller = std::thread::spawn(move || ended.send(keep.sync_now()).unwrap());
    // The engine waits for the server; whoever waits for the engine is let go.
    phone.keep.suspend(1_000).unwrap();
    let report = has_ended.recv_timeout(PATIENCE).unwrap();
    caller.join().unwrap();
    match report {
        Err(KeepError::Suspended) => {}
        Ok(report) => assert_eq!((report.outcome, report.waiting), (SyncOutcome::OutOfTime, 1)),
        Err(error) => panic!("{error}"),
    }
    phone.keep.resume().unwrap();
    assert_eq!(phone.record(id).fields["name"], text("Hansa"));
    assert_eq!(phone.keep.outbox().unwrap().len(), 1);
}

#[test]
fn b28_a_background_slice_sends_keeps_to_its_time_and_says_when_to_call_again() {
    let world = World::new();
    let phone = world.phone();
    phone.keep.sync_now().unwrap();
    phone.offline();
    let id = phone.customer("Hansa");
    assert_eq!(phone.keep.next_wake().unwrap(), None, "only an event brings work");
    phone.online();
    let wake = phone.keep.next_wake().unwrap();
    assert!(
        wake.is_none_or(|wake| (0..=2_000).contains(&wake)),
        "the small pause of a network that came back: {wake:?}"
    );
    while phone.record(id).server_id.is_none() {
        let slice = phone.keep.run_until(5_000).unwrap();
        assert!(slice.sync.waiting == 0 || slice.next_wake_ms.is_some(), "{slice:?}");
    }
    assert_eq!(world.records("customer").len(), 1);
    let slice = phone.keep.run_until(5_000).unwrap();
    assert_eq!((slice.sync.outcome, slice.sync.waiting, slice.next_wake_ms), (SyncOutcome::Done, 0, None));
    world.behave(&json!({"do": "rate_limit", "times": 1, "after_s": 600, "retry_after": "seconds"}));
    let slice = phone.keep.run_until(5_000).unwrap();
    let wake = slice.next_wake_ms.unwrap();
    assert!((500_000..=660_000).contains(&wake), "{wake}");
    assert!(phone.keep.next_wake().unwrap().is_some_and(|again| again <= wake));
    // Takes connections and never says a word.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let phone = world.phone_to(&format!("http://{}", deaf.local_addr().unwrap()));
    phone.customer("Hansa");
    let slice = phone.keep.run_until(0).unwrap();
    assert_eq!(slice.sync.outcome, SyncOutcome::OutOfTime, "no time, no work");
    let begun = Instant::now();
    let slice = phone.keep.run_until(500).unwrap();
    assert_eq!((slice.sync.outcome, slice.sync.waiting), (SyncOutcome::OutOfTime, 1));
    assert_eq!((slice.next_wake_ms, phone.keep.next_wake().unwrap()), (Some(0), Some(0)), "it is due now");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn b29_each_wrong_call_has_a_typed_error_and_writes_nothing() {
    let world = World::new();
    let (phone, id, _) = world.job_on_a_phone();
    let other = phone.customer("Hansa");
    phone.wait_synced(other);
    let (keep, record) = (&phone.keep, phone.record(id));
    let commit = |edits: Vec<Edit>| keep.commit(edits, CommitOptions::default()).unwrap_err();
    let create = |record_type: &str, fields| vec![Edit::Create { record_type: record_type.into(), id: None, fields }];
    let patch = |seen: Option<SeenStamp>, fields: HashMap<String, Value>| {
        vec![Edit::Patch { record_type: "work_order".into(), id, seen, fields }]
    };
    let seen = || Some(record.seen.clone());
    let stranger: RecordId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    let review = ReviewId(stranger.0);

    let KeepError::Invalid { problems } =
        commit(patch(seen(), fields([("status", choice("asleep")), ("due", Value::Date("2026-02-30".into()))])))
    else {
        panic!("values that do not fit");
    };
    assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), ["due", "status"]);
    let invalid = commit(create("customer", fields([])));
    assert!(matches!(invalid, KeepError::Invalid { .. }), "a required field: {invalid:?}");
    let invalid = commit(patch(seen(), fields([("customer", Value::Reference(stranger))])));
    assert!(matches!(invalid, KeepError::Invalid { .. }), "a reference to nothing: {invalid:?}");
    let unknown = commit(create("ship", fields([])));
    assert!(matches!(unknown, KeepError::NotFound { .. }), "{unknown:?}");
    for stamp in [None, Some(SeenStamp("rubbish".into())), Some(phone.record(other).seen)] {
        let bad = commit(patch(stamp, fields([("title", text("x"))])));
        assert!(matches!(bad, KeepError::BadStamp { .. }), "{bad:?}");
    }
    assert!(matches!(commit(Vec::new()), KeepError::BadRequest { .. }));
    let taken = Edit::Create { record_type: "customer".into(), id: Some(other), fields: fields([("name", text("x"))]) };
    assert!(matches!(commit(vec![taken]), KeepError::BadRequest { .. }));
    // What a text that is no id becomes on its way in from Kotlin or Swift.
    let nothing: RecordId = "00000000-0000-0000-0000-000000000000".parse().unwrap();
    let nameless =
        Edit::Create { record_type: "customer".into(), id: Some(nothing), fields: fields([("name", text("x"))]) };
    assert!(matches!(commit(vec![nameless]), KeepError::BadRequest { .. }));
    let options = CommitOptions { form_token: Some(FormToken(nothing.0)), ..CommitOptions::default() };
    let bad = keep.commit(create("customer", fields([("name", text("x"))])), options).unwrap_err();
    assert!(matches!(bad, KeepError::BadRequest { .. }), "{bad:?}");
    let lost = vec![Edit::Patch {
        record_type: "customer".into(),
        id: nothing,
        seen: seen(),
        fields: fields([("name", text("x"))]),
    }];
    assert!(matches!(commit(lost), KeepError::NotFound { .. }));
    assert_eq!(keep.get(nothing).unwrap(), None);
    let queries = [
        (Query { limit: 0, ..Query::all("customer") }, false),
        (Query { after: Some("rubbish".into()), ..Query::all("customer") }, false),
        (Query::all("ship"), true),
        (
            Query {
                filters: vec![Filter { field: "color".into(), test: Comparison::Empty }],
                ..Query::all("customer")
            },
            true,
        ),
    ];
    for (query, unknown) in queries {
        let watched = keep.watch(WatchTarget::Records { query: query.clone() }, teller().0).err();
        let error = keep.find(&query).unwrap_err();
        assert_eq!(matches!(error, KeepError::NotFound { .. }), unknown, "{error:?}");
        assert!(unknown || matches!(error, KeepError::BadRequest { .. }), "{error:?}");
        assert_eq!(watched, Some(error));
    }
    assert_eq!(keep.get(stranger).unwrap(), None);
    let not_found = [
        keep.history(stranger).map(drop),
        keep.history(nothing).map(drop),
        keep.resolve(review, 1, Resolve::Mine),
        keep.resolve(ReviewId(nothing.0), 1, Resolve::Mine),
        keep.pause(99),
        keep.unpause(99),
        keep.discard_plan(99).map(drop),
        keep.save_draft("form", Some(stranger), None, "{}"),
        keep.sync_record(stranger).map(drop),
    ];
    for answer in not_found {
        assert!(matches!(answer, Err(KeepError::NotFound { .. })), "{answer:?}");
    }
    let nameless = keep.save_draft("", None, None, "{}");
    assert!(matches!(nameless, Err(KeepError::BadRequest { .. })), "{nameless:?}");
    assert_eq!((keep.outbox().unwrap(), keep.draft("form").unwrap()), (vec![], None), "nothing was written");
    assert_eq!(phone.record(id), record);
}
