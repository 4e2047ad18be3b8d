//! Whether the words are true: what a phone says of itself against what the world knows.

use fieldkeep::schedule::{LONGEST_WAIT_MS, LOW_BATTERY_FACTOR, LaneReason, NetworkKind};
use fieldkeep::state::{ReaderLocale, SyncFact, SyncState, sentence};
use fieldkeep::{OutboxItem, WhyWaiting};

use super::Verdict;
use super::counts::counts_agree;
use super::glance::Glance;
use super::intents::Intents;

/// What the world knows of a phone at this moment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) phone: usize,
    /// Whether the app's threads run, and its screen is seen.
    pub(crate) awake: bool,
    pub(crate) network: NetworkKind,
    /// Requests of the phone that have no answer yet.
    pub(crate) pushes_under_way: usize,
    pub(crate) signed_in: bool,
}

/// Looks at what the phone says of itself, and hands the sentences to `said`.
pub(crate) fn words_are_true(
    intents: &Intents,
    truth: &Truth,
    glance: &Glance,
    said: &mut dyn FnMut(&SyncFact, &str),
) -> Verdict {
    for item in &glance.outbox {
        why_is_true(truth, glance, item)?;
    }
    let state = &glance.device;
    device_is_true(intents, truth, &glance.outbox, state)?;
    counts_agree("the device", state, &glance.outbox.iter().collect::<Vec<_>>())?;
    let words = sentence(state, glance.now_ms, &ReaderLocale::default());
    // A text that the catalogue lacks is given by its key.
    let is_key = !words.text.contains(' ') && words.text.trim_end_matches('.').contains(['_', '.']);
    let has_gap = words.text.split('{').skip(1).any(|rest| rest.starts_with(|next: char| next.is_ascii_lowercase()));
    if words.text.is_empty() || has_gap || is_key {
        return Err(format!("no sentence for {:?}: {:?}", state.headline, words.text));
    }
    said(&state.headline, &words.text);
    records_are_true(intents, truth, glance)
}

fn why_is_true(truth: &Truth, glance: &Glance, item: &OutboxItem) -> Verdict {
    let lie = |why: &str| Err(format!("operation {} waits for {:?}, but {why}", item.operation, item.why));
    match &item.why {
        WhyWaiting::Offline if truth.network != NetworkKind::None => lie("there is a network"),
        WhyWaiting::Ready | WhyWaiting::Lane { .. } if truth.network == NetworkKind::None => lie("there is no network"),
        WhyWaiting::InFlight if truth.pushes_under_way == 0 => lie("nothing is on its way"),
        WhyWaiting::SignIn | WhyWaiting::WrongUser if truth.signed_in => lie("somebody is signed in"),
        WhyWaiting::Review { review } => {
            if glance.reviews.iter().any(|open| open.id == *review) {
                Ok(())
            } else {
                lie("there is no such review")
            }
        }
        WhyWaiting::Lane { due_ms, .. } | WhyWaiting::Later { due_ms } | WhyWaiting::Bounced { due_ms } => {
            let left_ms = due_ms - glance.now_ms;
            if (0..=longest_wait_ms(&item.why)).contains(&left_ms) {
                Ok(())
            } else {
                lie(&format!("that is in {left_ms} ms"))
            }
        }
        WhyWaiting::ForParent { record } if glance.parents.get(record) == Some(&true) => {
            lie("the server has that record")
        }
        _ => Ok(()),
    }
}

/// A day that the server may ask for, and a tenth on top; else what our own backoff grows to with a low battery.
fn longest_wait_ms(why: &WhyWaiting) -> i64 {
    match why {
        WhyWaiting::Lane { reason: LaneReason::ServerBusy, .. } | WhyWaiting::Later { .. } => 27 * 3_600_000,
        _ => LONGEST_WAIT_MS * LOW_BATTERY_FACTOR,
    }
}

fn device_is_true(intents: &Intents, truth: &Truth, outbox: &[OutboxItem], state: &SyncState) -> Verdict {
    let owed = intents.open_of(truth.phone).find(|(_, intent)| intent.is_due());
    for fact in &state.parts {
        let lie = |why: &str| Err(format!("the device says {fact:?}, but {why}"));
        match fact {
            SyncFact::Synced { .. } | SyncFact::NothingYet if !outbox.is_empty() => return lie("something waits"),
            SyncFact::Synced { .. } => {
                if let Some((_, intent)) = owed {
                    return lie(&format!("{:?} of {} is not on the server", intent.meant, intent.record));
                }
            }
            SyncFact::Offline { .. } if truth.network != NetworkKind::None => return lie("there is a network"),
            SyncFact::Sending { .. } if truth.pushes_under_way == 0 => return lie("nothing is on its way"),
            SyncFact::SignIn { .. } if truth.signed_in => return lie("somebody is signed in"),
            _ => {}
        }
    }
    Ok(())
}

/// A record that is called settled owes nothing, and neither does the one that it belongs to.
fn records_are_true(intents: &Intents, truth: &Truth, glance: &Glance) -> Verdict {
    for (id, record) in &glance.records {
        let own: Vec<&OutboxItem> = glance.outbox.iter().filter(|item| item.record == *id).collect();
        counts_agree(&format!("record {id}"), &record.state, &own)?;
    }
    for (parent, state) in &glance.families {
        if is_settled(&state.headline) {
            return Err(format!(
                "record {parent} with what belongs to it says {:?}, but not all is sent",
                state.headline
            ));
        }
    }
    for (_, intent) in intents.open_of(truth.phone).filter(|(_, intent)| intent.is_due()) {
        let Some(record) = glance.records.get(&intent.here) else { continue };
        let headline = &record.state.headline;
        if is_settled(headline) || *headline == SyncFact::Refreshing {
            return Err(format!("record {} says {headline:?}, but {:?} is not on the server", record.id, intent.meant));
        }
    }
    Ok(())
}

fn is_settled(fact: &SyncFact) -> bool {
    matches!(fact, SyncFact::Synced { .. } | SyncFact::NothingYet | SyncFact::Removed | SyncFact::OutOfSight)
}
