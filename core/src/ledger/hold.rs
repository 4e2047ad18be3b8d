//! Opening, extending, closing and withdrawing reviews: holding work for a person without losing any of it.

use serde_json::json;

use super::convert::as_now;
use super::review::{ReviewKind, mine_of};
use super::unit::Unit;
use super::work::Work;
use crate::mutants::{self, Mutant};
use crate::store::StoreResult;
use crate::store::changes::{self, Change, State};
use crate::store::reviews::{self, ReviewRow};
use crate::value::{Canonical, ReviewId};
use crate::wire::FieldAuthor;

/// What a new review asks about.
pub(super) struct Question {
    /// The field; empty for the record as a whole.
    pub(super) field: String,
    pub(super) kind: ReviewKind,
    pub(super) base: Option<Canonical>,
    pub(super) theirs: Option<Canonical>,
    pub(super) by: Option<FieldAuthor>,
    /// JSON that explains the question.
    pub(super) detail: Option<String>,
}

/// Opens a review and holds the pending changes that it concerns: those of the field, or all of the record.
/// Returns the review's number, or the one that is open already.
pub(super) fn ask(unit: &Unit<'_>, work: &mut Work, question: Question) -> StoreResult<i64> {
    let no = match work.open_review(&question.field) {
        Some(open) => open.no,
        None => open(unit, work, question_row(unit, work, &question))?,
    };
    for change in &mut work.changes {
        let concerned = question.field.is_empty() || change.field == question.field;
        if concerned && change.state == State::Pending {
            change.state = State::Held;
            change.review = Some(no);
        }
    }
    Ok(no)
}

fn question_row(unit: &Unit<'_>, work: &Work, question: &Question) -> ReviewRow {
    // An entry that only hides a record names nobody.
    let by = question.by.as_ref().filter(|author| !author.who.is_empty());
    ReviewRow {
        no: 0,
        id: ReviewId(unit.new_uuid()),
        record: work.row.no,
        field: question.field.clone(),
        kind: question.kind.as_str().to_owned(),
        base: question.base.clone(),
        mine: None,
        theirs: question.theirs.clone(),
        theirs_by: by.map(|author| author.who.clone()),
        theirs_at_ms: by.map(|author| author.at_ms),
        theirs_rev: 1,
        policy_version: unit.context.schema.version,
        detail: question.detail.clone(),
        choice: None,
        chosen: None,
        closed_by: None,
        opened_ms: unit.now_ms,
        closed_ms: None,
    }
}

fn open(unit: &Unit<'_>, work: &mut Work, mut row: ReviewRow) -> StoreResult<i64> {
    row.no = reviews::insert(unit.db, &row)?;
    let detail = json!({
        "review": row.id, "kind": row.kind, "field": row.field, "base": row.base, "theirs": row.theirs,
        "by": row.theirs_by, "detail": row.detail,
    });
    unit.journal(Some(work.row.no), "review_opened", &detail)?;
    unit.touch(work.row.no);
    let no = row.no;
    work.reviews.push(row);
    Ok(no)
}

/// A question about the whole record shows no values, nor does one that answers itself. Where the server's value of a field
/// has moved to one that nobody here has seen, that is a question of its own.
pub(super) fn ask_about_what_moved(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    if work.live().any(Change::is_create) {
        return Ok(());
    }
    for field in work.live_fields() {
        let pending = work.live_on(&field).any(|change| change.state == State::Pending);
        let last = work.live_on(&field).next_back().cloned();
        let base = work.base.get(&field).cloned();
        let Some(last) = last.filter(|last| pending && last.to != base) else { continue };
        if has_seen_base(work, &last) || is_own_doing(unit, work, &last)? {
            continue;
        }
        let by = work.row.author_of(&field);
        ask(
            unit,
            work,
            Question { field, kind: ReviewKind::Conflict, base: last.seen, theirs: base, by, detail: None },
        )?;
    }
    Ok(())
}

/// Whether an edit was made by somebody who had seen what the server has now: in the form itself, or under edits from here
/// that still wait and that the form showed.
fn has_seen_base(work: &Work, edit: &Change) -> bool {
    let base = work.base.get(&edit.field);
    let mut edit = edit;
    let own = work.changes.iter().filter(|change| change.field == edit.field && change.state != State::Discarded);
    let mut earlier = own.rev().filter(|change| change.seq < edit.seq);
    loop {
        if edit.seen.as_ref() == base {
            return true;
        }
        match earlier.find(|change| change.to == edit.seen) {
            Some(shown) => edit = shown,
            None => return false,
        }
    }
}

/// Whether what the server has now is what this device put there last, by an edit made before: nobody is asked to choose
/// between two values of one's own.
fn is_own_doing(unit: &Unit<'_>, work: &Work, edit: &Change) -> StoreResult<bool> {
    let own = changes::of_field_after(unit.db, work.row.no, &edit.field, 0)?;
    let last = own.iter().rfind(|change| change.state == State::Done && change.seq < edit.seq);
    let put_there = last.map(|change| as_now(unit, &work.row.record_type, &edit.field, change.to.clone()));
    let is_own = put_there.is_some_and(|value| value.as_ref() == work.base.get(&edit.field));
    Ok(is_own && !mutants::is(Mutant::OwnConflict))
}

/// The record as a whole is the question now: what is held under questions about single fields joins it, and those are
/// withdrawn. One answer decides.
pub(super) fn absorb_field_questions(unit: &Unit<'_>, work: &mut Work, whole: i64) -> StoreResult<()> {
    let asked: Vec<ReviewRow> =
        work.reviews.iter().filter(|review| review.closed_ms.is_none() && review.no != whole).cloned().collect();
    for row in asked {
        let mine = mine_of(work, &row);
        for change in work.changes.iter_mut().filter(|change| change.review == Some(row.no)) {
            if change.state == State::Held {
                change.review = Some(whole);
            }
        }
        for review in work.reviews.iter_mut().filter(|review| review.no == row.no) {
            close_as_withdrawn(unit, review, mine.as_ref());
        }
        unit.journal(Some(work.row.no), "review_withdrawn", &json!({"field": row.field, "value": mine}))?;
    }
    Ok(())
}

/// Closes a review with a person's answer.
pub(super) fn close(
    unit: &Unit<'_>,
    work: &mut Work,
    row: &ReviewRow,
    choice: &str,
    mine: Option<Canonical>,
    chosen: Option<Canonical>,
) {
    for review in work.reviews.iter_mut().filter(|review| review.no == row.no) {
        review.mine.clone_from(&mine);
        review.choice = Some(choice.to_owned());
        review.chosen.clone_from(&chosen);
        review.closed_by = Some(unit.context.user.clone());
        review.closed_ms = Some(unit.now_ms);
    }
}

/// Writes the answer to the journal.
pub(super) fn journal_closed(
    unit: &Unit<'_>,
    work: &Work,
    row: &ReviewRow,
    choice: &str,
    chosen: Option<&Canonical>,
) -> StoreResult<()> {
    let closed = work.reviews.iter().find(|review| review.no == row.no);
    let detail = json!({
        "review": row.id, "field": row.field, "kind": row.kind, "choice": choice, "base": row.base,
        "mine": closed.and_then(|review| review.mine.clone()), "theirs": row.theirs, "theirs_by": row.theirs_by,
        "chosen": chosen, "by": unit.context.user, "policy_version": row.policy_version,
    });
    unit.journal(Some(work.row.no), "review_closed", &detail)
}

fn close_as_withdrawn(unit: &Unit<'_>, review: &mut ReviewRow, mine: Option<&Canonical>) {
    review.choice = Some("withdrawn".to_owned());
    review.mine = mine.cloned();
    review.chosen = mine.cloned();
    review.closed_by = Some(unit.context.user.clone());
    review.closed_ms = Some(unit.now_ms);
}

/// The other side moved while the question is open: show the newer value. Whoever answers must have seen it.
pub(super) fn move_theirs(work: &mut Work, field: &str, theirs: Option<&Canonical>, by: &FieldAuthor) {
    let of_field = work.open_review(field).is_some();
    let Some(review) = work.open_review_mut(if of_field { field } else { "" }) else { return };
    if of_field {
        review.theirs = theirs.cloned();
    }
    review.theirs_by = Some(by.who.clone());
    review.theirs_at_ms = Some(by.at_ms);
    review.theirs_rev += 1;
    // What came back from the server unsettled is part of the question: it must not go out over a value nobody saw.
    let no = review.no;
    for change in work.changes.iter_mut().filter(|change| change.field == field && change.state == State::Pending) {
        change.state = State::Held;
        change.review = Some(no);
    }
}

/// Whether an edit of the field has gone out: what the server has then is not known before the answer.
pub(super) fn is_on_its_way(work: &Work, field: &str) -> bool {
    work.live_on(field).any(|change| change.state == State::Sealed)
}

/// Where the last edit that is asked about says what is stored anyway there is nothing to choose.
pub(super) fn withdraw_where_agreed(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    for field in work.live_fields() {
        let last = work.live_on(&field).next_back().filter(|change| change.state == State::Held);
        if !is_on_its_way(work, &field) && last.is_some_and(|change| change.to.as_ref() == work.base.get(&field)) {
            withdraw(unit, work, &field)?;
        }
    }
    Ok(())
}

/// Both sides say the same now: the held changes of the field are done, and so is the question when it held no others.
pub(super) fn withdraw(unit: &Unit<'_>, work: &mut Work, field: &str) -> StoreResult<()> {
    let mut concerned = Vec::new();
    let mut mine = None;
    let ends = |change: &Change| change.field == field && matches!(change.state, State::Held | State::Pending);
    for change in work.changes.iter_mut().filter(|change| ends(change)) {
        change.state = State::Done;
        concerned.extend(change.review);
        mine.clone_from(&change.to);
    }
    let holding: Vec<i64> =
        work.live().filter(|change| change.state == State::Held).filter_map(|change| change.review).collect();
    for review in work.reviews.iter_mut().filter(|review| review.closed_ms.is_none()) {
        if concerned.contains(&review.no) && !holding.contains(&review.no) {
            close_as_withdrawn(unit, review, mine.as_ref());
        }
    }
    unit.journal(Some(work.row.no), "review_withdrawn", &json!({"field": field, "value": mine}))
}
