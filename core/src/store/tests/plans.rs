//! Hot queries walk an index, however many rows there are. The statements are caught as they run, so that what is
//! looked at is what is used.

use std::cell::RefCell;

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, StatementStatus};
use uuid::Uuid;

use super::site::{self, place};
use crate::store::query::{self, Comparison, Filter, Query, Sort};
use crate::store::{changes, journal, meta, open, paused, records, refs, reviews, shipments};
use crate::value::{RecordId, Value};

thread_local! {
    static RUN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn catch(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(_, sql) = event {
        RUN.with_borrow_mut(|run| run.push(sql.to_owned()));
    }
}

/// The plan of every statement that `work` runs.
fn plans_of(db: &Connection, work: impl FnOnce(&Connection)) -> Vec<(String, String)> {
    RUN.take();
    work(db);
    let run = RUN.take();
    let plan = |sql: String| {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>(3).unwrap());
        }
        (sql, steps.join("; "))
    };
    run.into_iter().map(plan).collect()
}

fn with_schema() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let mut db = open::writer(&place(folder.path().join("plans.db"))).unwrap();
    meta::adopt_schema(&db, &site::schema(1)).unwrap();
    db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(catch)).unwrap();
    (folder, db)
}

#[test]
fn every_hot_statement_uses_its_index() {
    let (_folder, db) = with_schema();
    let id = RecordId(Uuid::from_u128(1));
    type Work = Box<dyn Fn(&Connection)>;
    let cases: Vec<(&str, &str, Work)> = vec![
        ("live_of", "changes_live", Box::new(|db| drop(changes::live_of(db, 1)))),
        ("live_of_group", "changes_group", Box::new(|db| drop(changes::live_of_group(db, 1)))),
        ("live_of_op", "changes_live", Box::new(|db| drop(changes::live_of_op(db, 1)))),
        ("of_field_after", "INTEGER PRIMARY KEY", Box::new(|db| drop(changes::of_field_after(db, 1, "a", 1)))),
        ("last_after", "INTEGER PRIMARY KEY", Box::new(|db| drop(changes::last_after(db, 1, 1)))),
        ("pending_from", "INTEGER PRIMARY KEY", Box::new(|db| drop(changes::pending_from(db, 1, 9)))),
        ("first_live_from", "INTEGER PRIMARY KEY", Box::new(|db| drop(changes::first_live_from(db, 1)))),
        ("last_seq", "SEARCH changes", Box::new(|db| drop(changes::last_seq(db)))),
        ("live_operations", "changes_live", Box::new(|db| drop(changes::live_operations(db)))),
        ("live_records", "changes_live", Box::new(|db| drop(changes::live_records(db)))),
        ("live_create", "changes_live", Box::new(|db| drop(records::live_create(db, 1)))),
        ("by_no", "INTEGER PRIMARY KEY", Box::new(|db| drop(records::by_no(db, 1)))),
        ("by_id", "sqlite_autoindex_records_1", Box::new(move |db| drop(records::by_id(db, id)))),
        ("no_of", "sqlite_autoindex_records_1", Box::new(move |db| drop(records::no_of(db, id)))),
        ("by_server_id", "records_server", Box::new(|db| drop(records::by_server_id(db, "work_order", "J")))),
        ("ids_of", "INTEGER PRIMARY KEY", Box::new(|db| drop(records::ids_of(db, 1)))),
        ("bounce_dues", "changes_live", Box::new(|db| drop(records::bounce_dues(db)))),
        ("children", "refs_parent", Box::new(|db| drop(refs::children(db, 1)))),
        ("open_of, reviews", "one_open_review", Box::new(|db| drop(reviews::open_of(db, 1)))),
        ("open, reviews", "one_open_review", Box::new(|db| drop(reviews::open(db)))),
        ("count_open", "one_open_review", Box::new(|db| drop(reviews::count_open(db)))),
        ("unreported", "reviews_unreported", Box::new(|db| drop(reviews::unreported(db, 9)))),
        ("any_unreported", "reviews_unreported", Box::new(|db| drop(reviews::any_unreported(db)))),
        ("open_of, shipments", "one_open_shipment", Box::new(|db| drop(shipments::open_of(db, 1)))),
        ("open_from", "one_open_shipment", Box::new(|db| drop(shipments::open_from(db, 0, 9)))),
        ("remove, paused", "INTEGER PRIMARY KEY", Box::new(|db| drop(paused::remove(db, 1)))),
        ("of_record, journal", "journal_record", Box::new(|db| drop(journal::of_record(db, 1)))),
    ];
    for (name, index, work) in cases {
        let plans = plans_of(&db, |db| {
            work(db);
            work(db);
        });
        assert_eq!(plans.len(), 2, "{name}: {plans:?}");
        let (sql, plan) = &plans[0];
        let prepared_again = db.prepare_cached(sql).unwrap().get_status(StatementStatus::RePrepare);
        assert_eq!(prepared_again, 0, "{name} is prepared each time it runs");
        assert!(plan.contains(index), "{name}: {plan}\n{sql}");
        assert!(!scans(plan), "{name}: {plan}\n{sql}");
    }
}

/// A walk over a whole table. One over a partial index is no such thing: it holds what is live only.
fn scans(plan: &str) -> bool {
    plan.split("; ").any(|step| step.starts_with("SCAN") && !step.contains("USING") && step != "SCAN CONSTANT ROW")
}

#[test]
fn lists_use_the_index_of_the_field_they_filter_or_sort_by() {
    let (_folder, db) = with_schema();
    for number in 0..2 {
        let sql = "INSERT INTO records(id,type,view) VALUES(?1,'work_order','{\"due\":\"2026-03-04\"}')";
        db.execute(sql, [Uuid::from_u128(number).as_bytes()]).unwrap();
    }
    let schema = site::schema(1);
    let all = || Query::all("work_order");
    let filter = |field: &str, test| vec![Filter { field: field.to_owned(), test }];
    let sort = |field: &str, descending| Some(Sort { field: field.to_owned(), descending });
    let date = || Value::Date("2026-03-04".to_owned());
    let two = Query { limit: 1, ..all() };
    let next = |sort| {
        let first = Query { sort, ..two.clone() };
        query::run(&db, &query::prepare(&schema, &first).unwrap()).unwrap().next
    };
    let cases = [
        ("all", "records_alive", all()),
        (
            "equal",
            "field_work_order.status",
            Query { filters: filter("status", Comparison::Equal(Value::Choice("assigned".into()))), ..all() },
        ),
        (
            "one of",
            "field_work_order.status",
            Query {
                filters: filter("status", Comparison::OneOf(vec![Value::Choice("assigned".into()), Value::Null])),
                sort: sort("status", false),
                ..all()
            },
        ),
        (
            "below",
            "field_work_order.due",
            Query { filters: filter("due", Comparison::Below(date())), sort: sort("due", true), ..all() },
        ),
        (
            "at least",
            "field_work_order.due",
            Query { filters: filter("due", Comparison::AtLeast(date())), sort: sort("due", false), ..all() },
        ),
        (
            "above",
            "field_work_order.hours",
            Query {
                filters: filter("hours", Comparison::Above(Value::Decimal("1.5".into()))),
                sort: sort("hours", false),
                ..all()
            },
        ),
        ("empty", "field_work_order.due", Query { filters: filter("due", Comparison::Empty), ..all() }),
        (
            "a customer's jobs",
            "field_work_order.customer",
            Query {
                filters: filter("customer", Comparison::Equal(Value::Reference(RecordId(Uuid::from_u128(1))))),
                ..all()
            },
        ),
        (
            "one value in an order",
            "field_work_order.customer",
            Query { filters: filter("customer", Comparison::Empty), sort: sort("hours", false), ..all() },
        ),
        ("not empty", "records_alive", Query { filters: filter("due", Comparison::NotEmpty), ..all() }),
        ("not indexed", "records_alive", Query { sort: sort("title", false), ..all() }),
        ("sort", "field_work_order.due", Query { sort: sort("due", false), ..all() }),
        ("sort down", "field_work_order.due", Query { sort: sort("due", true), ..all() }),
        (
            "the next page",
            "field_work_order.due",
            Query { sort: sort("due", false), after: next(sort("due", false)), ..all() },
        ),
        (
            "the next page down",
            "field_work_order.due",
            Query { sort: sort("due", true), after: next(sort("due", true)), ..all() },
        ),
    ];
    for (name, index, query) in cases {
        let prepared = query::prepare(&schema, &query).unwrap();
        let plans = plans_of(&db, |db| drop(query::run(db, &prepared)));
        // Where there are two ways, a count comes first, which tells which is the quicker one.
        let (sql, plan) = plans.iter().find(|(sql, _)| !sql.starts_with("SELECT count")).unwrap();
        assert!(plan.contains(index) && !scans(plan), "{name}: {plan}\n{sql}");
        let in_order = query.sort.as_ref().is_some_and(|sort| index.ends_with(&format!(".{}", sort.field)));
        if in_order {
            assert!(!plan.contains("TEMP B-TREE"), "{name} sorts all there is: {plan}\n{sql}");
        }
        if let Some(sql) = prepared.by_order_sql() {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
            assert!(steps.iter().all(|step| !step.contains("TEMP B-TREE")), "{name}: {steps:?}\n{sql}");
            assert!(steps[0].contains("field_work_order.hours"), "{name}: {steps:?}\n{sql}");
        }
        if name.starts_with("the next page") {
            assert!(query.after.is_some());
            assert!(plan.contains("SEARCH"), "{name} starts from the beginning: {plan}\n{sql}");
        }
    }
}
