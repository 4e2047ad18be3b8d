//! Threads, opening, closing: B20 to B25.

use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fieldkeep::schema::Schema;
use fieldkeep::store::DATABASE_FILE;
use fieldkeep::{CommitOptions, Edit, KeepError, OpenError, Query, WatchTarget};
use serde_json::json;

use super::stage::{FIELD_SERVICE, PATIENCE, Tokens, World, fields, open, teller, text};

fn customer(name: &str) -> Vec<Edit> {
    vec![Edit::Create { record_type: "customer".into(), id: None, fields: fields([("name", text(name))]) }]
}

#[test]
fn b20_three_hundred_threads_save_and_read_at_the_same_time() {
    let world = World::new();
    let phone = world.phone();
    let saved: Vec<_> = std::thread::scope(|scope| {
        let work = |number: usize| {
            let keep = &phone.keep;
            move || {
                let made = keep.commit(customer(&format!("C {number:03}")), CommitOptions::default()).unwrap();
                keep.find(&Query::all("customer")).unwrap();
                keep.get(made.records[0]).unwrap().unwrap().id
            }
        };
        let threads: Vec<_> = (0..300).map(|number| scope.spawn(work(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    phone.wait_for_all();
    let mut ids = saved.clone();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 300);
    let mut names: Vec<String> =
        world.records("customer").iter().map(|record| record["values"]["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, (0..300).map(|number| format!("C {number:03}")).collect::<Vec<_>>());
}

#[test]
fn b21_a_second_opener_is_told_that_the_folder_is_in_use() {
    let world = World::new();
    let phone = world.phone();
    let again = || open(phone.folder.path(), "ana", &phone.schema, &phone.server, &phone.tokens);
    assert_eq!(again().err(), Some(OpenError::InUse), "here");
    let arguments = world.device_arguments(phone.folder.path());
    let other = std::process::Command::new(super::stage::executable()).args(arguments).output().unwrap();
    assert_eq!(other.status.code(), Some(2), "from another process");
    assert!(String::from_utf8_lossy(&other.stderr).contains("in use"), "{other:?}");
    phone.keep.close();
    let mut device = world.device(phone.folder.path());
    assert_eq!(device.line().unwrap()["ready"], true);
    assert_eq!(again().err(), Some(OpenError::InUse), "the other way round");
    device.kill().unwrap();
    again().unwrap().close();
}

#[test]
fn b22_each_reason_not_to_open_has_its_own_error_and_the_files_stay() {
    let world = World::new();
    let schema = Schema::from_json(FIELD_SERVICE).unwrap();
    let tokens = Arc::new(Tokens(Mutex::new((Some(world.token("ana")), 1))));
    let try_open = |folder: &Path, user: &str, schema: &Schema, server: &str| {
        open(folder, user, schema, server, &tokens).map(|keep| keep.close())
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(DATABASE_FILE);
    try_open(folder.path(), "ana", &schema, &world.url).unwrap();
    let newer = Schema { version: 2, ..schema.clone() };
    try_open(folder.path(), "ana", &newer, &world.url).unwrap();
    let before = std::fs::read(&file).unwrap();
    let other = try_open(folder.path(), "ben", &newer, &world.url);
    assert_eq!(other, Err(OpenError::WrongUser { owner: "ana".into() }));
    let older = try_open(folder.path(), "ana", &schema, &world.url);
    assert_eq!(older, Err(OpenError::SchemaOlder { stored: 2, given: 1 }));
    assert_eq!(std::fs::read(&file).unwrap(), before, "it stays as it was");
    let rubbish = tempfile::tempdir().unwrap();
    std::fs::write(rubbish.path().join(DATABASE_FILE), [b'x'; 5_000]).unwrap();
    let damaged = try_open(rubbish.path(), "ana", &schema, &world.url);
    let aside = rubbish.path().join(format!("{DATABASE_FILE}.damaged-1"));
    let Err(OpenError::Damaged { kept_at: Some(kept_at), .. }) = damaged else { panic!("{damaged:?}") };
    assert_eq!(Path::new(&kept_at), aside, "it says where it lies");
    assert_eq!(std::fs::read(&aside).unwrap(), [b'x'; 5_000], "moved, not touched");
    let anew = open(rubbish.path(), "ana", &schema, &world.url, &tokens).unwrap();
    assert_eq!(anew.damaged_files().unwrap(), std::slice::from_ref(&aside), "and again when it is asked");
    anew.close();
    let below_a_file = aside.join("phone");
    let locked = try_open(&below_a_file, "ana", &schema, &world.url);
    assert!(matches!(locked, Err(OpenError::Unavailable { .. })), "{locked:?}");
    let nowhere = tempfile::tempdir().unwrap();
    let unusable = try_open(&nowhere.path().join("phone"), "ana", &schema, "not an address");
    assert!(matches!(unusable, Err(OpenError::SetUp { .. })), "{unusable:?}");
    try_open(folder.path(), "ana", &newer, &world.url).unwrap();
}

#[test]
fn b23_work_that_waits_is_there_after_the_app_was_closed() {
    let world = World::new();
    let mut phone = world.phone();
    phone.offline();
    let id = phone.customer("Hansa");
    phone.edit(id, [("city", text("Ulm"))]);
    let waits = |phone: &super::stage::Phone| {
        let outbox = phone.keep.outbox().unwrap();
        outbox.into_iter().map(|item| (item.operation, item.record, item.fields)).collect::<Vec<_>>()
    };
    let before = waits(&phone);
    // Nobody is signed in when it opens: so nothing goes before it was looked at.
    let token = phone.tokens.0.lock().unwrap().0.take();
    phone.reopen();
    assert_eq!(waits(&phone), before);
    phone.tokens.set(token);
    phone.keep.token_changed().unwrap();
    phone.wait_synced(id);
    assert_eq!(world.record(id)["values"], json!({"name": "Hansa", "city": "Ulm"}));
}

/// Files of this folder that this process has open.
fn open_files(folder: &Path) -> Vec<String> {
    let named =
        std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    named.filter(|path| path.starts_with(folder)).map(|path| path.to_string_lossy().into_owned()).collect()
}

#[test]
fn b24_suspend_ends_in_time_with_all_files_closed_and_resume_goes_on() {
    let world = World::new();
    let loaded = world.office(&json!({"do": "load", "work_orders": 300}))["records"].as_u64().unwrap();
    let phone = world.phone();
    assert!(!open_files(phone.folder.path()).is_empty(), "it is open");
    let within = Duration::from_secs(3);
    let (saved, took) = std::thread::scope(|scope| {
        let saver = |writer: usize| {
            let keep = &phone.keep;
            move || {
                let mut saved = Vec::new();
                // Until it is told that there is no saving now.
                for number in 0.. {
                    match keep.commit(customer(&format!("W{writer} {number}")), CommitOptions::default()) {
                        Ok(made) => saved.extend(made.records),
                        Err(error) => {
                            assert_eq!(error, KeepError::Suspended);
                            break;
                        }
                    }
                }
                saved
            }
        };
        let writers: Vec<_> = (0..3).map(|writer| scope.spawn(saver(writer))).collect();
        phone.wait(
            WatchTarget::Outbox,
            |update| matches!(update, fieldkeep::Update::Outbox { items } if items.len() > 5),
        );
        let start = Instant::now();
        phone.keep.suspend(3_000).unwrap();
        let took = start.elapsed();
        (writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>(), took)
    });
    assert!(took < within + Duration::from_secs(2), "{took:?}");
    assert_eq!(open_files(phone.folder.path()), Vec::<String>::new());
    assert_eq!(phone.keep.outbox(), Err(KeepError::Suspended));
    phone.keep.resume().unwrap();
    phone.wait_for_all();
    phone.keep.sync_now().unwrap();
    let there = world.office(&json!({"do": "dump"}))["records"].as_array().unwrap().len();
    assert_eq!(there, usize::try_from(loaded).unwrap() + saved.len());
    let mut jobs = 0;
    let mut query = Query { limit: 1_000, ..Query::all("work_order") };
    loop {
        let page = phone.keep.find(&query).unwrap();
        jobs += page.records.len();
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(jobs, 300, "the download has arrived, too");
}

#[test]
fn b25_after_close_there_is_a_typed_error_and_never_a_crash() {
    let world = World::new();
    let (phone, id, _) = world.job_on_a_phone();
    let (teller, told) = teller();
    let watching = phone.keep.watch(WatchTarget::Record { id }, teller).unwrap();
    told.recv_timeout(PATIENCE).unwrap();
    let record = phone.record(id);
    phone.keep.close();
    phone.keep.close();
    let keep = &phone.keep;
    let edit = phone.patch(&record, [("title", text("Late"))]);
    let answers = [
        keep.commit(vec![edit], CommitOptions::default()).err(),
        keep.get(id).err(),
        keep.find(&Query::all("work_order")).err(),
        keep.outbox().err(),
        keep.reviews().err(),
        keep.state(None).err(),
        keep.history(id).err(),
        keep.save_draft("form", None, None, "{}").err(),
        keep.draft("form").err(),
        keep.pause(1).err(),
        keep.discard_plan(1).err(),
        keep.sync_now().err(),
        keep.run_until(10).err(),
        keep.next_wake().err(),
        keep.suspend(10).err(),
        keep.token_changed().err(),
        keep.now_ms().err(),
    ];
    for answer in answers {
        assert_eq!(answer, Some(KeepError::Closed));
    }
    assert_eq!(keep.resume(), Err(OpenError::Closed));
    watching.cancel();
    drop(watching);
    // What was on its way arrives; then it is over: nobody is left who could tell.
    let end = loop {
        match told.recv_timeout(PATIENCE) {
            Ok(_) => {}
            Err(end) => break end,
        }
    };
    assert_eq!(end, RecvTimeoutError::Disconnected);
}
