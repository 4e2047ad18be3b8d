//! Whether the parts of a state and their counts agree with what waits.

use std::collections::BTreeMap;

use fieldkeep::schedule::LaneReason;
use fieldkeep::state::{SyncFact, SyncState};
use fieldkeep::{OutboxItem, WhyWaiting};
use serde_json::Value as Json;

use super::Verdict;

/// The parts that count operations count what the outbox has, each under its reason. `of`: whose state it is.
pub(crate) fn counts_agree(of: &str, state: &SyncState, outbox: &[&OutboxItem]) -> Verdict {
    let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
    for item in outbox {
        if let Some(fact) = fact_of(&item.why) {
            *wanted.entry(fact).or_default() += 1;
        }
    }
    let named: Vec<(String, i64)> = state.parts.iter().filter_map(counted).collect();
    let mut said: BTreeMap<&str, i64> = BTreeMap::new();
    for (fact, count) in &named {
        *said.entry(fact).or_default() += count;
    }
    if said != wanted {
        return Err(format!("{of} says {said:?}, but what waits is {wanted:?}"));
    }
    let asks = outbox.iter().any(|item| matches!(item.why, WhyWaiting::Review { .. }));
    if asks != state.parts.iter().any(is_question) {
        return Err(format!("{of} says {:?}, but that somebody is asked is {asks}", state.parts));
    }
    Ok(())
}

/// By the names of the document on what a person reads (requirement E2).
fn fact_of(why: &WhyWaiting) -> Option<&'static str> {
    Some(match why {
        WhyWaiting::Review { .. } => return None,
        WhyWaiting::Ready
        | WhyWaiting::BehindShipment
        | WhyWaiting::BehindEarlier { .. }
        | WhyWaiting::BehindBarrier { .. }
        | WhyWaiting::Group { .. } => "saved",
        WhyWaiting::InFlight => "sending",
        WhyWaiting::Paused => "paused",
        WhyWaiting::NeedsUpdate => "update_app",
        WhyWaiting::ForParent { .. } => "behind",
        WhyWaiting::Bounced { .. } => "others_keep_changing",
        WhyWaiting::Later { .. } => "next_sync",
        WhyWaiting::Offline => "offline",
        WhyWaiting::SignIn => "sign_in",
        WhyWaiting::WrongUser => "wrong_user",
        WhyWaiting::Lane { reason, .. } => match reason {
            LaneReason::Unreachable | LaneReason::ServerTrouble | LaneReason::Unreadable => "failed",
            LaneReason::ServerBusy => "server_busy",
            LaneReason::Portal => "portal",
            LaneReason::ClockWrong => "clock_wrong",
            LaneReason::SignIn => "sign_in",
            LaneReason::WrongUser => "wrong_user",
            LaneReason::AppTooOld => "update_app",
            LaneReason::Regained => "next_sync",
        },
    })
}

fn counted(fact: &SyncFact) -> Option<(String, i64)> {
    let json = serde_json::to_value(fact).ok()?;
    Some((json.get("fact")?.as_str()?.to_owned(), json.get("count").and_then(Json::as_i64)?))
}

fn is_question(fact: &SyncFact) -> bool {
    matches!(
        fact,
        SyncFact::NotAccepted { .. }
            | SyncFact::Gone
            | SyncFact::ParentGone
            | SyncFact::Forbidden
            | SyncFact::Locked { .. }
            | SyncFact::NeedsReview { .. }
            | SyncFact::GroupParted
            | SyncFact::Uncertain
    )
}
