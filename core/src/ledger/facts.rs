//! From stored rows to the facts that `schedule` decides on.

use std::collections::BTreeMap;

use super::unit::Unit;
use super::work::{Work, reference};
use crate::schedule::{ChangeFacts, ChangeState, MissingParent, RecordFacts, Stand, seal_groups, stands};
use crate::store::StoreResult;
use crate::store::changes::{self, Change, State};
use crate::store::records::{self, Life};
use crate::value::{Canonical, FieldKind, FieldMap};

/// Facts of one record.
pub(super) fn record_facts(unit: &Unit<'_>, work: &Work) -> StoreResult<RecordFacts> {
    let mut facts = Vec::new();
    for change in work.live() {
        let state = match (change.state, change.review) {
            (State::Sealed, _) => ChangeState::Sealed,
            (State::Held, Some(review)) => ChangeState::Held(review),
            _ => ChangeState::Pending,
        };
        let missing = if state == ChangeState::Pending { missing_parents(unit, work, change)? } else { Vec::new() };
        facts.push(ChangeFacts {
            seq: change.seq,
            op: change.op,
            group: change.group,
            kind: change.kind,
            field: change.field.clone(),
            state,
            paused: change.paused,
            needs_update: unit.needs_update(change.seq),
            missing,
        });
    }
    Ok(RecordFacts {
        record: work.row.no,
        changes: facts,
        open_shipment: work.shipment.is_some(),
        record_review: work.open_review("").map(|review| review.no),
        bounce_left_ms: work.row.due.as_ref().map_or(0, |due| due.remaining_ms(&unit.now)),
        archived: work.row.life == Life::Archived,
    })
}

/// The references of a change whose targets the server does not know.
fn missing_parents(unit: &Unit<'_>, work: &Work, change: &Change) -> StoreResult<Vec<MissingParent>> {
    let Some(record_type) = unit.record_type(&work.row.record_type) else { return Ok(Vec::new()) };
    let created = if change.is_create() { created_fields(change) } else { FieldMap::new() };
    let mut missing = Vec::new();
    for field in record_type.fields.iter().filter(|field| field.kind == FieldKind::Reference) {
        let target = match (change.is_create(), change.field == field.name) {
            (true, _) => created.get(&field.name),
            (false, true) => change.to.as_ref(),
            (false, false) => None,
        };
        let Some(id) = target.and_then(reference) else { continue };
        if let Some((record, None)) = records::no_of(unit.db, id)? {
            let create = records::live_create(unit.db, record)?;
            missing.push(MissingParent {
                field: field.name.clone(),
                record,
                create_seq: create.map(|(seq, _)| seq),
                create_group: create.and_then(|(_, group)| group),
            });
        }
    }
    Ok(missing)
}

/// The fields that a create was given.
pub(super) fn created_fields(create: &Change) -> FieldMap {
    FieldMap::from_stored(create.to.as_ref().map_or("{}", Canonical::as_str))
}

/// A record with its facts and where each of its live changes stands, groups taken into account.
pub(super) struct Standing {
    pub(super) work: Work,
    pub(super) facts: RecordFacts,
    pub(super) stands: Vec<Stand>,
}

/// Where the live changes of a record stand, and of all records that share a group with it. The record asked for comes
/// first.
pub(super) fn standings(unit: &Unit<'_>, record: i64) -> StoreResult<Vec<Standing>> {
    let mut works = vec![Work::load(unit, record)?];
    let mut seen_groups: BTreeMap<i64, ()> = BTreeMap::new();
    let mut position = 0;
    while position < works.len() {
        let groups: Vec<i64> = works[position].live().filter_map(|change| change.group).collect();
        for group in groups {
            if seen_groups.insert(group, ()).is_some() {
                continue;
            }
            for member in changes::live_of_group(unit.db, group)? {
                if works.iter().all(|work| work.row.no != member.record) {
                    works.push(Work::load(unit, member.record)?);
                }
            }
        }
        position += 1;
    }
    let facts = works.iter().map(|work| record_facts(unit, work)).collect::<StoreResult<Vec<_>>>()?;
    let mut all: Vec<Vec<Stand>> = facts.iter().map(stands).collect();
    seal_groups(&facts, &mut all);
    let parts = works.into_iter().zip(facts).zip(all);
    Ok(parts.map(|((work, facts), stands)| Standing { work, facts, stands }).collect())
}
