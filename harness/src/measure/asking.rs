//! W4: questions to a store of a million records with ten thousand edits that wait; to the same file in bare SQL.

use std::path::Path;

use fieldkeep::state::SyncFact;
use fieldkeep::store::DATABASE_FILE;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{Comparison, Filter, Query, Sort};
use rusqlite::{Connection, params};

use super::job::{Job, Numbers, numbers};
use super::machine::memory;
use super::phone::Phone;
use super::sample::{self, Extent};
use super::{Fault, floor};
use crate::stopwatch::{ms, now, quantile};

/// How often each question is asked; the first answer is told apart.
const ASKED: usize = 50;
/// Records of a list.
const LIST: usize = 20;
/// The two indexed expressions, as the product's own indexes have them: only so can SQLite use these.
const STATUS: &str = "ifnull(view->>'status','')";
const DUE: &str = "ifnull(CAST(view->>'due' AS INTEGER),-9223372036854775807)";
/// What the two sides call their times.
const NAMES: [&str; 4] = ["open", "get", "list", "count"];

/// Asks the product.
pub(super) fn product(job: &Job) -> Result<Numbers, Fault> {
    let schema = sample::schema(Extent::Indexed)?;
    let begun = now();
    let phone = Phone::open_with(&job.folder, schema, &job.server)?;
    let open = ms(begun.elapsed());
    let get = times(|turn| match phone.keep.get(RecordId(sample::id(asked_for(turn, job))))? {
        Some(record) if record.fields.len() == 12 => Ok(()),
        _ => Err("a record is missing".into()),
    })?;
    let list = times(|turn| {
        let status = Value::Choice(sample::status(turn).to_owned());
        full(phone.keep.find(&by_due(vec![("status", Comparison::Equal(status))]))?.records.len())
    })?;
    let day = times(|turn| {
        let from = Value::Instant(sample::due_ms(asked_for(turn, job) / 2));
        full(phone.keep.find(&by_due(vec![("due", Comparison::AtLeast(from))]))?.records.len())
    })?;
    let count = times(|_| expect_waiting(waiting_of(&phone)?, job))?;
    let peak = memory()?.peak;
    let begun = now();
    expect_waiting(phone.keep.outbox()?.len(), job)?;
    let outbox = ms(begun.elapsed());
    let peak_with_outbox = memory()?.peak;
    phone.keep.close();
    let mut all = told(open, [&get, &list, &count]);
    all.extend(numbers([("day", quantile(&day[1..], 0.5)), ("outbox", outbox)]));
    all.extend(numbers([("mib", peak), ("mib_outbox", peak_with_outbox)]));
    Ok(all)
}

/// Asks the same file in SQL.
pub(super) fn floor(job: &Job) -> Result<Numbers, Fault> {
    let file = job.folder.join(DATABASE_FILE);
    let begun = now();
    let db = open_raw(&file)?;
    let open = ms(begun.elapsed());
    let get = times(|turn| {
        let mut statement = db.prepare_cached("SELECT view FROM records WHERE id=?1")?;
        let id = sample::id(asked_for(turn, job));
        let view: String = statement.query_row([id.as_bytes()], |row| row.get(0))?;
        if view.len() > 300 { Ok(()) } else { Err("a record is missing".into()) }
    })?;
    // Whoever knows how many records have a status walks the order, and leaves out the others on the way.
    let list_sql = format!(
        "SELECT id,view FROM records INDEXED BY \"field_job.due\" WHERE type='job' AND life='alive' AND {STATUS}=?1 \
         ORDER BY {DUE},no LIMIT ?2"
    );
    let list = times(|turn| full(views(&db, &list_sql, params![sample::status(turn), LIST as i64])?))?;
    let day_sql = format!(
        "SELECT id,view FROM records INDEXED BY \"field_job.due\" WHERE type='job' AND life='alive' AND {DUE}>=?1 \
         ORDER BY {DUE},no LIMIT ?2"
    );
    let day =
        times(|turn| full(views(&db, &day_sql, params![sample::due_ms(asked_for(turn, job) / 2), LIST as i64])?))?;
    let count = times(|_| {
        let sql = "SELECT count(DISTINCT op) FROM changes WHERE state IN('pending','sealed','held')";
        let waiting: i64 = db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        expect_waiting(usize::try_from(waiting)?, job)
    })?;
    let mut all = told(open, [&get, &list, &count]);
    all.extend(numbers([("day", quantile(&day[1..], 0.5)), ("outbox", 0.0)]));
    all.extend(numbers([("mib", memory()?.peak), ("mib_outbox", 0.0)]));
    Ok(all)
}

fn open_raw(file: &Path) -> Result<Connection, Fault> {
    let db = floor::connect(file, "FULL")?;
    let _: String = db.query_row("SELECT value FROM meta WHERE key='user'", [], |row| row.get(0))?;
    Ok(db)
}

/// Any record, another one each time.
fn asked_for(turn: usize, job: &Job) -> usize {
    usize::try_from(sample::mixed(turn) >> 1).unwrap_or(0) % job.records
}

/// Asks again and again; milliseconds of each answer.
fn times(mut ask: impl FnMut(usize) -> Result<(), Fault>) -> Result<Vec<f64>, Fault> {
    let mut took = Vec::with_capacity(ASKED);
    for turn in 0..ASKED {
        let begun = now();
        ask(turn)?;
        took.push(ms(begun.elapsed()));
    }
    Ok(took)
}

/// The first answer, and the median of the others, of each question.
fn told(open: f64, others: [&Vec<f64>; 3]) -> Numbers {
    let mut all = numbers([(NAMES[0], open)]);
    for (name, times) in NAMES[1..].iter().zip(others) {
        all.insert(format!("{name}_first"), times[0]);
        all.insert((*name).to_owned(), quantile(&times[1..], 0.5));
    }
    all
}

fn by_due(tests: Vec<(&str, Comparison)>) -> Query {
    let filters = tests.into_iter().map(|(field, test)| Filter { field: field.to_owned(), test }).collect();
    let sort = Some(Sort { field: "due".to_owned(), descending: false });
    Query { filters, sort, ..Query::all(sample::TYPE) }
}

fn full(found: usize) -> Result<(), Fault> {
    if found == LIST { Ok(()) } else { Err(format!("a list has {found} records instead of {LIST}").into()) }
}

fn views(db: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Result<usize, Fault> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| Ok((row.get::<_, uuid::Bytes>(0)?, row.get::<_, String>(1)?)))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
}

/// How many operations wait, as an app learns it for its badge: from the device's state. Nobody is signed in.
fn waiting_of(phone: &Phone) -> Result<usize, Fault> {
    let state = phone.keep.state(None)?.ok_or("the device has no state")?;
    let mut counts = state.parts.iter().filter_map(|fact| match fact {
        SyncFact::SignIn { count } => Some(*count),
        _ => None,
    });
    Ok(usize::try_from(counts.next().ok_or("nothing waits")?)?)
}

fn expect_waiting(waiting: usize, job: &Job) -> Result<(), Fault> {
    if waiting == job.count { Ok(()) } else { Err(format!("{waiting} of {} edits wait", job.count).into()) }
}
