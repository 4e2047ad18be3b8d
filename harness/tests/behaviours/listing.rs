//! Drafts and lists: B13 to B15.

use std::collections::BTreeSet;

use fieldkeep::store::DATABASE_FILE;
use fieldkeep::value::Value;
use fieldkeep::{CommitOptions, Comparison, Filter, Query, Sort, Update, WatchTarget};
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::stage::{World, choice, fields, text};

#[test]
fn b13_a_draft_survives_is_not_sent_and_ends_with_its_save() {
    let world = World::new();
    let (mut phone, id, server_id) = world.job_on_a_phone();
    let form = phone.record(id);
    let half = "{\"description\":\"Le\"}";
    phone.keep.save_draft("job form", Some(id), Some(form.seen), half).unwrap();
    phone.reopen();
    let draft = phone.keep.draft("job form").unwrap().unwrap();
    assert_eq!((draft.record, draft.fields.as_str()), (Some(id), half));
    phone.keep.sync_now().unwrap();
    assert!(phone.keep.outbox().unwrap().is_empty());
    assert_eq!(world.record(&server_id)["values"].get("description"), None);
    let mut shown = phone.record(id);
    shown.seen = draft.seen.unwrap();
    let options = CommitOptions { draft: Some("job form".into()), ..CommitOptions::default() };
    phone.keep.commit(vec![phone.patch(&shown, [("description", text("Leaks"))])], options).unwrap();
    assert_eq!(phone.keep.draft("job form").unwrap(), None);
    phone.wait_synced(id);
    assert_eq!(world.record(&server_id)["values"]["description"], "Leaks");
}

fn titles(records: &[fieldkeep::Record]) -> Vec<String> {
    let title = |record: &fieldkeep::Record| match &record.fields["title"] {
        Value::Text(title) => title.clone(),
        other => panic!("{other:?}"),
    };
    records.iter().map(title).collect()
}

#[test]
fn b37_words_are_found_in_any_spelling_and_an_edit_counts_at_once() {
    let world = World::new();
    let phone = world.phone();
    let bakery = phone.customer("Bäckerei Łódź");
    phone.customer("Hansa");
    let found = |words: &str| {
        let query = Query { search: Some(words.to_owned()), ..Query::all("customer") };
        let records = phone.keep.find(&query).unwrap().records;
        records.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(found("ŁÓDŹ back"), [bakery]);
    assert_eq!(found("back hansa"), []);
    phone.edit(bakery, [("name", text("Café"))]);
    assert_eq!(found("cafe"), [bakery]);
    assert_eq!(found("backerei"), []);
}

#[test]
fn b14_a_list_is_filtered_sorted_paged_and_followed() {
    let world = World::new();
    let phone = world.phone();
    phone.keep.sync_now().unwrap();
    phone.offline();
    let customer = phone.customer("Hansa");
    let job = |number: usize, status: &str| {
        let given = [
            ("title", text(&format!("Job {number:02}"))),
            ("status", choice(status)),
            ("customer", Value::Reference(customer)),
        ];
        phone.create("work_order", fields(given))
    };
    let jobs: Vec<_> =
        (0..25).rev().map(|number| job(number, if number % 5 == 0 { "complete" } else { "assigned" })).collect();
    let query = |after| Query {
        filters: vec![Filter { field: "status".into(), test: Comparison::Equal(choice("assigned")) }],
        sort: Some(Sort { field: "title".into(), descending: false }),
        limit: 7,
        after,
        ..Query::all("work_order")
    };
    let first = phone.keep.find(&query(None)).unwrap();
    // One goes that was shown, one comes behind: the pages that follow are right all the same.
    let shown = first.records[0].id;
    phone.edit(shown, [("status", choice("complete"))]);
    job(99, "assigned");
    let (mut seen, mut next) = (titles(&first.records), first.next);
    while next.is_some() {
        let page = phone.keep.find(&query(next)).unwrap();
        assert!(page.records.len() <= 7);
        seen.extend(titles(&page.records));
        next = page.next;
    }
    let expected: Vec<String> =
        (0..25).filter(|number| number % 5 != 0).chain([99]).map(|number| format!("Job {number:02}")).collect();
    assert_eq!(seen, expected, "each on one page, in order");
    let follows = |update: &Update| matches!(update, Update::Records { page } if titles(&page.records)[0] == "Job 00");
    std::thread::scope(|scope| {
        let watching = scope.spawn(|| phone.wait(WatchTarget::Records { query: query(None) }, follows));
        phone.edit(jobs[24], [("status", choice("assigned"))]);
        watching.join().unwrap();
    });
}

/// Kilobytes that a process has in memory.
fn resident_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn b15_a_hundred_thousand_records_come_page_by_page_each_once() {
    const RECORDS: usize = 100_000;
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    // A process of its own, so that its memory is that of the list alone.
    let start = || {
        let mut device = world.device(folder.path());
        device.line().unwrap();
        device
    };
    let mut device = start();
    device.ask(&json!({"do": "close"})).unwrap();
    device.kill().unwrap();
    // As if downloaded: it is the listing that is looked at, and a download of so many takes minutes in a debug build.
    let database = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    let downloaded = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i+1<?1) \
                      INSERT INTO records(id,type,server_id,view,version,server_seq,synced_ms) SELECT randomblob(16), \
                      'customer', 'C-'||i, json_object('name', printf('C %06d', i)), '1', i, 1 FROM n";
    assert_eq!(database.execute(downloaded, [i64::try_from(RECORDS).unwrap()]).unwrap(), RECORDS);
    drop(database);
    let mut device = start();
    let (mut after, mut last, mut ids) = (Json::Null, String::new(), BTreeSet::new());
    let mut memory_kb = Vec::new();
    loop {
        let find = json!({"do": "find", "type": "customer", "sort": "name", "limit": 500, "after": after});
        let page = device.ask(&find).unwrap();
        for record in page["records"].as_array().unwrap() {
            let name = record["fields"]["name"].as_str().unwrap();
            assert!(name > last.as_str(), "{name} after {last}");
            name.clone_into(&mut last);
            assert!(ids.insert(record["id"].as_str().unwrap().to_owned()), "{record} comes twice");
        }
        memory_kb.push(resident_kb(device.id()));
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!((ids.len(), last.as_str()), (RECORDS, "C 099999"));
    let (early, end) = (memory_kb[20], memory_kb[memory_kb.len() - 1]);
    // A page of 500 takes about one megabyte; all of them would be two hundred.
    assert!(end < early + 20 * 1024, "from {early} to {end} kB over {} pages", memory_kb.len());
}
