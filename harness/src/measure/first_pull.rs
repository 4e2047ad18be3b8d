//! W3: the first download, until the last record is found.

use super::Fault;
use super::courier::Courier;
use super::filling::expect_records;
use super::floor::Floor;
use super::job::{Job, Numbers, numbers};
use super::machine::memory;
use super::phone::Phone;
use super::sample::Extent;
use crate::stopwatch::{ms, now};

/// Downloads through the product.
pub(super) fn product(job: &Job, extent: Extent) -> Result<Numbers, Fault> {
    let phone = Phone::open(&job.folder, extent, &job.server)?;
    let idle = memory()?.now;
    phone.sign_in(&job.token);
    let begun = now();
    phone.sync()?;
    let found = phone.has(job.records - 1, extent)?;
    let took = ms(begun.elapsed());
    let peak = memory()?.peak;
    phone.keep.close();
    expect_records(job)?;
    if !found {
        return Err("the last record is not found".into());
    }
    Ok(numbers([("ms", took), ("mib", peak - idle)]))
}

/// Downloads into bare SQLite.
pub(super) fn floor(job: &Job, extent: Extent) -> Result<Numbers, Fault> {
    let mut floor = Floor::open(&job.folder, extent, "FULL")?;
    let courier = Courier::new(&job.server, &job.token)?;
    let idle = memory()?.now;
    let begun = now();
    floor.pull(&courier)?;
    let found = floor.has(job.records - 1)?;
    let took = ms(begun.elapsed());
    let peak = memory()?.peak;
    if !found || floor.count()? != job.records {
        return Err("a record is not found".into());
    }
    Ok(numbers([("ms", took), ("mib", peak - idle)]))
}
