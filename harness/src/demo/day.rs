//! The day: 4 March 2026, a leaking pump in a basement.

use serde_json::{Value, json};

use super::acts::Day;
use super::bad_networks;
use super::narrator::Narrator;
use super::stage::{Phone, Stage};
use super::verdict::{Facts, judge};
use super::{Args, DemoError};

/// How long the server asks for patience when everybody comes back at once, seconds.
const BUSY_S: i64 = 120;

/// What the day is about.
struct Job {
    id: String,
    about: String,
}

/// Plays the day; true when every promise held.
pub(super) fn play(args: &Args, narrator: &Narrator) -> Result<bool, DemoError> {
    let stage = Stage::open(7, 30)?;
    let mut ana = stage.phone("Ana", "ana");
    let mut ben = stage.phone("Ben", "ben");
    let mut day = Day::begin(narrator, stage)?;
    let job = morning(&mut day, args, &mut ana, &mut ben)?;
    let follow_up = basement(&mut day, &job, &mut ana, &mut ben)?;
    office(&mut day, &job, &mut ana, &mut ben)?;
    above_ground(&mut day, &job, &follow_up, &mut ana, &mut ben)?;
    review(&mut day, &job, &mut ana, &mut ben)?;
    together(&mut day, &job, &mut ana, &mut ben)?;
    one_more_check(&mut day, &job, &mut ana, &mut ben)?;
    bad_networks::play(&mut day, &job.id, &mut ana, &mut ben)?;
    evening(&mut day, &mut ana, &mut ben)
}

fn morning(day: &mut Day<'_>, args: &Args, ana: &mut Phone, ben: &mut Phone) -> Result<Job, DemoError> {
    day.narrator.chapter("Morning: the phones fill up");
    let loaded = day.stage.office.ask(&json!({ "do": "load", "work_orders": args.work_orders, "seed": args.seed }))?;
    day.tell(
        "Office",
        &format!("plans the week: {} work orders, {} records in all", args.work_orders, loaded["records"]),
    );
    day.stage.start(ana, true)?;
    day.stage.start(ben, false)?;
    day.run(ana)?;
    day.run(ben)?;
    let find = json!({
        "do": "find", "type": "work_order", "where": { "status": { "equal": "assigned" } }, "sort": "due", "limit": 500,
    });
    let found = ana.ask(&find)?;
    let is_pump = |record: &&Value| record["fields"]["title"].as_str().is_some_and(|title| title.contains("pump"));
    let records = found["records"].as_array().cloned().unwrap_or_default();
    let first = records.iter().find(is_pump).cloned().unwrap_or(Value::Null);
    let title = first["fields"]["title"].as_str().unwrap_or_default().to_owned();
    let id = first["id"].as_str().unwrap_or_default().to_owned();
    if id.is_empty() {
        return Err(DemoError::Script("no pump waits for repair in this working set".to_owned()));
    }
    let job = Job { id, about: format!("Work order \"{title}\"") };
    day.read(ana, &job.id, &job.about, true)?;
    day.read(ben, &job.id, &job.about, true)?;
    Ok(job)
}

/// 8:10, no signal. Returns the follow-up work order.
fn basement(day: &mut Day<'_>, job: &Job, ana: &mut Phone, ben: &mut Phone) -> Result<String, DemoError> {
    day.narrator.chapter("The basement: no signal");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 8, 10)?;
    day.network(ana, "none")?;
    day.stage.network.ask(&json!({ "do": "refuse" }))?;
    day.tell("Ana", "opens the work order and starts");
    let shown = day.open(ana, &job.id)?;
    day.set(ana, "ana", &shown, &json!({ "status": "in_progress" }))?;
    day.read(ana, &job.id, &job.about, false)?;
    let started_ms = day.stage.now_ms();
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 8, 21)?;
    day.tell("Ana", "adds two notes and a part, tapping Save twice each time");
    let note = "Seal of the pump is worn through, shaft still straight.";
    let note = json!({ "work_order": job.id, "text": note, "written_at": day.stage.now_ms() });
    let note = day.create(ana, "ana", "note", &note, 2)?;
    day.read(ana, &note, "Note", false)?;
    let second = json!({ "work_order": job.id, "text": "Floor drain was blocked, cleared it.", "written_at": day.stage.now_ms() });
    day.create(ana, "ana", "note", &second, 2)?;
    let part = json!({
        "work_order": job.id, "name": "Mechanical seal 28 mm", "part_number": "MS-28-77", "quantity": "1",
        "unit_price": "46.9",
    });
    day.create(ana, "ana", "part", &part, 2)?;
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 8, 34)?;
    let visit = json!({
        "work_order": job.id, "started": started_ms, "ended": day.stage.now_ms(),
        "summary": "Seal replaced, pump runs dry.",
    });
    day.create(ana, "ana", "visit", &visit, 1)?;
    let shown = day.open(ana, &job.id)?;
    day.set(ana, "ana", &shown, &json!({ "status": "complete", "close_date": "2026-03-04", "labor_hours": "0.5" }))?;
    day.tell("Ana", "closes the visit, marks the job complete, and plans a follow-up as a new work order");
    let follow_up = json!({
        "title": "Second pump: check the seal too", "status": "assigned", "priority": "low",
        "customer": shown["fields"]["customer"], "due": "2026-04-01",
    });
    let follow_up = day.create(ana, "ana", "work_order", &follow_up, 2)?;
    day.read(ana, &job.id, &job.about, false)?;
    day.read(ana, &follow_up, "Follow-up", false)?;
    day.tell("Ana", "the phone runs out of memory: the app is killed (SIGKILL) and started again");
    ana.kill()?;
    day.stage.start(ana, true)?;
    day.network(ana, "none")?;
    let waiting = day.waiting(ana)?.len();
    day.narrator.detail(&format!("{waiting} operations are still there"));
    day.read(ana, &job.id, &job.about, false)?;
    Ok(follow_up)
}

fn office(day: &mut Day<'_>, job: &Job, ana: &mut Phone, ben: &mut Phone) -> Result<(), DemoError> {
    day.narrator.chapter("The office, meanwhile");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 8, 40)?;
    day.tell("Office", "sets the status to waiting for approval and names a new billing contact");
    day.office_sets(
        &job.id,
        "work_order",
        &json!({ "status": "waiting_for_approval", "billing_contact": "Ms Okafor, accounts" }),
    )?;
    ben.ask(&json!({ "do": "sync_now" }))?;
    day.read(ben, &job.id, &job.about, true)?;
    Ok(())
}

fn above_ground(
    day: &mut Day<'_>,
    job: &Job,
    follow_up: &str,
    ana: &mut Phone,
    ben: &mut Phone,
) -> Result<(), DemoError> {
    day.narrator.chapter("Above ground: a reply is lost, then the server is busy");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 8, 52)?;
    day.stage.network.ask(&json!({ "do": "pass" }))?;
    day.stage.network.ask(&json!({ "do": "next", "path": "/v1/push", "act": "drop_reply", "times": 1 }))?;
    day.network(ana, "metered")?;
    day.tell("Ana", "walks up the stairs; one bar of signal");
    day.read(ana, follow_up, "Follow-up", true)?;
    day.stage.pass(&mut [&mut *ana, &mut *ben], 2_000)?;
    day.run(ana)?;
    day.tell("Network", "the server has stored everything new, and its reply is lost on the way");
    day.read(ana, follow_up, "Follow-up", true)?;
    day.tell("Ana", "the phone is killed once more, with the answer still missing");
    ana.kill()?;
    day.stage.start(ana, true)?;
    day.stage.behave(&json!({ "do": "rate_limit", "times": 1, "after_s": BUSY_S }))?;
    day.stage.pass(&mut [&mut *ana, &mut *ben], 5_000)?;
    day.run(ana)?;
    day.tell("Server", &format!("a whole shift comes back at once: 429, Retry-After {BUSY_S} s"));
    day.read(ana, &job.id, &job.about, true)?;
    let pressed = ana.ask(&json!({ "do": "sync_now" }))?;
    day.tell("Ana", "presses Sync now");
    day.narrator.detail(&match pressed["outcome"]["wait_ms"].as_i64() {
        Some(ms) => format!("the server named its time, and nothing passes that: {} s more", ms / 1000),
        None => return Err(DemoError::Script(format!("Sync now answered {}", pressed["outcome"]))),
    });
    day.stage.pass(&mut [&mut *ana, &mut *ben], BUSY_S * 1000 * 11 / 10)?;
    day.run(ana)?;
    day.tell("Ana", "the phone tries again by itself");
    day.read(ana, follow_up, "Follow-up", true)?;
    day.read(ana, &job.id, &job.about, true)?;
    let family = ana.ask(&json!({ "do": "state", "id": job.id }))?;
    day.narrator.detail(&format!("the visit as a whole: {}", family["state"]["words"].as_str().unwrap_or_default()));
    Ok(())
}

fn review(day: &mut Day<'_>, job: &Job, ana: &mut Phone, ben: &mut Phone) -> Result<(), DemoError> {
    day.narrator.chapter("A question for a person");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 9, 5)?;
    let reviews = ana.ask(&json!({ "do": "reviews" }))?;
    let asked = reviews["reviews"][0].clone();
    if asked["field"] != "status" {
        return Err(DemoError::Script(format!("expected a review of the status, got {asked}")));
    }
    day.tell("Ana", "opens the review");
    let plain = |value: &Value| value.as_str().unwrap_or_default().replace('_', " ");
    day.narrator.detail(&format!(
        "{}: it was \"{}\"",
        asked["label"].as_str().unwrap_or_default(),
        plain(&asked["base"])
    ));
    day.narrator.detail(&format!("yours:  \"{}\"", plain(&asked["mine"])));
    day.narrator.detail(&format!("theirs: \"{}\", by {}", plain(&asked["theirs"]), plain(&asked["theirs_by"])));
    day.tell("Ana", "calls the office; the repair is done, so hers stands: \"Use mine\"");
    ana.ask(&json!({
        "do": "resolve", "review": asked["id"], "theirs_rev": asked["theirs_rev"], "choice": "mine",
    }))?;
    day.read(ana, &job.id, &job.about, true)?;
    day.run(ana)?;
    day.read(ana, &job.id, &job.about, true)?;
    Ok(())
}

fn together(day: &mut Day<'_>, job: &Job, ana: &mut Phone, ben: &mut Phone) -> Result<(), DemoError> {
    day.narrator.chapter("Two phones, one work order, different fields");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 9, 20)?;
    ben.ask(&json!({ "do": "sync_now" }))?;
    let (at_ana, at_ben) = (day.open(ana, &job.id)?, day.open(ben, &job.id)?);
    day.tell("Ana", "corrects the hours, while Ben adds tags; neither has seen the other");
    day.set(ana, "ana", &at_ana, &json!({ "labor_hours": "0.75" }))?;
    day.set(ben, "ben", &at_ben, &json!({ "tags": ["basement", "pump"] }))?;
    day.run(ana)?;
    day.run(ben)?;
    ana.ask(&json!({ "do": "sync_now" }))?;
    day.read(ana, &job.id, &job.about, true)?;
    day.read(ben, &job.id, &job.about, true)?;
    let shown = day.open(ana, &job.id)?;
    day.narrator.detail(&format!("hours {}, tags {}", shown["fields"]["labor_hours"], shown["fields"]["tags"]));
    Ok(())
}

fn one_more_check(day: &mut Day<'_>, job: &Job, ana: &mut Phone, ben: &mut Phone) -> Result<(), DemoError> {
    day.narrator.chapter("One more check");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 9, 30)?;
    let shown = day.open(ana, &job.id)?;
    day.tell("Ana", "the customer signs; the job is signed off");
    day.barrier(ana, "ana", &shown, "signoff")?;
    day.run(ana)?;
    day.read(ana, &job.id, &job.about, true)?;
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 9, 45)?;
    day.tell("Ana", "the customer asks for one more check: reopened, with a note, out of the van without signal");
    day.network(ana, "none")?;
    let shown = day.open(ana, &job.id)?;
    day.barrier(ana, "ana", &shown, "reopen")?;
    let shown = day.open(ana, &job.id)?;
    day.set(ana, "ana", &shown, &json!({ "status": "in_progress" }))?;
    let note = json!({ "work_order": job.id, "text": "Customer heard a rattle; tightened the cover.", "written_at": day.stage.now_ms() });
    day.create(ana, "ana", "note", &note, 2)?;
    day.read(ana, &job.id, &job.about, false)?;
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 10, 5)?;
    day.network(ana, "unmetered")?;
    day.stage.pass(&mut [&mut *ana, &mut *ben], 2_000)?;
    day.run(ana)?;
    day.read(ana, &job.id, &job.about, true)?;
    ben.ask(&json!({ "do": "sync_now" }))?;
    day.read(ben, &job.id, &job.about, true)?;
    Ok(())
}

fn evening(day: &mut Day<'_>, ana: &mut Phone, ben: &mut Phone) -> Result<bool, DemoError> {
    day.narrator.chapter("The five promises, checked in the server's own database");
    let mut waiting = day.waiting(ana)?;
    waiting.extend(day.waiting(ben)?);
    ana.kill()?;
    ben.kill()?;
    let facts = Facts::read(day.server())?;
    let phones = [ana.database(), ben.database()];
    judge(day.narrator, &facts, &day.intents, &day.truth, &waiting, &phones)
}
