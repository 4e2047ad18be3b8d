//! W2: what waits is sent, in batches of a hundred.

use super::Fault;
use super::courier::Courier;
use super::floor::Floor;
use super::job::{Job, Numbers, numbers};
use super::phone::Phone;
use super::sample::Extent;
use crate::stopwatch::{ms, now};

/// Drains the product's outbox. The clock runs through `hello`, every batch, and the question for news at the end.
pub(super) fn product(job: &Job) -> Result<Numbers, Fault> {
    let phone = Phone::open(&job.folder, Extent::Indexed, &job.server)?;
    for edit in phone.edits(job.count)? {
        phone.save(edit)?;
    }
    let waiting = phone.keep.outbox()?.len();
    phone.sign_in(&job.token);
    let begun = now();
    let report = phone.sync()?;
    let took = ms(begun.elapsed());
    let applied = report.items.iter().filter(|item| item.answer == fieldkeep::SyncAnswer::Applied).count();
    let left = phone.keep.outbox()?.len() + phone.keep.reviews()?.len();
    phone.keep.close();
    if (waiting, applied, left) != (job.count, job.count, 0) {
        return Err(format!("of {waiting} edits {applied} were applied, {left} are left").into());
    }
    Ok(numbers([("ms", took)]))
}

/// Drains the floor's outbox.
pub(super) fn floor(job: &Job) -> Result<Numbers, Fault> {
    let mut floor = Floor::open(&job.folder, Extent::Indexed, "FULL")?;
    floor.queue(job.count)?;
    let courier = Courier::new(&job.server, &job.token)?;
    let begun = now();
    floor.drain(&courier)?;
    let took = ms(begun.elapsed());
    match floor.waiting()? {
        0 => Ok(numbers([("ms", took)])),
        left => Err(format!("{left} patches are left").into()),
    }
}
