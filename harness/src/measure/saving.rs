//! W1: saves of one field each, one transaction each, while nothing is sent.

use super::Fault;
use super::floor::Floor;
use super::job::{Job, Numbers, numbers};
use super::phone::Phone;
use super::sample::Extent;
use crate::stopwatch::{ms, now};

/// Saves that only warm up.
pub(super) const WARM_UP: usize = 200;

/// Saves through the product.
pub(super) fn product(job: &Job, durable: bool) -> Result<Numbers, Fault> {
    let phone = Phone::open(&job.folder, Extent::Indexed, &job.server)?;
    if !durable {
        phone.keep.without_waiting_for_the_disk()?;
    }
    let mut edits = phone.edits(job.count + WARM_UP)?.into_iter();
    for edit in edits.by_ref().take(WARM_UP) {
        phone.save(edit)?;
    }
    let begun = now();
    for edit in edits {
        phone.save(edit)?;
    }
    let took = ms(begun.elapsed());
    let waiting = phone.keep.outbox()?.len();
    phone.keep.close();
    expect(waiting, job)?;
    Ok(numbers([("ms", took)]))
}

/// Saves through bare SQLite.
pub(super) fn floor(job: &Job, durable: bool) -> Result<Numbers, Fault> {
    let mut floor = Floor::open(&job.folder, Extent::Indexed, if durable { "FULL" } else { "NORMAL" })?;
    let mut shown = floor.shown(job.count + WARM_UP)?.into_iter();
    for record in shown.by_ref().take(WARM_UP) {
        floor.save(record)?;
    }
    let begun = now();
    for record in shown {
        floor.save(record)?;
    }
    let took = ms(begun.elapsed());
    expect(floor.waiting()?, job)?;
    Ok(numbers([("ms", took)]))
}

/// Each save has left one operation that waits.
fn expect(waiting: usize, job: &Job) -> Result<(), Fault> {
    let saved = job.count + WARM_UP;
    if waiting == saved { Ok(()) } else { Err(format!("{waiting} of {saved} saves wait").into()) }
}
