//! What follows when a person gives work up: for those that refer to it, and for those that were to go with it.

use std::collections::BTreeSet;

use super::hold::{self, Question};
use super::review::ReviewKind;
use super::unit::Unit;
use super::work::{Work, reference};
use crate::store::changes::{Change, State};
use crate::store::{StoreResult, changes, records, refs};

/// The children that wait for this parent go to a person, each with its own question, so that none waits for ever.
pub(super) fn orphan_children(unit: &Unit<'_>, parent: i64) -> StoreResult<()> {
    let Some((parent_id, _)) = records::ids_of(unit.db, parent)? else { return Ok(()) };
    for child in refs::children(unit.db, parent)? {
        let mut work = Work::load(unit, child)?;
        let names_parent = |change: &Change| {
            let value = if change.is_create() {
                super::facts::created_fields(change).iter().any(|(_, value)| reference(value) == Some(parent_id))
            } else {
                change.to.as_ref().and_then(reference) == Some(parent_id)
            };
            value && change.state == State::Pending
        };
        if work.live().any(names_parent) {
            let question = Question {
                field: String::new(),
                kind: ReviewKind::ParentGone,
                base: None,
                theirs: None,
                by: None,
                detail: None,
            };
            hold::ask(unit, &mut work, question)?;
            work.save(unit)?;
        }
    }
    Ok(())
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
    for change in work.changes.iter_mut().filter(|change| change.group == Some(group)) {
        if change.state == State::Pending {
            fields.insert(change.field.clone());
        }
        if matches!(change.state, State::Pending | State::Held) {
            change.group = None;
        }
    }
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
