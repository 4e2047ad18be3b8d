//! Whether questions have a ground: what a person is asked about has happened.

use fieldkeep::value::Value;
use fieldkeep::{Review, ReviewKind};

use super::Verdict;
use super::glance::Glance;
use super::history::History;
use super::intents::{End, Intent, Intents, Meant, alike};
use super::wire::Wire;
use crate::sim::marks::mark_of;

/// Looks at every open question of a phone. `was_shut_out` says whether anybody ever hid anything from its user.
pub(crate) fn questions_have_a_ground(
    intents: &Intents,
    wire: &Wire,
    history: &History,
    (phone, was_shut_out, has_new_schema, now_ms): (usize, bool, bool, i64),
    glance: &Glance,
) -> Verdict {
    for review in &glance.reviews {
        let grounded = match review.kind {
            ReviewKind::Conflict => conflict(intents, history, phone, review, now_ms)?,
            ReviewKind::Locked => wire.was_told(phone, review.record, &["locked", "duplicate"]),
            ReviewKind::NotOwner => wire.was_told(phone, review.record, &["not_owner", "duplicate"]),
            ReviewKind::Forbidden => was_shut_out || wire.was_told(phone, review.record, &["forbidden", "duplicate"]),
            ReviewKind::Rejected => {
                wire.was_refused_whole(phone) || wire.was_told(phone, review.record, &["rejected", "duplicate"])
            }
            ReviewKind::Gone => history.was_ever_away() || wire.was_told(phone, review.record, &["gone", "duplicate"]),
            ReviewKind::Uncertain => wire.has_looked_up(phone),
            ReviewKind::RuleChanged => has_new_schema,
            ReviewKind::ParentGone => {
                intents.has_given_up(phone, |intent| intent.meant == Meant::Create) || history.was_ever_away()
            }
            ReviewKind::GroupParted => intents.has_given_up(phone, |intent| intent.together.is_some()),
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
fn conflict(intents: &Intents, history: &History, phone: usize, review: &Review, now_ms: i64) -> Result<bool, String> {
    /// Settled work is forgotten after thirty days.
    const REMEMBERED_MS: i64 = 29 * 86_400_000;
    let theirs = review.theirs.to_json();
    let is_own = |intent: &&Intent| {
        intent.phone == phone && intent.here == review.record && intent.field() == Some(review.field.as_str())
    };
    let own: Vec<&Intent> = intents.all.iter().filter(is_own).collect();
    let mark = mark_of(&review.field, &theirs);
    if let (Some(by), Some(mark)) = (&review.theirs_by, mark) {
        let who = history.who_wrote(&review.field, mark);
        if who.is_some_and(|who| who != by) {
            return Err(format!("says that {by} wrote {theirs}, which was {who:?}"));
        }
    }
    let put_there = own.iter().find(|intent| mark.is_some() && intent.mark() == mark);
    let mine = own.iter().rfind(|intent| intent.end == End::Open);
    let shown = review.mine.to_json();
    if let Some(mine) =
        mine.filter(|mine| mine.is_due() && mine.mark().is_some() && mine.mark() != mark_of(&review.field, &shown))
    {
        return Err(format!("says that {shown} was chosen here, which was {:?}", mine.meant));
    }
    if let Some(mine) =
        mine.filter(|mine| mine.is_due() && mark.is_some() && mark_of(&review.field, &mine.shown) == mark)
    {
        return Err(format!(
            "says that {:?} is to be chosen instead of {theirs}, which the form had shown",
            mine.meant
        ));
    }
    let (Some(put_there), Some(mine)) = (put_there, mine) else {
        return Ok(review.theirs != review.mine || review.mine == Value::Null);
    };
    let remembered = put_there.landed == 0 || !put_there.landed_late && now_ms - put_there.landed_ms < REMEMBERED_MS;
    // Where the form showed what somebody else had replaced before, there is something to choose.
    let upon_the_same = alike(&review.field, &mine.shown, &put_there.landed_on);
    if remembered && upon_the_same {
        return Err(format!("a conflict with oneself says: {} of {}: {theirs}", review.field, review.record));
    }
    Ok(true)
}
