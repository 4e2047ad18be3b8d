//! Reading: one record by either name, lists, and the states of families and of the device.

use serde::Serialize;

use std::collections::BTreeSet;

use super::outbox::{LaneView, waiting_of};
use super::record::{Record, fact_of_waiting, facts_of, record_of};
use super::unit::Unit;
use crate::state::{SyncFact, SyncScope, SyncState};
use crate::store::query::{self, Prepared};
use crate::store::records::{self, Life, RecordRow};
use crate::store::{StoreResult, changes, cursors, refs, reviews};
use crate::value::RecordId;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct RecordPage {
    /// The records, in order.
    pub records: Vec<Record>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// A record by its local id, also by that of a record merged into it.
pub(crate) fn get(unit: &Unit<'_>, id: RecordId, lane: LaneView) -> StoreResult<Option<Record>> {
    shown(unit, records::by_id(unit.db, id)?, lane)
}

/// A record by its server id.
pub(crate) fn get_by_server_id(
    unit: &Unit<'_>,
    record_type: &str,
    server_id: &str,
    lane: LaneView,
) -> StoreResult<Option<Record>> {
    shown(unit, records::by_server_id(unit.db, record_type, server_id)?, lane)
}

fn shown(unit: &Unit<'_>, row: Option<RecordRow>, lane: LaneView) -> StoreResult<Option<Record>> {
    let Some(row) = follow(unit, row)? else { return Ok(None) };
    if row.life == Life::Shell {
        return Ok(None);
    }
    record_of(unit, &row, lane, changes::last_seq(unit.db)?).map(Some)
}

/// An id stays valid for ever: that of a merged record leads to the one that it is now.
fn follow(unit: &Unit<'_>, row: Option<RecordRow>) -> StoreResult<Option<RecordRow>> {
    match row {
        Some(row) => match row.merged_into {
            Some(into) => records::by_no(unit.db, into),
            None => Ok(Some(row)),
        },
        None => Ok(None),
    }
}

/// One page of a list.
pub(crate) fn find(unit: &Unit<'_>, prepared: &Prepared, lane: LaneView) -> StoreResult<RecordPage> {
    let page = query::run(unit.db, prepared)?;
    let last_seq = changes::last_seq(unit.db)?;
    let mut list = Vec::with_capacity(page.records.len());
    for no in page.records {
        if let Some(row) = records::by_no(unit.db, no)? {
            list.push(record_of(unit, &row, lane, last_seq)?);
        }
    }
    Ok(RecordPage { records: list, next: page.next })
}

/// The state of a record and of those that point to it, or of the device when no record is named.
pub(crate) fn summaries_of(unit: &Unit<'_>, root: Option<RecordId>, lane: LaneView) -> StoreResult<Option<SyncState>> {
    let Some(id) = root else { return device_state(unit, lane).map(Some) };
    let Some(row) = follow(unit, records::by_id(unit.db, id)?)? else { return Ok(None) };
    let mut family = vec![row.no];
    family.extend(refs::children(unit.db, row.no)?);
    let mut facts = Vec::new();
    for no in family {
        if let Some(member) = records::by_no(unit.db, no)? {
            facts.extend(facts_of(unit, &member, lane, !changes::live_of(unit.db, no)?.is_empty())?);
        }
    }
    if facts.iter().any(|fact| !fact.is_settled()) {
        facts.retain(|fact| !fact.is_settled());
    }
    Ok(Some(SyncState::of(SyncScope::Family, facts)))
}

/// The numbers behind an id: the record's own, and of a merged one that of the record it is now. None when it is not here.
pub(crate) fn numbers_of(unit: &Unit<'_>, id: RecordId) -> StoreResult<Option<BTreeSet<i64>>> {
    let Some(row) = records::by_id(unit.db, id)? else { return Ok(None) };
    Ok(Some([Some(row.no), row.merged_into].into_iter().flatten().collect()))
}

/// The numbers of a record and of those that point to it. None when it is not here.
pub(crate) fn family_of(unit: &Unit<'_>, root: RecordId) -> StoreResult<Option<BTreeSet<i64>>> {
    let Some(mut family) = numbers_of(unit, root)? else { return Ok(None) };
    for no in family.clone() {
        family.extend(refs::children(unit.db, no)?);
    }
    Ok(Some(family))
}

fn device_state(unit: &Unit<'_>, lane: LaneView) -> StoreResult<SyncState> {
    let mut facts = Vec::new();
    let under_review: BTreeSet<i64> = reviews::open(unit.db)?.into_iter().map(|review| review.record).collect();
    for no in changes::live_records(unit.db)? {
        if under_review.contains(&no) {
            if let Some(row) = records::by_no(unit.db, no)? {
                let named = facts_of(unit, &row, lane, true)?;
                facts.extend(named.into_iter().filter(|fact| !fact.is_settled()));
            }
            continue;
        }
        for waiting in waiting_of(unit, no, lane)? {
            facts.extend(fact_of_waiting(unit, &waiting.why, waiting.parent)?);
        }
    }
    if facts.is_empty() {
        let fresh = cursors::get(unit.db, cursors::ALL)?.fresh_at_ms;
        facts.push(fresh.map_or(SyncFact::NothingYet, |at_ms| SyncFact::Synced { at_ms }));
    }
    Ok(SyncState::of(SyncScope::Device, facts))
}
