//! Reading: one record by either name, lists, and the states of families and of the device.

use serde::Serialize;

use std::collections::BTreeSet;

use super::outbox::{LaneView, WhyWaiting, of_lane, waiting_of};
use super::record::{Record, fact_of_waiting, facts_of, record_of};
use super::unit::Unit;
use crate::state::{SyncFact, SyncScope, SyncState};
use crate::store::query::{self, Prepared};
use crate::store::records::{self, Life, RecordRow};
use crate::store::{StoreResult, changes, cursors, refs, reviews, unseen};
use crate::value::RecordId;

/// A clock that is off by less concerns nobody: times are corrected, and minutes are what people plan in.
const SHOWN_SKEW_MS: i64 = 5 * 60_000;

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
    let taken_to =
        if unit.needs_update(i64::MAX) { unit.versions().map_or(0, |known| known.waiting_to) } else { i64::MAX };
    let waiting = changes::glance(unit.db, taken_to)?;
    if waiting.plain > 0 {
        facts.extend(fact_of_waiting(unit, &of_lane(lane).unwrap_or(WhyWaiting::Ready), None, waiting.plain)?);
    }
    if waiting.for_update > 0 {
        facts.extend(fact_of_waiting(unit, &WhyWaiting::NeedsUpdate, None, waiting.for_update)?);
    }
    let under_review: BTreeSet<i64> = reviews::open(unit.db)?.into_iter().map(|review| review.record).collect();
    for no in waiting.others {
        if under_review.contains(&no) {
            if let Some(row) = records::by_no(unit.db, no)? {
                let named = facts_of(unit, &row, lane, true)?;
                facts.extend(named.into_iter().filter(|fact| !fact.is_settled()));
            }
            continue;
        }
        for waiting in waiting_of(unit, no, lane)? {
            facts.extend(fact_of_waiting(unit, &waiting.why, waiting.parent, 1)?);
        }
    }
    let nothing_waits = facts.is_empty();
    facts.extend(freshness(unit)?.filter(|fact| nothing_waits || !fact.is_settled()));
    facts.extend(about_the_app(unit));
    let clock_off_by_ms = unit.now_ms - unit.now.wall_ms;
    if clock_off_by_ms.abs() >= SHOWN_SKEW_MS {
        facts.push(SyncFact::ClockOff { by_ms: clock_off_by_ms });
    }
    Ok(SyncState::of(SyncScope::Device, facts))
}

/// How old what is shown may be (requirement E6).
fn freshness(unit: &Unit<'_>) -> StoreResult<Option<SyncFact>> {
    let row = cursors::get(unit.db, cursors::ALL)?;
    let partial = row.partial || unseen::any(unit.db)? || row.fresh_at_ms.is_none() && records::any_of_server(unit.db)?;
    Ok(Some(match row.fresh_at_ms {
        as_of_ms if partial => SyncFact::NotAllLoaded { as_of_ms },
        Some(at_ms) => SyncFact::Synced { at_ms },
        None => SyncFact::NothingYet,
    }))
}

/// Whether the app and the server are of one age (requirement F5).
fn about_the_app(unit: &Unit<'_>) -> Option<SyncFact> {
    let version = unit.context.schema.version;
    unit.versions().and_then(|known| match () {
        () if version < known.new_from => Some(SyncFact::AppOutdated),
        () if version > known.current => Some(SyncFact::AppNewer),
        () => None,
    })
}
