//! Whether questions have a ground: what a person is asked about has happened.

use fieldkeep::value::Value;
use fieldkeep::{Review, ReviewKind};

use super::Verdict;
use super::glance::Glance;
use super::history::History;
use super::intents::{End, Intents, alike};
use super::wire::Wire;
use crate::sim::marks::mark_of;

/// Looks at every open question of a phone. `was_shut_out` says whether anybody ever hid anything from its user.
pub(crate) fn questions_have_a_ground(
    intents: &Intents,
    wire: &Wire,
    history: &History,
    (phone, was_shut_out, now_ms): (usize, bool, i64),
    glance: &Glance,
) -> Verdict {
    for review in &glance.reviews {
        let grounded = match review.kind {
            ReviewKind::Conflict => conflict(intents, phone, review, now_ms)?,
            ReviewKind::Locked => wire.was_told(phone, review.record, &["locked", "duplicate"]),
            ReviewKind::NotOwner => wire.was_told(phone, review.record, &["not_owner", "duplicate"]),
            ReviewKind::Forbidden => was_shut_out || wire.was_told(phone, review.record, &["forbidden", "duplicate"]),
            ReviewKind::Rejected => {
                wire.was_refused_whole(phone) || wire.was_told(phone, review.record, &["rejected", "duplicate"])
            }
            ReviewKind::Gone => history.was_ever_away() || wire.was_told(phone, review.record, &["gone", "duplicate"]),
            ReviewKind::RuleChanged | ReviewKind::ParentGone | ReviewKind::Uncertain | ReviewKind::GroupParted => true,
        };
        if !grounded {
            return Err(format!(
                "says {:?} about {:?} of {}, and it is not so",
                review.kind, review.field, review.record
            ));
        }
    }
    Ok(())
}

/// Nobody is asked to choose between two values that were both meant on this phone, one upon the other, as long as the phone
/// remembers what it sent.
fn conflict(intents: &Intents, phone: usize, review: &Review, now_ms: i64) -> Result<bool, String> {
    /// Settled work is forgotten after thirty days.
    const REMEMBERED_MS: i64 = 29 * 86_400_000;
    let theirs = review.theirs.to_json();
    let own = intents.all.iter().enumerate().filter(|(_, intent)| {
        intent.phone == phone && intent.here == review.record && intent.field() == Some(review.field.as_str())
    });
    let own: Vec<_> = own.collect();
    let mark = mark_of(&review.field, &theirs);
    let put_there = own.iter().find(|(_, intent)| mark.is_some() && intent.mark() == mark);
    let mine = own.iter().rfind(|(_, intent)| intent.end == End::Open);
    let (Some((_, put_there)), Some((_, mine))) = (put_there, mine) else {
        return Ok(review.theirs != review.mine || review.mine == Value::Null);
    };
    let remembered = put_there.landed == 0 || now_ms - put_there.landed_ms < REMEMBERED_MS;
    // Where the form showed what somebody else had replaced before, there is something to choose.
    let upon_the_same = alike(&review.field, &mine.shown, &put_there.landed_on);
    if remembered && upon_the_same {
        return Err(format!("a conflict with oneself says: {} of {}: {theirs}", review.field, review.record));
    }
    Ok(true)
}
