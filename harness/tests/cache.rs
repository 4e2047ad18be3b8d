//! Download and lists (requirements F1, F3, F4), over the real wire.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;

use fieldkeep::value::{RecordId, Value};
use fieldkeep::{Comparison, Filter, KeepError, Query, Record, RecordStatus, Sort, SyncOutcome};
use serde_json::{Value as Json, json};
use support::phone::{Phone, job_on_a_phone, review};
use support::site::Field;

/// What is in `cursors`.
fn cursor(phone: &Phone) -> Vec<String> {
    phone.query("SELECT cursor FROM cursors WHERE cursor IS NOT NULL")
}

fn count(phone: &Phone) -> usize {
    phone.query("SELECT id FROM records WHERE type='customer'").len()
}

#[test]
fn f1_a_download_cut_in_mid_page_goes_on_and_the_cursor_is_never_ahead() {
    let field = Field::new();
    let proxy = field.proxy();
    for number in 0..130 {
        field.office_customer(&format!("Customer {number:03}"));
    }
    field.behave(json!({"do": "limits", "page_entries": 120}));
    let mut phone = field.phone_behind(&proxy, "ana");
    proxy.next("/v1/pull", json!({"cut_after_lines": 70}));
    let report = phone.sync();
    assert!(matches!(report.outcome, SyncOutcome::Failed { .. }), "{report:?}");
    let came = count(&phone);
    assert!(came < 120, "{came}");
    assert_eq!(cursor(&phone), Vec::<String>::new(), "the page was not whole");
    // Cut again, after a restart, in the second page.
    phone.reopen();
    field.advance(10_000);
    proxy.next("/v1/pull", json!({"cut_after_lines": 200}));
    proxy.next("/v1/pull", json!({"cut_after_lines": 3}));
    phone.sync();
    let first_page = cursor(&phone);
    assert_eq!(first_page.len(), 1);
    assert!((120..130).contains(&count(&phone)), "{}", count(&phone));
    assert_eq!(phone.device_words(), "Not everything has been loaded yet.", "not before all of it is here");
    field.advance(10_000);
    phone.sync();
    assert_eq!(count(&phone), 130);
    assert_ne!(cursor(&phone), first_page);
    assert!(phone.device_words().starts_with("Synced at "));
    // Each record once.
    assert_eq!(phone.query("SELECT count(DISTINCT server_id) FROM records"), ["130"]);
    phone.sync();
    let pulls = phone.wire.sent("/v1/pull");
    assert!(pulls.len() >= 5);
    assert_eq!(count(&phone), 130);
}

#[test]
fn f1_only_what_changed_comes_again() {
    let field = Field::new();
    let first = field.office_customer("Hansa");
    field.office_customer("Weber");
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.by_server_id("customer", &first).id;
    field.office_sets(&first, json!({"city": "Ulm"}));
    let other = phone.query("SELECT rev FROM records WHERE view LIKE '%Weber%'");
    phone.sync();
    assert_eq!(phone.text(id, "city"), "Ulm");
    assert_eq!(phone.query("SELECT rev FROM records WHERE view LIKE '%Weber%'"), other);
}

#[test]
fn f1_an_expired_cursor_loads_everything_again_and_loses_no_work() {
    let field = Field::new();
    let server_id = field.office_customer("Hansa");
    let phone = field.phone("ana");
    phone.sync();
    let id = phone.by_server_id("customer", &server_id).id;
    field.advance(91 * support::DAY_MS);
    phone.offline();
    phone.edit(id, json!({"city": "Ulm"}));
    field.office_sets(&server_id, json!({"billing_contact": "Dana"}));
    phone.online();
    field.advance(10_000);
    phone.sync();
    phone.sync();
    assert_eq!((phone.text(id, "city"), phone.text(id, "billing_contact")), ("Ulm".into(), "Dana".into()));
    assert_eq!(field.record(&server_id)["values"]["city"], "Ulm");
    phone.assert_synced(id);
}

#[test]
fn f2_after_a_full_refresh_nothing_that_is_gone_says_that_it_is_synced() {
    let field = Field::new();
    let names = ["Kept", "Deleted", "Revoked", "Deleted under an edit", "Archived"];
    let server_ids = names.map(|name| field.office_job(name));
    let mut phone = field.phone("ana");
    phone.sync();
    let [kept, deleted, revoked, edited, archived] =
        server_ids.each_ref().map(|server_id| phone.by_server_id("work_order", server_id).id);
    phone.offline();
    phone.edit(edited, json!({"description": "Leaks"}));
    field.behave(json!({"do": "delete", "server_id": server_ids[1]}));
    field.behave(json!({"do": "revoke", "user": "ana", "server_id": server_ids[2]}));
    field.behave(json!({"do": "delete", "server_id": server_ids[3]}));
    field.push("office", &[support::barrier("work_order", "archive", &server_ids[4])]);
    field.advance(100 * support::DAY_MS);
    // Killed once everything was loaded and nothing asked: it goes on from there.
    field.behave(json!({"do": "fail", "path": "/v1/lookup", "status": 503, "times": 1}));
    phone.online();
    field.advance(10_000);
    phone.sync();
    phone.reopen();
    field.advance(phone.next_wake().unwrap());
    phone.sync();
    phone.assert_synced(kept);
    let status = |id| phone.record(id).status;
    assert_eq!((status(deleted), status(revoked)), (RecordStatus::Gone, RecordStatus::Hidden));
    assert_eq!(status(archived), RecordStatus::Archived);
    assert_eq!(phone.words(deleted), "This was removed.");
    assert_eq!(phone.words(revoked), "This is not shared with you any more.");
    assert_eq!(phone.words(edited), "Removed in the office. Your changes are kept here until you decide.");
    let asked = phone.wire.sent("/v1/lookup").len();
    phone.sync();
    assert_eq!(phone.wire.sent("/v1/lookup").len(), asked, "once");
}

#[test]
fn f3_a_pull_never_overwrites_what_was_not_sent() {
    let (field, phone, id, server_id) = job_on_a_phone();
    // The push is answered "later", so that the pull comes while the shipment is open.
    phone.edit(id, json!({"description": "mine"}));
    phone.edit(id, json!({"labor_hours": "1"}));
    field.office_sets(&server_id, json!({"billing_contact": "Dana", "description": "office"}));
    field.behave(json!({"do": "answer", "outcome": "later", "after_s": 60}));
    phone.sync();
    assert_eq!(phone.query("SELECT count(*) FROM records WHERE theirs IS NOT NULL"), ["1"], "parked");
    assert_eq!(phone.text(id, "description"), "mine");
    assert_eq!(phone.record(id).fields.get("billing_contact"), None, "nothing of it is shown before the answer");
    assert!(phone.words(id).starts_with("Saved on this device. Next sync in "), "{}", phone.words(id));
    // A newer page replaces the parked one; more edits go behind.
    field.office_sets(&server_id, json!({"billing_contact": "Eve"}));
    phone.edit(id, json!({"priority": "low"}));
    phone.sync();
    assert_eq!(phone.text(id, "priority"), "low");
    let wake = phone.run().unwrap();
    field.advance(wake);
    phone.sync();
    let values = field.record(&server_id)["values"].clone();
    assert_eq!((&values["labor_hours"], &values["priority"]), (&json!("1"), &json!("low")), "the rest went");
    assert_eq!(values["description"], "office");
    assert_eq!(phone.text(id, "description"), "mine", "base and live changes");
    assert_eq!(phone.text(id, "billing_contact"), "Eve");
    let review = review(&phone);
    assert_eq!((review.field.as_str(), review.theirs), ("description", Value::Text("office".into())));
    assert_eq!(phone.query("SELECT count(*) FROM records WHERE theirs IS NOT NULL"), ["0"]);
}

#[test]
fn f3_a_page_that_names_the_open_shipment_is_its_answer() {
    let field = Field::new();
    let proxy = field.proxy();
    let server_id = field.office_job("Boiler");
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.by_server_id("work_order", &server_id).id;
    phone.edit(id, json!({"description": "mine"}));
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["description"], "mine", "the server has it, the phone does not know");
    assert_eq!(phone.outbox().len(), 1);
    // My own echo is no conflict with what I typed since, and somebody else's change is taken along.
    phone.edit(id, json!({"description": "mine 2"}));
    field.office_sets(&server_id, json!({"billing_contact": "Dana"}));
    // The shipment is put off, so that the page comes before it is sent again.
    let shipment = phone.wire.pushed()[0][0]["id"].clone();
    let later = json!({"shipment": shipment, "outcome": "later", "after_s": 600});
    phone.wire.lie("/v1/push", support::wire::ndjson(&[later]));
    field.advance(10_000);
    phone.sync();
    let sent: Vec<usize> = phone.wire.pushes().iter().map(|push| push.items().len()).collect();
    assert_eq!(sent, [1, 1, 1], "sent, put off, and then only what came behind");
    assert_eq!(phone.keep().reviews().unwrap(), []);
    assert_eq!(field.record(&server_id)["values"]["description"], "mine 2");
    assert_eq!(phone.text(id, "billing_contact"), "Dana");
    phone.assert_synced(id);
    assert_eq!(field.record(&server_id)["changes"]["description"], 2, "each once");
}

#[test]
fn f3_nothing_goes_backwards() {
    let field = Field::new();
    let proxy = field.proxy();
    let server_id = field.office_customer("Hansa");
    let phone = field.phone_behind(&proxy, "ana");
    phone.sync();
    let id = phone.by_server_id("customer", &server_id).id;
    // An old answer replayed after newer news.
    phone.edit(id, json!({"city": "Ulm"}));
    proxy.next("/v1/push", json!("drop_reply"));
    phone.sync();
    field.office_sets(&server_id, json!({"city": "Bonn", "billing_contact": "Dana"}));
    field.advance(10_000);
    phone.sync();
    assert_eq!((phone.text(id, "city"), phone.text(id, "billing_contact")), ("Bonn".into(), "Dana".into()));
    phone.assert_synced(id);
    // A page whose numbers lie in the past.
    field.office_sets(&server_id, json!({"city": "Kiel"}));
    field.behave(json!({"do": "tamper", "path": "pull", "how": "seq_back"}));
    phone.sync();
    assert_eq!(phone.text(id, "city"), "Bonn", "old news by its number");
    field.office_sets(&server_id, json!({"phone": "123"}));
    phone.sync();
    assert_eq!((phone.text(id, "city"), phone.text(id, "phone")), ("Kiel".into(), "123".into()));
    assert_eq!(phone.keep().reviews().unwrap(), []);
}

#[test]
fn f3_a_page_that_names_another_record_is_reported_and_left() {
    for how in ["wrong_record", "taken_server_id"] {
        let field = Field::new();
        let (one, other) = (field.office_customer("Hansa"), field.office_customer("Weber"));
        let phone = field.phone("ana");
        phone.sync();
        let ids = [&one, &other].map(|server_id| phone.by_server_id("customer", server_id).id);
        field.office_sets(&one, json!({"city": "Ulm"}));
        field.office_sets(&other, json!({"city": "Bonn"}));
        field.behave(json!({"do": "tamper", "path": "pull", "how": how}));
        phone.sync();
        for (id, name) in ids.iter().zip(["Hansa", "Weber"]) {
            assert_eq!(phone.text(*id, "name"), name, "{how}: records were mixed up");
        }
        assert_eq!(phone.keep().find(&Query::all("customer")).unwrap().records.len(), 2, "{how}");
    }
}

/// A type with a field of each comparable kind.
const KINDS: &str = r#"{"version": 1, "types": [{"name": "thing", "fields": [
    {"name": "name", "kind": "text", "required": true, "indexed": true},
    {"name": "long", "kind": "long_text"}, {"name": "cost", "kind": "decimal", "indexed": true},
    {"name": "number", "kind": "integer", "indexed": true}, {"name": "good", "kind": "boolean", "indexed": true},
    {"name": "at", "kind": "instant", "indexed": true}, {"name": "day", "kind": "date"},
    {"name": "state", "kind": "choice", "choices": ["a", "b", "c"], "indexed": true},
    {"name": "phone", "kind": "phone"}, {"name": "parent", "kind": "reference", "target": "thing", "indexed": true}]}]}"#;

fn make(phone: &Phone, name: &str, more: Json) -> RecordId {
    let mut fields = json!({ "name": name });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    phone.create("thing", fields)
}

fn names(records: &[Record]) -> Vec<String> {
    let name = |record: &Record| match &record.fields["name"] {
        Value::Text(name) => name.clone(),
        other => panic!("{other:?}"),
    };
    records.iter().map(name).collect()
}

#[test]
fn f4_filters_of_each_type() {
    let field = Field::with_schema(KINDS);
    let phone = field.phone("ana");
    let root = make(&phone, "root", json!({}));
    let low = json!({"cost": "9.50", "number": -5, "good": false, "at": 1000, "day": "2026-01-31", "state": "a",
        "phone": "+49 171", "long": "x", "parent": root});
    let high = json!({"cost": "10", "number": 7, "good": true, "at": 2000, "day": "2026-02-01", "state": "b",
        "phone": "0172", "long": "y", "parent": root});
    make(&phone, "low", low);
    make(&phone, "high", high);
    let find = |field: &str, test: Comparison| {
        let query = Query { filters: vec![Filter { field: field.to_owned(), test }], ..Query::all("thing") };
        names(&phone.keep().find(&query).unwrap().records)
    };
    let pairs = [
        ("cost", Value::Decimal("9.5".into()), Value::Decimal("10.00".into())),
        ("number", Value::Integer(-5), Value::Integer(7)),
        ("good", Value::Boolean(false), Value::Boolean(true)),
        ("at", Value::Instant(1000), Value::Instant(2000)),
        ("day", Value::Date("2026-01-31".into()), Value::Date("2026-02-01".into())),
        ("state", Value::Choice("a".into()), Value::Choice("b".into())),
        ("long", Value::Text("x".into()), Value::Text("y".into())),
    ];
    for (name, low, high) in pairs {
        assert_eq!(find(name, Comparison::Equal(low.clone())), ["low"], "{name}");
        assert_eq!(find(name, Comparison::OneOf(vec![low.clone(), high.clone()])), ["low", "high"], "{name}");
        assert_eq!(find(name, Comparison::OneOf(vec![Value::Null, high.clone()])), ["root", "high"], "{name}");
        assert_eq!(find(name, Comparison::OneOf(vec![])), Vec::<String>::new(), "{name}");
        assert_eq!(find(name, Comparison::Below(high.clone())), ["low"], "{name}: null is not below");
        assert_eq!(find(name, Comparison::AtMost(high.clone())), ["low", "high"], "{name}");
        assert_eq!(find(name, Comparison::Above(low.clone())), ["high"], "{name}");
        assert_eq!(find(name, Comparison::AtLeast(low)), ["low", "high"], "{name}");
        assert_eq!(find(name, Comparison::Empty), ["root"], "{name}");
        assert_eq!(find(name, Comparison::Equal(Value::Null)), ["root"], "{name}");
        assert_eq!(find(name, Comparison::NotEmpty), ["low", "high"], "{name}");
    }
    for (name, least, most) in [
        ("at", Value::Instant(i64::MIN), Value::Instant(i64::MAX)),
        ("number", Value::Integer(i64::MIN), Value::Integer(i64::MAX)),
    ] {
        assert_eq!(find(name, Comparison::Above(least.clone())), ["low", "high"], "{name}: after the distant past");
        assert_eq!(find(name, Comparison::AtMost(most)), ["low", "high"], "{name}: before the distant future");
        assert_eq!(find(name, Comparison::Below(least)), Vec::<String>::new(), "{name}: null is not below");
    }
    assert_eq!(find("phone", Comparison::Equal(Value::Phone("0049-171".into()))), ["low"]);
    assert_eq!(find("parent", Comparison::Equal(Value::Reference(root))), ["low", "high"]);
    assert_eq!(find("name", Comparison::Equal(Value::Text("low".into()))), ["low"]);
    make(&phone, "nearly", json!({"cost": "9.50000000000000000000001"}));
    for test in
        [Comparison::Equal(Value::Decimal("9.50".into())), Comparison::OneOf(vec![Value::Decimal("9.5".into())])]
    {
        assert_eq!(find("cost", test), ["low"], "equal to the last digit");
    }
    let both = vec![
        Filter { field: "number".into(), test: Comparison::Above(Value::Integer(-6)) },
        Filter { field: "number".into(), test: Comparison::Below(Value::Integer(7)) },
        Filter { field: "state".into(), test: Comparison::NotEmpty },
    ];
    let query = Query { filters: both, ..Query::all("thing") };
    assert_eq!(names(&phone.keep().find(&query).unwrap().records), ["low"]);
}

#[test]
fn f4_lists_follow_live_edits_archives_and_news() {
    let field = Field::with_schema(KINDS);
    let phone = field.phone("ana");
    let id = make(&phone, "one", json!({"state": "a"}));
    let other = field.office_creates("thing", json!({"name": "two", "state": "a"}));
    phone.sync();
    let find = |state: &str| {
        let test = Comparison::Equal(Value::Choice(state.into()));
        let query = Query { filters: vec![Filter { field: "state".into(), test }], ..Query::all("thing") };
        names(&phone.keep().find(&query).unwrap().records)
    };
    assert_eq!(find("a"), ["one", "two"]);
    phone.edit(id, json!({"state": "b"}));
    assert_eq!((find("a"), find("b")), (vec!["two".to_owned()], vec!["one".to_owned()]));
    field.office_sets(&other, json!({"state": "b"}));
    phone.sync();
    assert_eq!(find("b"), ["one", "two"]);
    phone.archive(id);
    assert_eq!(find("b"), ["one", "two"], "it is there until the server has put it away");
    phone.sync();
    assert_eq!(find("b"), ["two"]);
}

/// Walks a list page by page.
fn walk(phone: &Phone, query: &Query) -> Vec<Record> {
    let (mut query, mut all) = (query.clone(), Vec::new());
    loop {
        let page = phone.keep().find(&query).unwrap();
        assert!(page.records.len() <= usize::try_from(query.limit).unwrap());
        all.extend(page.records);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return all,
        }
    }
}

/// A value as something that sorts, null first.
fn rank(record: &Record, name: &str) -> (bool, f64, String) {
    match record.fields.get(name) {
        None => (false, 0.0, String::new()),
        Some(Value::Decimal(text)) => (true, text.parse().unwrap(), String::new()),
        #[allow(clippy::cast_precision_loss, reason = "the test's numbers are small")]
        Some(Value::Integer(number) | Value::Instant(number)) => (true, *number as f64, String::new()),
        Some(Value::Boolean(flag)) => (true, f64::from(u8::from(*flag)), String::new()),
        Some(Value::Text(text) | Value::Choice(text) | Value::Date(text)) => (true, 0.0, text.clone()),
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn f4_paging_over_equal_values_and_nulls_visits_each_record_once() {
    let field = Field::with_schema(KINDS);
    let phone = field.phone("ana");
    let (mut edits, mut expected) = (Vec::new(), BTreeMap::new());
    for number in 0..60_i64 {
        let mut fields = json!({"name": format!("n{:02}", (number * 37) % 60), "good": number % 2 == 0});
        if number % 3 != 0 {
            fields["cost"] = json!(format!("{}.{:03}1234567890123", number % 4 - 2, number % 7));
            fields["number"] = json!(number % 5 - 2);
            fields["at"] = json!((number % 4) * 1000);
            fields["day"] = json!(format!("2026-01-{:02}", number % 6 + 1));
            fields["state"] = json!(["a", "b", "c"][usize::try_from(number % 3).unwrap()]);
        }
        edits.push(phone.creation("thing", None, &fields));
    }
    for id in phone.commit(edits).records {
        expected.insert(id, 0);
    }
    for name in ["name", "cost", "number", "good", "at", "day", "state"] {
        for descending in [false, true] {
            for limit in [1, 7, 59, 60, 61] {
                let sort = Some(Sort { field: name.to_owned(), descending });
                let all = walk(&phone, &Query { sort, limit, ..Query::all("thing") });
                let mut visits = expected.clone();
                all.iter().for_each(|record| *visits.get_mut(&record.id).unwrap() += 1);
                assert!(visits.values().all(|count| *count == 1), "{name} {descending} {limit}: {visits:?}");
                let ordered = all.windows(2).all(|pair| {
                    let (first, second) = (rank(&pair[0], name), rank(&pair[1], name));
                    if descending { first >= second } else { first <= second }
                });
                assert!(ordered, "{name} descending {descending}");
            }
        }
    }
    let filters =
        vec![Filter { field: "number".into(), test: Comparison::OneOf(vec![Value::Null, Value::Integer(1)]) }];
    let some = walk(&phone, &Query { filters, limit: 4, ..Query::all("thing") });
    assert_eq!(some.len(), 28);
    assert_eq!(walk(&phone, &Query { limit: 9, ..Query::all("thing") }).len(), 60);
}

#[test]
fn f4_a_page_goes_on_where_it_was_though_records_come_and_go() {
    let field = Field::with_schema(KINDS);
    let phone = field.phone("ana");
    let ids: Vec<RecordId> = (0..6).map(|number| make(&phone, &format!("n{number}"), json!({}))).collect();
    let by_name =
        Query { sort: Some(Sort { field: "name".into(), descending: false }), limit: 3, ..Query::all("thing") };
    let first = phone.keep().find(&by_name).unwrap();
    assert_eq!(names(&first.records), ["n0", "n1", "n2"]);
    // The last one of the page moves away, another comes before it, one behind it.
    phone.edit(ids[2], json!({"name": "z"}));
    make(&phone, "n00", json!({}));
    make(&phone, "n21", json!({}));
    let rest = Query { after: first.next, limit: 20, ..by_name };
    assert_eq!(names(&phone.keep().find(&rest).unwrap().records), ["n21", "n3", "n4", "n5", "z"]);
}

#[test]
fn f2_what_a_cut_page_showed_may_be_gone_when_it_is_asked_for_again() {
    let field = Field::new();
    let proxy = field.proxy();
    let server_ids: Vec<String> =
        (0..60).map(|number| field.office_customer(&format!("Customer {number:02}"))).collect();
    let phone = field.phone_behind(&proxy, "ana");
    proxy.next("/v1/pull", json!({"cut_after_lines": 56}));
    phone.sync();
    let shown = phone.by_server_id("customer", &server_ids[3]).id;
    field.behave(json!({"do": "delete", "server_id": server_ids[3]}));
    field.advance(10_000);
    phone.sync();
    assert_eq!((phone.record(shown).status, phone.words(shown)), (RecordStatus::Gone, "This was removed.".to_owned()));
    assert_eq!(phone.query("SELECT count(*) FROM unseen"), ["0"]);
}

#[test]
fn f4_text_search_finds_words_in_any_spelling_and_follows_every_change() {
    let field = Field::new();
    let phone = field.phone("ana");
    let found = |typed: &str| {
        let query = Query { search: Some(typed.to_owned()), ..Query::all("customer") };
        names(&phone.keep().find(&query).unwrap().records)
    };
    let id = phone.customer("Bäckerei Łódź");
    phone.customer("Hansa Brauerei");
    for typed in ["bäckerei", "BACKEREI", "back", "Łódź backerei", "  \"Bäckerei\"*  "] {
        assert_eq!(found(typed), ["Bäckerei Łódź"], "{typed:?}");
    }
    assert_eq!(found("erei"), Vec::<String>::new(), "the beginning of a word, not its end");
    assert_eq!(found("backerei hansa"), Vec::<String>::new(), "every word must be there");
    assert_eq!(found(" ? ").len(), 2, "no word is no condition");
    phone.sync();
    phone.edit(id, json!({ "name": "Konditorei" }));
    assert_eq!((found("backerei").len(), found("konditorei").len()), (0, 1), "an edit of one's own, at once");
    phone.sync();
    let server_id = phone.server_id(id);
    field.office_sets(&server_id, json!({ "name": "Café" }));
    phone.sync();
    assert_eq!((found("konditorei").len(), found("cafe").len()), (0, 1), "what the office changed");
    let other = field.phone("ana");
    other.sync();
    let query = Query { search: Some("cafe".to_owned()), ..Query::all("customer") };
    assert_eq!(other.keep().find(&query).unwrap().records.len(), 1, "what was downloaded");
    let visits = Query { search: Some("x".to_owned()), ..Query::all("visit") };
    assert!(matches!(phone.keep().find(&visits), Err(KeepError::BadRequest { .. })), "nothing there is searchable");
}

#[test]
fn f4_tags_and_phone_numbers_are_searched_as_people_write_them() {
    let schema = r#"{"version": 1, "types": [{"name": "thing", "fields": [{"name": "name", "kind": "text"},
        {"name": "tags", "kind": "tags", "searchable": true}, {"name": "phone", "kind": "phone", "searchable": true}]}]}"#;
    let field = Field::with_schema(schema);
    let phone = field.phone("ana");
    phone.create("thing", json!({ "name": "lift", "tags": ["roof", "night shift"], "phone": "+49 171 123-45" }));
    phone.create("thing", json!({ "name": "pump", "tags": ["cellar"], "phone": "0172 99" }));
    let found = |typed: &str| {
        let query = Query { search: Some(typed.to_owned()), ..Query::all("thing") };
        names(&phone.keep().find(&query).unwrap().records)
    };
    for typed in ["roof", "shift", "night roof", "+49 171", "4917112345", "+49 (171) 123"] {
        assert_eq!(found(typed), ["lift"], "{typed:?}");
    }
    assert_eq!(found("017"), ["pump"]);
    assert_eq!(found("roof cellar"), Vec::<String>::new());
}

#[test]
fn f4_a_field_that_becomes_searchable_is_searched_in_what_is_here_already() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    phone.create("customer", json!({ "name": "Hansa", "city": "Ulm" }));
    let found = |phone: &Phone| {
        let query = Query { search: Some("ulm".to_owned()), ..Query::all("customer") };
        names(&phone.keep().find(&query).unwrap().records)
    };
    assert_eq!(found(&phone), Vec::<String>::new());
    phone.next_schema(|field| field.searchable |= field.name == "city");
    assert_eq!(found(&phone), ["Hansa"]);
}
