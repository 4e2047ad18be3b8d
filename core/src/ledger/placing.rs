//! Where one edited field goes: nowhere, on top of what waits, into the review that is open, or to a person, because what
//! the person saw is not what is there any more (requirement D15; `from` is what was seen, not what is there).

use super::convert::as_now;
use super::facts::created_fields;
use super::stamp::Seen;
use super::unit::Unit;
use super::work::Work;
use crate::merge::{FieldStep, Mine, plan_field};
use crate::mutants::{self, Mutant};
use crate::store::StoreResult;
use crate::store::changes::{self, State};
use crate::value::Canonical;

/// Where an edited field goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placing {
    /// It is no change.
    Nothing,
    /// On top of the view, free to be sent.
    Free,
    /// The same, though another form on this device changed it since this one opened.
    FreeOverOwn,
    /// Into this open review, extending "mine".
    Join(i64),
    /// It becomes a question: the server's value moved while the form was open.
    Ask,
}

/// Places one field of a patch.
pub(super) fn place(
    unit: &Unit<'_>,
    work: &Work,
    seen: &Seen,
    field: &str,
    to: Option<&Canonical>,
) -> StoreResult<Placing> {
    let shown = seen.values.get(field);
    let view = work.view();
    let current = view.get(field);
    if mutants::is(Mutant::StampIgnored)
        && to != current
        && work.open_review(field).is_none()
        && work.live().count() > 0
    {
        return Ok(work.open_review("").map_or(Placing::Free, |review| Placing::Join(review.no)));
    }
    if to == current {
        return Ok(Placing::Nothing);
    }
    let start = what_became_of_it(unit, work, seen, field)?;
    let start = start.as_ref();
    if to == shown && current == start {
        // The form changes nothing about it; the server has only put it into its own form.
        return Ok(Placing::Nothing);
    }
    let only_here = current == start || changed_only_here(unit, work, seen, field, start, current)?;
    if to == shown && !only_here {
        // The form changes nothing about it; somebody else did.
        return Ok(Placing::Nothing);
    }
    // A question about the field shows both values, so an edit extends it. One about the whole record shows none: only an
    // edit of what is there joins it.
    let review = work.open_review(field).or_else(|| work.open_review("").filter(|_| only_here));
    if let Some(review) = review {
        return Ok(Placing::Join(review.no));
    }
    if current == start {
        return Ok(Placing::Free);
    }
    if only_here {
        return Ok(Placing::FreeOverOwn);
    }
    let policy = unit.policy(&work.row.record_type, field);
    match plan_field(policy, shown, Mine::Waiting(to), work.base.get(field)) {
        FieldStep::Review => Ok(Placing::Ask),
        _ => Ok(work.open_review("").map_or(Placing::Free, |review| Placing::Join(review.no))),
    }
}

/// What became of the value that the form showed. Where that was an edit from here on its way, the server may have stored
/// it in another form (trimmed, rounded): still the same person's value.
pub(super) fn what_became_of_it(
    unit: &Unit<'_>,
    work: &Work,
    seen: &Seen,
    field: &str,
) -> StoreResult<Option<Canonical>> {
    let shown = || seen.values.get(field).cloned();
    let Some(seq) = seen.live.get(field).or_else(|| seen.live.get("")) else { return Ok(shown()) };
    let change = changes::by_seq(unit.db, *seq)?;
    let change = change.filter(|change| change.record == work.row.no && change.state == State::Done);
    let stored = match change {
        Some(create) if create.is_create() => created_fields(&create).get(field).cloned(),
        Some(patch) if patch.field == field => patch.to,
        _ => return Ok(shown()),
    };
    Ok(as_now(unit, &work.row.record_type, field, stored))
}

/// Whether the field differs from `start` only because of later commits on this device: they lead from there to what is
/// there now without a gap. A gap is somebody else's change.
fn changed_only_here(
    unit: &Unit<'_>,
    work: &Work,
    seen: &Seen,
    field: &str,
    start: Option<&Canonical>,
    current: Option<&Canonical>,
) -> StoreResult<bool> {
    let later = changes::of_field_after(unit.db, work.row.no, field, seen.seq)?;
    let mut reached = start;
    for change in &later {
        if change.from.as_ref() != reached {
            return Ok(false);
        }
        reached = change.to.as_ref();
    }
    Ok(reached == current)
}
