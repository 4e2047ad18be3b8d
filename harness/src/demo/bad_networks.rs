//! The afternoon: networks that answer in the server's name, break off in mid-line, crawl, and say things twice.

use serde_json::json;

use super::DemoError;
use super::acts::Day;
use super::stage::Phone;

/// What the crawling line carries, bytes a second, both ways.
const CRAWL_BYTES_PER_S: u32 = 20_000;

pub(super) fn play(day: &mut Day<'_>, job: &str, ana: &mut Phone, ben: &mut Phone) -> Result<(), DemoError> {
    day.narrator.chapter("Bad networks in the afternoon");
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 13, 0)?;
    let note = portal(day, job, ana)?;
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 13, 20)?;
    broken_line(day, &note, ana, ben)?;
    day.stage.pass_until(&mut [&mut *ana, &mut *ben], 16, 0)?;
    said_twice(day, &note, ana)
}

/// A café's Wi-Fi answers everything with its own page.
fn portal(day: &mut Day<'_>, job: &str, ana: &mut Phone) -> Result<String, DemoError> {
    day.stage.portal(true)?;
    day.tell("Ana", "writes a note in the café, whose Wi-Fi wants a log-in and answers in the server's name");
    let note = json!({
        "work_order": job, "text": "Ordered a spare seal for the pump.", "written_at": day.stage.now_ms(),
    });
    let note = day.create(ana, "ana", "note", &note, 1)?;
    day.run(ana)?;
    day.read(ana, &note, "Note", true)?;
    Ok(note)
}

/// One bar of signal: slow, late, and it breaks off in the middle of the answer.
fn broken_line(day: &mut Day<'_>, note: &str, ana: &mut Phone, ben: &mut Phone) -> Result<(), DemoError> {
    day.stage.portal(false)?;
    for command in [
        json!({ "do": "throttle", "bytes_per_s": CRAWL_BYTES_PER_S }),
        json!({ "do": "delay", "ms": 20 }),
        json!({ "do": "next", "path": "/v1/push", "act": { "cut_after_bytes": 30 } }),
        json!({ "do": "next", "path": "/v1/push", "act": "keep" }),
    ] {
        day.stage.network.ask(&command)?;
    }
    day.tell("Ana", "drives on; the line crawls, and breaks off in the middle of the answer");
    day.stage.pass(&mut [&mut *ana, &mut *ben], 300_000)?;
    day.run(ana)?;
    day.read(ana, note, "Note", true)?;
    day.stage.pass(&mut [&mut *ana, &mut *ben], 300_000)?;
    day.run(ana)?;
    day.tell("Ana", "the phone sends the same once more, and hears the answer");
    day.read(ana, note, "Note", true)?;
    day.stage.network.ask(&json!({ "do": "pass" }))?;
    Ok(())
}

/// The network has kept a request, and delivers it again hours later.
fn said_twice(day: &mut Day<'_>, note: &str, ana: &mut Phone) -> Result<(), DemoError> {
    let now_ms = day.stage.now_ms();
    let repeated = day.stage.network.ask(&json!({ "do": "repeat", "at_ms": now_ms }))?;
    if repeated["statuses"] != json!([200]) {
        return Err(DemoError::Script(format!("the network was to repeat one request: {repeated}")));
    }
    day.tell("Network", "delivers a request from the early afternoon a second time");
    ana.ask(&json!({ "do": "sync_now" }))?;
    day.read(ana, note, "Note", true)?;
    Ok(())
}
