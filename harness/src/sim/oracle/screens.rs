//! Whether a screen that is told shows what one that asks would show.

use fieldkeep::state::SyncFact;
use fieldkeep::{Fieldkeep, OutboxItem, WhyWaiting};

use super::Verdict;
use super::glance::Glance;
use crate::sim::watched::Latest;

/// Compares what was told with what there is. Reasons that end by the clock alone are left out: nobody is told of those
/// (requirement G3).
pub(crate) fn screens_are_up_to_date(keep: &Fieldkeep, latest: &Latest, glance: &Glance) -> Verdict {
    if let Some(told) = &latest.outbox {
        let there = &glance.outbox;
        if told.len() != there.len() {
            return Err(format!("the screen shows an old outbox: {told:?}, there is {there:?}"));
        }
        if let Some((told, there)) = told.iter().zip(there).find(|(told, there)| differ(told, there)) {
            return Err(format!("the screen shows old work: {told:?}, there is {there:?}"));
        }
    }
    let asked: Vec<String> = glance.reviews.iter().map(|review| review.id.to_string()).collect();
    if let Some(told) = latest.reviews.as_ref().filter(|told| **told != asked) {
        return Err(format!("the screen shows old questions: {told:?}, there are {asked:?}"));
    }
    for (id, told) in &latest.records {
        let Ok(Some(there)) = keep.get(*id) else { continue };
        let same = told.fields == there.fields && told.status == there.status && told.id == there.id;
        let settled = |fact: &SyncFact| matches!(fact, SyncFact::Synced { .. });
        if !same || settled(&told.state.headline) != settled(&there.state.headline) {
            return Err(format!("the screen shows an old record: {told:?}, there is {there:?}"));
        }
    }
    Ok(())
}

fn differ(told: &OutboxItem, there: &OutboxItem) -> bool {
    // When such a time comes, the clock alone changes the reason.
    let by_the_clock =
        matches!(told.why, WhyWaiting::Lane { .. } | WhyWaiting::Later { .. } | WhyWaiting::Bounced { .. });
    told.operation != there.operation || told.fields != there.fields || !by_the_clock && told.why != there.why
}
