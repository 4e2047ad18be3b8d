//! What follows when a person gives work up: for those that refer to it, and for those that were to go with it.

use std::collections::BTreeSet;

use super::facts::created_fields;
use super::hold::{self, Question};
use super::review::{ReviewKind, mine_of};
use super::unit::Unit;
use super::work::{Work, reference};
use crate::store::changes::{Change, State};
use crate::store::records::{self, Life};
use crate::store::{StoreResult, changes, refs};
use crate::value::RecordId;

/// Gives up a record that the server never had: all that waits of it is discarded, its questions are over, its children go
/// to a person.
pub(super) fn end_record(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    let open = work.reviews.iter().filter(|review| review.closed_ms.is_none());
    let asked: Vec<_> = open.map(|review| (review.clone(), mine_of(work, review))).collect();
    for change in work.changes.iter_mut().filter(|change| matches!(change.state, State::Pending | State::Held)) {
        change.state = State::Discarded;
    }
    for (row, mine) in asked {
        hold::close(unit, work, &row, "theirs", mine, row.theirs.clone());
        hold::journal_closed(unit, work, &row, "theirs", row.theirs.as_ref())?;
    }
    work.row.life = Life::Gone;
    orphan_children(unit, work.row.no)
}

/// The children that wait for this parent go to a person, each with its own question, so that none waits for ever.
fn orphan_children(unit: &Unit<'_>, parent: i64) -> StoreResult<()> {
    let Some((parent_id, _)) = records::ids_of(unit.db, parent)? else { return Ok(()) };
    // One that refers to itself is no child of its own.
    for child in refs::children(unit.db, parent)?.into_iter().filter(|child| *child != parent) {
        let mut work = Work::load(unit, child)?;
        if ask_of_parent(unit, &mut work, parent_id)? {
            work.save(unit)?;
        }
    }
    Ok(())
}

/// Asks about what refers to records that were given up while a shipment of this record was on its way: a question about
/// the whole record had to wait for its answer.
pub(super) fn ask_of_lost_parents(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    // What a later edit has replaced does not count.
    let view = work.view();
    let named: Vec<RecordId> = work.live().flat_map(references).collect();
    let shown: Vec<RecordId> = view.iter().filter_map(|(_, value)| reference(value)).collect();
    for id in named.into_iter().filter(|id| shown.contains(id)) {
        if is_lost(unit, id)? {
            ask_of_parent(unit, work, id)?;
        }
    }
    Ok(())
}

/// Whether a record was given up before the server ever had it.
pub(super) fn is_lost(unit: &Unit<'_>, id: RecordId) -> StoreResult<bool> {
    Ok(records::by_id(unit.db, id)?.is_some_and(|row| row.life == Life::Gone && row.server_id.is_none()))
}

fn ask_of_parent(unit: &Unit<'_>, work: &mut Work, parent: RecordId) -> StoreResult<bool> {
    let waits = work.live().any(|change| change.state == State::Pending && references(change).contains(&parent));
    if !waits || work.shipment.is_some() {
        return Ok(false);
    }
    let question = Question {
        field: String::new(),
        kind: ReviewKind::ParentGone,
        base: None,
        theirs: None,
        by: None,
        detail: None,
    };
    hold::ask(unit, work, question)?;
    Ok(true)
}

/// The records that a change points to.
pub(super) fn references(change: &Change) -> Vec<RecordId> {
    if change.is_create() {
        created_fields(change).iter().filter_map(|(_, value)| reference(value)).collect()
    } else {
        change.to.as_ref().and_then(reference).into_iter().collect()
    }
}

/// Members of these groups were given up: "together or not at all" cannot be kept any more, so a person says whether the
/// rest is still meant. Nothing of it goes out unasked.
pub(super) fn part_groups(unit: &Unit<'_>, given_up: &mut Work, groups: &BTreeSet<i64>) -> StoreResult<()> {
    for group in groups {
        let mut others = BTreeSet::new();
        for member in changes::live_of_group(unit.db, *group)? {
            others.insert(member.record);
        }
        part(unit, given_up, *group)?;
        others.remove(&given_up.row.no);
        for record in others {
            let mut work = Work::load(unit, record)?;
            part(unit, &mut work, *group)?;
            work.save(unit)?;
        }
    }
    Ok(())
}

/// Takes a record's changes out of a group. What is held already has its question; the rest gets one for each field.
fn part(unit: &Unit<'_>, work: &mut Work, group: i64) -> StoreResult<()> {
    let mut fields = BTreeSet::new();
    let on_its_way = work.shipment.is_some();
    for change in work.changes.iter_mut().filter(|change| change.group == Some(group)) {
        if change.state == State::Pending {
            fields.insert(change.field.clone());
        }
        if matches!(change.state, State::Pending | State::Held) {
            change.group = None;
        }
        if change.state == State::Pending && on_its_way {
            // It cannot be asked about yet. A group of its own keeps it apart until it could be sent.
            change.group = Some(parted_mark(change.seq));
        }
    }
    if on_its_way {
        return Ok(());
    }
    ask_about_rest(unit, work, fields)
}

/// The group of a change that is left of a parted one and has not been asked about: no other has that number.
fn parted_mark(seq: i64) -> i64 {
    -seq
}

/// Whether a group is such a mark.
pub(super) fn is_parted(group: Option<i64>) -> bool {
    group.is_some_and(|group| group < 0)
}

/// It could be sent now: time to ask.
pub(super) fn ask_instead_of_sending(unit: &Unit<'_>, work: &mut Work, group: i64) -> StoreResult<()> {
    part(unit, work, group)
}

fn ask_about_rest(unit: &Unit<'_>, work: &mut Work, fields: BTreeSet<String>) -> StoreResult<()> {
    // The empty name comes first: a question about the whole record holds its fields, too.
    for field in fields {
        let waits = work.live_on(&field).any(|change| change.state == State::Pending);
        if !waits {
            continue;
        }
        let base = work.base.get(&field).cloned();
        let question =
            Question { field, kind: ReviewKind::GroupParted, base: base.clone(), theirs: base, by: None, detail: None };
        hold::ask(unit, work, question)?;
    }
    Ok(())
}
