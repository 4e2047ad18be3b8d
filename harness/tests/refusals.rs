//! Bad input: each with its own error, and nothing written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;

use fieldkeep::schema::ProblemKind;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{CommitOptions, Comparison, Edit, Filter, KeepError, MAX_PAGE, Query, Resolve, SeenStamp, Sort};
use serde_json::{Value as Json, json};
use support::phone::{Phone, job_on_a_phone, resolve, review};
use support::site::Field;

/// Everything that a refused call could have written.
fn contents(phone: &Phone) -> Vec<Vec<String>> {
    ["records", "changes", "journal", "forms", "drafts", "refs", "reviews"]
        .iter()
        .map(|table| phone.query(&format!("SELECT count(*) FROM {table}")))
        .chain([phone.query("SELECT view||rev FROM records ORDER BY no")])
        .collect()
}

fn invalid(result: &Result<impl std::fmt::Debug, KeepError>) -> Vec<(String, ProblemKind)> {
    match result {
        Err(KeepError::Invalid { problems }) => {
            problems.iter().map(|problem| (problem.field.clone(), problem.kind.clone())).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> HashMap<String, Value> {
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn values_that_do_not_fit_are_named_field_by_field() {
    use ProblemKind as P;
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    let id = phone.job("Boiler", customer);
    let other_job = phone.job("Lift", customer);
    let seen = Some(phone.record(id).seen);
    let before = contents(&phone);
    let nowhere = Value::Reference(phone.keep().new_record_id());
    for (name, value, kind) in [
        ("ghost", text("x"), P::UnknownField),
        ("title", Value::Integer(1), P::WrongType),
        ("title", Value::Null, P::Missing),
        ("title", text(""), P::Missing),
        ("title", text(&"x".repeat(2 * 1024 * 1024)), P::TooLong),
        ("description", text(&"x".repeat(2 * 1024 * 1024)), P::TooLong),
        ("status", Value::Choice("flying".into()), P::UnknownChoice),
        ("due", Value::Date("2026-02-30".into()), P::Malformed),
        ("labor_hours", Value::Decimal("many".into()), P::Malformed),
        ("site", Value::Geo { latitude: 91.0, longitude: 0.0 }, P::OutOfRange),
        ("number", text("7"), P::ServerOwned),
        ("customer", nowhere, P::BadReference),
        ("customer", Value::Reference(other_job), P::BadReference),
        ("customer", Value::Null, P::Missing),
        ("title", Value::Unknown("{}".into()), P::WrongType),
    ] {
        let patch = Edit::Patch {
            record_type: "work_order".into(),
            id,
            seen: seen.clone(),
            fields: fields([(name, value.clone()), ("billing_contact", text("fits"))]),
        };
        // A good edit in the same commit is not kept either.
        let good = phone.patch(customer, &json!({"city": "Ulm"}));
        let refused = phone.try_commit(vec![good, patch]);
        assert_eq!(invalid(&refused), [(name.to_owned(), kind)], "{name} {value:.20?}");
        assert_eq!(contents(&phone), before, "{name} left a trace");
    }
    let create = Edit::Create { record_type: "work_order".into(), id: None, fields: fields([("number", text("7"))]) };
    assert_eq!(invalid(&phone.try_commit(vec![create]))[0].1, P::ServerOwned);
    let empty = Edit::Create { record_type: "work_order".into(), id: None, fields: HashMap::new() };
    let missing: Vec<String> = invalid(&phone.try_commit(vec![empty])).into_iter().map(|(name, _)| name).collect();
    assert_eq!(missing, ["title", "status", "customer"]);
    assert_eq!(contents(&phone), before);
}

#[test]
fn edits_of_the_wrong_thing_are_refused() {
    let field = Field::new();
    let phone = field.phone("ana");
    let customer = phone.customer("Hansa");
    let id = phone.job("Boiler", customer);
    let note = phone.create("note", json!({"work_order": id, "text": "Hello"}));
    let archived = phone.customer("Old");
    phone.archive(archived);
    let waiting = phone.customer("Leaving");
    phone.sync();
    phone.archive(waiting);
    let before = contents(&phone);
    let seen = |id: RecordId| Some(phone.record(id).seen);
    let patch = |record_type: &str, id, seen| Edit::Patch {
        record_type: record_type.to_owned(),
        id,
        seen,
        fields: fields([("name", text("x"))]),
    };
    let unknown = phone.keep().new_record_id();
    let make = |record_type: &str, id| Edit::Create {
        record_type: record_type.to_owned(),
        id,
        fields: fields([("name", text("x"))]),
    };
    let many: Vec<Edit> = (0..101).map(|_| make("customer", None)).collect();
    let long = text(&"x".repeat(60 * 1024));
    let large: Vec<Edit> = (0..10)
        .map(|_| Edit::Patch {
            record_type: "work_order".into(),
            id,
            seen: seen(id),
            fields: fields([("description", long.clone())]),
        })
        .enumerate()
        .map(|(number, edit)| match edit {
            Edit::Patch { record_type, id, seen, mut fields } => {
                fields.insert("description".into(), text(&format!("{number}{}", "x".repeat(60 * 1024))));
                Edit::Patch { record_type, id, seen, fields }
            }
            other => other,
        })
        .collect();
    type Expected = fn(&KeepError) -> bool;
    let not_found: Expected = |error| matches!(error, KeepError::NotFound { .. });
    let bad: Expected = |error| matches!(error, KeepError::BadRequest { .. });
    let closed: Expected = |error| matches!(error, KeepError::NotEditable { .. });
    let cases: Vec<(&str, Vec<Edit>, Expected)> = vec![
        ("an unknown type", vec![make("ghost", None)], not_found),
        ("a patch of an unknown type", vec![patch("ghost", customer, seen(customer))], not_found),
        ("an unknown record", vec![patch("customer", unknown, seen(customer))], not_found),
        ("another type", vec![patch("customer", id, seen(id))], bad),
        ("an id that is taken", vec![make("customer", Some(customer))], bad),
        ("no edit", vec![], bad),
        ("too many edits", many, bad),
        ("more than a request carries", large, bad),
        ("an archived record", vec![patch("customer", archived, seen(archived))], closed),
        ("one that will be archived", vec![patch("customer", waiting, seen(waiting))], closed),
        ("archived twice", vec![Edit::Archive { id: waiting, seen: seen(waiting) }], closed),
        ("signed off when archived", vec![Edit::Signoff { id: archived, seen: seen(archived) }], closed),
        ("a patch of what is only added", vec![phone.patch(note, &json!({"text": "x"}))], closed),
    ];
    for (what, edits, expected) in cases {
        let error = phone.try_commit(edits).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
        assert_eq!(contents(&phone), before, "{what} left a trace");
    }
}

#[test]
fn stamps_must_be_there_whole_and_of_the_record() {
    let field = Field::new();
    let phone = field.phone("ana");
    let (id, other) = (phone.customer("Hansa"), phone.customer("Weber"));
    let before = contents(&phone);
    let stamp = phone.record(id).seen;
    let mut damaged = stamp.0.clone();
    damaged.replace_range(10..11, if &damaged[10..11] == "A" { "B" } else { "A" });
    for (what, seen) in [
        ("missing", None),
        ("empty", Some(SeenStamp(String::new()))),
        ("damaged", Some(SeenStamp(damaged))),
        ("cut", Some(SeenStamp(stamp.0[..stamp.0.len() / 2].to_owned()))),
        ("of another record", Some(phone.record(other).seen)),
    ] {
        let edits = [
            Edit::Patch {
                record_type: "customer".into(),
                id,
                seen: seen.clone(),
                fields: fields([("city", text("Ulm"))]),
            },
            Edit::Archive { id, seen: seen.clone() },
            Edit::Reopen { id, seen: seen.clone() },
            Edit::Signoff { id, seen: seen.clone() },
        ];
        for edit in edits {
            let refused = phone.try_commit(vec![edit]);
            assert!(matches!(refused, Err(KeepError::BadStamp { .. })), "{what}: {refused:?}");
        }
    }
    assert_eq!(contents(&phone), before);
}

#[test]
fn a_merged_record_says_what_it_is_now() {
    let field = Field::new();
    let mut phone = field.phone("ana");
    let (id, into) = (phone.customer("Hansa"), phone.customer("Hansa AG"));
    phone.sync();
    let seen = phone.record(id).seen;
    phone.stop();
    phone.plant(&format!(
        "UPDATE records SET merged_into=(SELECT no FROM records WHERE id=x'{}') WHERE id=x'{}'",
        into.0.simple(),
        id.0.simple()
    ));
    phone.reopen();
    assert_eq!(phone.record(id).id, into, "the old id leads to the record that it is now");
    let patch =
        Edit::Patch { record_type: "customer".into(), id, seen: Some(seen), fields: fields([("city", text("Ulm"))]) };
    let before = contents(&phone);
    assert_eq!(phone.try_commit(vec![patch]), Err(KeepError::Merged { id, into }));
    assert_eq!(contents(&phone), before);
}

#[test]
fn a_form_token_is_good_for_one_form() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    let options = |together| CommitOptions {
        form_token: Some(fieldkeep::value::FormToken(id.0)),
        together,
        ..CommitOptions::default()
    };
    let form = phone.record(id).seen;
    let edit = |city: &str| phone.patch_seen(id, &form, &json!({"city": city}));
    let first = phone.keep().commit(vec![edit("Ulm")], options(false)).unwrap();
    let before = contents(&phone);
    let again = phone.keep().commit(vec![edit("Ulm")], options(false)).unwrap();
    assert_eq!((again.operations, again.records, again.repeated), (first.operations, first.records, true));
    for (edits, together) in
        [(vec![edit("Bonn")], false), (vec![edit("Ulm")], true), (vec![edit("Ulm"), edit("Ulm")], false)]
    {
        assert_eq!(phone.keep().commit(edits, options(together)), Err(KeepError::FormTokenReused));
    }
    assert_eq!(contents(&phone), before);
}

#[test]
fn queries_and_page_marks_are_checked() {
    let field = Field::new();
    let phone = field.phone("ana");
    for name in ["a", "b", "c"] {
        phone.customer(name);
    }
    let all = || Query::all("customer");
    let by = |field: &str, test| Query { filters: vec![Filter { field: field.to_owned(), test }], ..all() };
    let sorted =
        |field: &str| Query { sort: Some(Sort { field: field.to_owned(), descending: false }), limit: 1, ..all() };
    let mark = phone.keep().find(&sorted("name")).unwrap().next;
    assert!(mark.is_some());
    type Expected = fn(&KeepError) -> bool;
    let not_found: Expected = |error| matches!(error, KeepError::NotFound { .. });
    let bad: Expected = |error| matches!(error, KeepError::BadRequest { .. });
    for (what, query, expected) in [
        ("an unknown type", Query::all("ghost"), not_found),
        ("an unknown field", by("ghost", Comparison::Empty), not_found),
        ("an order by an unknown field", sorted("ghost"), not_found),
        (
            "tags",
            Query { sort: Some(Sort { field: "tags".into(), descending: true }), ..Query::all("work_order") },
            not_found,
        ),
        ("a value of another type", by("name", Comparison::Equal(Value::Integer(1))), bad),
        ("one of another type among them", by("name", Comparison::OneOf(vec![text("a"), Value::Boolean(true)])), bad),
        ("no records", Query { limit: 0, ..all() }, bad),
        ("too many records", Query { limit: MAX_PAGE + 1, ..all() }, bad),
        ("rubbish for a mark", Query { after: Some("rubbish".into()), ..all() }, bad),
        ("an empty mark", Query { after: Some(String::new()), ..all() }, bad),
        ("the mark of another order", Query { after: mark.clone(), ..all() }, bad),
        ("the mark of another type", Query { after: mark.clone(), ..Query::all("work_order") }, bad),
    ] {
        let error = phone.keep().find(&query).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
        let watched = phone.keep().watch(fieldkeep::WatchTarget::Records { query }, std::sync::Arc::new(Deaf));
        assert!(watched.is_err(), "{what} is watched");
    }
    let rest = phone.keep().find(&Query { after: mark, limit: 5, ..sorted("name") }).unwrap();
    assert_eq!(rest.records.len(), 2, "the size of a page may change from one to the next");
}

struct Deaf;

impl fieldkeep::Listener for Deaf {
    fn on_update(&self, _update: fieldkeep::Update) {}
}

#[test]
fn drafts_are_bounded_and_of_records_that_are_here() {
    let field = Field::new();
    let phone = field.phone("ana");
    let save = |form: &str, record, fields: &str| phone.keep().save_draft(form, record, None, fields);
    assert!(matches!(save("", None, "{}"), Err(KeepError::BadRequest { .. })));
    assert!(matches!(save("f", None, &"x".repeat(1024 * 1024 + 1)), Err(KeepError::BadRequest { .. })));
    let unknown = phone.keep().new_record_id();
    assert!(matches!(save("f", Some(unknown), "{}"), Err(KeepError::NotFound { .. })));
    assert!(matches!(phone.keep().history(unknown), Err(KeepError::NotFound { .. })));
    assert_eq!(phone.keep().draft("f").unwrap(), None);
    assert_eq!(phone.keep().get(unknown).unwrap(), None);
    assert_eq!(phone.keep().state(Some(unknown)).unwrap(), None);
}

#[test]
fn a_review_of_a_whole_record_takes_no_single_value() {
    let field = Field::new();
    let phone = field.phone("ana");
    let server_id = field.office_customer("Hansa");
    phone.sync();
    let id = phone.by_server_id("customer", &server_id).id;
    phone.edit(id, json!({"city": "Ulm"}));
    field.behave(json!({"do": "delete", "server_id": server_id}));
    phone.sync();
    let review = review(&phone);
    assert!(!review.can_merge);
    let before = contents(&phone);
    let merged = fieldkeep::Resolve::Merged { value: text("x") };
    let refused = phone.keep().resolve(review.id, review.theirs_rev, merged);
    assert!(matches!(refused, Err(KeepError::Invalid { .. })), "{refused:?}");
    assert_eq!(contents(&phone), before);
    assert_eq!(field.record(&server_id)["values"]["city"], Json::Null);
}

#[test]
fn d15_an_edit_that_was_given_up_is_no_reason_to_overwrite_the_same_value_of_somebody_else() {
    let (field, phone, id, server_id) = job_on_a_phone();
    let old_form = phone.record(id).seen;
    field.behave(json!({"do": "refuse_field", "field": "work_order.title", "message": "no"}));
    phone.edit(id, json!({"title": "Pump 7"}));
    phone.sync();
    resolve(&phone, Resolve::Theirs);
    field.behave(json!({"do": "refuse_field", "field": "work_order.title", "message": null}));
    field.office_sets(&server_id, json!({"title": "Pump 7"}));
    phone.sync();
    phone.commit(vec![phone.patch_seen(id, &old_form, &json!({"title": "Pump 8"}))]);
    phone.sync();
    assert_eq!(field.record(&server_id)["values"]["title"], "Pump 7");
    assert_eq!(review(&phone).theirs.to_json(), "Pump 7");
}
