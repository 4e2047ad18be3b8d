//! W5: a save alone, and the same save while a download runs.

use std::sync::Arc;
use std::time::Duration;

use super::Fault;
use super::filling::expect_records;
use super::job::{Job, Numbers, numbers};
use super::phone::{Phone, done};
use super::sample::Extent;
use crate::stopwatch::{ms, now, pause, quantile};

/// Saves that only warm up.
const WARM_UP: usize = 50;
/// Between two saves, alone and beside: without it an app that saves without end holds the download up.
const PACE: Duration = Duration::from_millis(2);
/// After so many saves it is looked whether the download has ended.
const LOOK_EVERY: usize = 10;

/// Saves `job.count` times alone, then until the download has ended, which must leave time for as many. The edits go out
/// meanwhile, between two pages each time, as they do in life; how many are left after a last sync is told, too.
pub(super) fn product(job: &Job) -> Result<Numbers, Fault> {
    let phone = Phone::open(&job.folder, Extent::Indexed, &job.server)?;
    let mut edits = phone.edits(job.count * 8)?.into_iter();
    let mut save = || -> Result<f64, Fault> {
        let edit = edits.next().ok_or("there are too few records to edit")?;
        pause(PACE);
        let begun = now();
        phone.save(edit)?;
        Ok(ms(begun.elapsed()))
    };
    for _ in 0..WARM_UP.min(job.count) {
        save()?;
    }
    let alone = (0..job.count).map(|_| save()).collect::<Result<Vec<_>, _>>()?;
    phone.sign_in(&job.token);
    let keep = Arc::clone(&phone.keep);
    let pull = std::thread::spawn(move || keep.sync_now());
    let (mut beside, mut is_over) = (Vec::new(), false);
    while !is_over && beside.len() < job.count * 6 {
        let took = save()?;
        is_over = beside.len() % LOOK_EVERY == 0 && phone.has(job.records - 1, Extent::Indexed)?;
        if !is_over {
            beside.push(took);
        }
    }
    done(pull.join().map_err(|_| "the download failed")??)?;
    phone.sync()?;
    let left = phone.keep.outbox()?.len() + phone.keep.reviews()?.len();
    phone.keep.close();
    expect_records(job)?;
    if beside.len() < job.count {
        return Err(format!("only {} saves were beside the download", beside.len()).into());
    }
    #[allow(clippy::cast_precision_loss, reason = "thousands at most")]
    let (samples, left) = (beside.len() as f64, left as f64);
    Ok(numbers([
        ("alone_p50", quantile(&alone, 0.5)),
        ("alone_p99", quantile(&alone, 0.99)),
        ("p50", quantile(&beside, 0.5)),
        ("p99", quantile(&beside, 0.99)),
        ("samples", samples),
        ("left", left),
    ]))
}
