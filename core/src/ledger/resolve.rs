//! A person's answer to a review (requirement D5). An answer to a `theirs` that has moved is refused.

use std::collections::BTreeSet;

use serde_json::json;
use thiserror::Error;

use super::discard::{end_record, is_lost, part_groups};
use super::edit::StoreFailure;
use super::hold;
use super::review::{ReviewKind, mine_of};
use super::settle::journal_discarded;
use super::unit::Unit;
use super::work::{Work, reference};
use crate::mutants::{self, Mutant};
use crate::schema::{FieldProblem, ProblemKind};
use crate::store::changes::{Change, State};
use crate::store::records::Life;
use crate::store::reviews::{self, ReviewRow};
use crate::store::{StoreError, StoreResult};
use crate::value::{Canonical, FieldKind, ReviewId, Value};
use crate::wire::ChangeKind;

/// The answer.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Resolve {
    /// Send what was chosen here (again).
    Mine,
    /// Leave it as it is on the server; what waits here is discarded, and in the journal.
    Theirs,
    /// Send this value instead.
    Merged {
        /// The value.
        value: Value,
    },
}

/// Why an answer is not taken. Nothing was changed.
#[derive(Debug, Error)]
pub enum ResolveProblem {
    /// No such review on this device.
    #[error("there is no review {0}")]
    NotFound(ReviewId),
    /// It has been answered, or is no question any more.
    #[error("review {0} is closed")]
    Closed(ReviewId),
    /// The other side has moved since it was shown: look again.
    #[error("the other value has changed since it was shown")]
    Moved {
        /// What to hand back after showing the review again.
        theirs_rev: i64,
    },
    /// The merged value is not fit, or this review cannot be merged.
    #[error("{}", .0.message)]
    Value(FieldProblem),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreFailure),
}

impl From<StoreError> for ResolveProblem {
    fn from(error: StoreError) -> Self {
        Self::Store(StoreFailure(error))
    }
}

/// Answers a review.
pub(crate) fn resolve(unit: &Unit<'_>, id: ReviewId, theirs_rev: i64, answer: &Resolve) -> Result<(), ResolveProblem> {
    let row = reviews::by_id(unit.db, id)?.ok_or(ResolveProblem::NotFound(id))?;
    if row.closed_ms.is_some() {
        return Err(ResolveProblem::Closed(id));
    }
    if row.theirs_rev != theirs_rev && !mutants::is(Mutant::ResolveMoved) {
        return Err(ResolveProblem::Moved { theirs_rev: row.theirs_rev });
    }
    let mut work = Work::load(unit, row.record)?;
    let mine = mine_of(&work, &row);
    let chosen = match answer {
        Resolve::Mine => mine.clone(),
        Resolve::Theirs => row.theirs.clone(),
        Resolve::Merged { value } => merged(unit, &work, &row, value)?,
    };
    let choice = match answer {
        Resolve::Mine => "mine",
        Resolve::Theirs => "theirs",
        Resolve::Merged { .. } => "merged",
    };
    if *answer != Resolve::Theirs {
        check_parents(unit, &work, &row, chosen.as_ref())?;
    }
    hold::close(unit, &mut work, &row, choice, mine, chosen.clone());
    if *answer == Resolve::Theirs {
        discard_held(unit, &mut work, &row)?;
    } else {
        drop_what_points_nowhere(unit, &mut work, &row)?;
        release_held(&mut work, &row, chosen.as_ref());
    }
    if row.field.is_empty() {
        hold::ask_about_what_moved(unit, &mut work)?;
        drop_archive_that_is_made(unit, &mut work)?;
    }
    hold::journal_closed(unit, &work, &row, choice, chosen.as_ref())?;
    work.row.bounces = if row.field.is_empty() { 0 } else { work.row.bounces };
    work.save(unit)?;
    Ok(())
}

fn merged(unit: &Unit<'_>, work: &Work, row: &ReviewRow, value: &Value) -> Result<Option<Canonical>, ResolveProblem> {
    let cannot = || FieldProblem {
        field: row.field.clone(),
        kind: ProblemKind::UnknownField,
        message: "this review has no single value to merge".to_owned(),
    };
    let record_type = unit.record_type(&work.row.record_type).filter(|known| known.field(&row.field).is_some());
    let record_type = record_type.ok_or_else(|| ResolveProblem::Value(cannot()))?;
    let checked = record_type.canonical_edit(&[(row.field.clone(), value.clone())]);
    let mut values = checked.map_err(|mut problems| ResolveProblem::Value(problems.swap_remove(0)))?;
    Ok(values.swap_remove(0).1)
}

/// What refers to a record that will never exist would wait for ever: such an answer is refused, with the field.
fn check_parents(
    unit: &Unit<'_>,
    work: &Work,
    row: &ReviewRow,
    chosen: Option<&Canonical>,
) -> Result<(), ResolveProblem> {
    let Some(record_type) = unit.record_type(&work.row.record_type) else { return Ok(()) };
    let view = work.view();
    for field in record_type.fields.iter().filter(|field| field.kind == FieldKind::Reference) {
        let target = if field.name == row.field { chosen } else { view.get(&field.name) };
        let Some(id) = target.and_then(reference) else { continue };
        if is_lost(unit, id)? {
            return Err(ResolveProblem::Value(FieldProblem {
                field: field.name.clone(),
                kind: ProblemKind::BadReference,
                message: format!("{} points to a record that was given up", field.label),
            }));
        }
    }
    Ok(())
}

/// "Use theirs": what is held is discarded. A create that is discarded leaves no record; its children go to a person, and
/// so does what belongs to the same group.
fn discard_held(unit: &Unit<'_>, work: &mut Work, row: &ReviewRow) -> StoreResult<()> {
    let before: Vec<State> = work.changes.iter().map(|change| change.state).collect();
    let held = |change: &Change| change.review == Some(row.no) && change.state == State::Held;
    let create = work.changes.iter().any(|change| held(change) && change.is_create());
    // A member that goes alone was asked about; edits that came behind it were not.
    let only_barrier = !create && row.field.is_empty() && ReviewKind::parse(&row.kind) == ReviewKind::GroupParted;
    for change in work.changes.iter_mut().filter(|change| held(change)) {
        let kept = only_barrier && !change.is_barrier();
        change.state = if kept { State::Pending } else { State::Discarded };
    }
    if create {
        end_record(unit, work)?;
    }
    let ended = work.changes.iter().zip(before).filter(|(change, before)| change.state != *before);
    let given_up: Vec<&Change> =
        ended.map(|(change, _)| change).filter(|change| change.state == State::Discarded).collect();
    let groups: BTreeSet<i64> = given_up.iter().filter_map(|change| change.group).collect();
    if let Some(first) = given_up.first().filter(|_| row.field.is_empty() && !mutants::is(Mutant::GivenUpUnwritten)) {
        // The answer names no value; what somebody typed stays to be read in the history.
        journal_discarded(unit, work.row.no, first.op, &given_up)?;
    }
    part_groups(unit, work, &groups)
}

/// "Use mine" and "merge" of a field: the first held change goes out at its own number with the chosen value, the later ones
/// are superseded. "Try again" of a record: everything goes on as it was made. Under another review of the whole record
/// everything goes on being held.
fn release_held(work: &mut Work, row: &ReviewRow, chosen: Option<&Canonical>) {
    let still_held = work.open_review("").map(|review| review.no);
    let of_field = !row.field.is_empty();
    let mut released = false;
    for change in work.changes.iter_mut() {
        if change.review != Some(row.no) || change.state != State::Held {
            continue;
        }
        if of_field && released {
            change.state = State::Done;
            continue;
        }
        released = true;
        match still_held {
            Some(no) => change.review = Some(no),
            None => change.state = State::Pending,
        }
        if of_field {
            change.to = chosen.cloned();
            // Both values were shown beside the question.
            change.seen.clone_from(&row.theirs);
        }
    }
}

/// An edit that pointed to a record that was given up, and was replaced by a later one, would wait for ever.
fn drop_what_points_nowhere(unit: &Unit<'_>, work: &mut Work, row: &ReviewRow) -> StoreResult<()> {
    let mut dropped = Vec::new();
    for change in work.live().filter(|change| change.review == Some(row.no) && !change.field.is_empty()) {
        let replaced = work.live_on(&change.field).any(|later| later.seq > change.seq);
        let Some(id) = change.to.as_ref().and_then(reference).filter(|_| replaced) else { continue };
        if is_lost(unit, id)? {
            dropped.push(change.seq);
        }
    }
    for change in work.changes.iter_mut().filter(|change| dropped.contains(&change.seq)) {
        change.state = State::Done;
    }
    Ok(())
}

/// An archive that the office has made meanwhile needs no sending, and a reopen behind it must not wait for it.
fn drop_archive_that_is_made(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    let reopen = work.live().rfind(|change| change.kind == ChangeKind::Reopen).map(|change| change.seq);
    let Some(reopen) = reopen.filter(|_| work.row.life == Life::Archived) else { return Ok(()) };
    let made = |change: &&mut Change| {
        change.kind == ChangeKind::Archive && change.state == State::Pending && change.seq < reopen
    };
    for change in work.changes.iter_mut().filter(made) {
        change.state = State::Done;
        unit.journal(Some(work.row.no), "converged", &json!({"field": "", "life": "archived"}))?;
    }
    Ok(())
}
