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
        let differs = |(item, there): &(&OutboxItem, &OutboxItem)| {
            let other_work = item.operation != there.operation || item.fields != there.fields;
            other_work || !ends_by_the_clock(told, item) && item.why != there.why
        };
        if let Some((told, there)) = told.iter().zip(there).find(differs) {
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

/// Whether its reason changes when a time comes: its own, or that of another part of its group.
fn ends_by_the_clock(outbox: &[OutboxItem], item: &OutboxItem) -> bool {
    match item.why {
        WhyWaiting::Lane { .. } | WhyWaiting::Later { .. } | WhyWaiting::Bounced { .. } => true,
        WhyWaiting::Group { operation } => outbox.iter().any(|other| {
            other.operation == operation
                && !matches!(other.why, WhyWaiting::Group { .. })
                && ends_by_the_clock(outbox, other)
        }),
        _ => false,
    }
}
