//! A record as an app reads it, with its state.

use serde::Serialize;

use std::collections::HashMap;

use super::outbox::{LaneView, WhyWaiting, waiting_of};
use super::review::{ReviewKind, name_in, words_of};
use super::stamp::{Seen, SeenStamp};
use super::unit::Unit;
use crate::mutants::{self, Mutant};
use crate::schedule::LaneReason;
use crate::state::{SyncFact, SyncScope, SyncState};
use crate::store::records::{self, Life, RecordRow};
use crate::store::reviews::ReviewRow;
use crate::store::{StoreResult, changes, reviews};
use crate::value::{Canonical, FieldMap, RecordId, Value, value_of};
use crate::wire::ChangeKind;

/// Whether a record is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum RecordStatus {
    /// There and open to edits.
    Open,
    /// An archive waits; it takes no more edits.
    WillBeArchived,
    /// Put away.
    Archived,
    /// Deleted, or never accepted and given up.
    Gone,
    /// Out of this user's sight.
    Hidden,
}

/// A record: what the screen shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Record {
    /// Its permanent id.
    pub id: RecordId,
    /// Its type.
    pub record_type: String,
    /// The server's id, once it has one.
    pub server_id: Option<String>,
    /// Base and what was changed here since. Fields without a value are left out.
    pub fields: HashMap<String, Value>,
    /// Whether it is there.
    pub status: RecordStatus,
    /// What was seen: hand it back with an edit.
    pub seen: SeenStamp,
    /// Where its work is.
    pub state: SyncState,
}

/// Builds the record that a row stands for. `last_seq` is the highest change number in this snapshot.
pub(super) fn record_of(unit: &Unit<'_>, row: &RecordRow, lane: LaneView, last_seq: i64) -> StoreResult<Record> {
    let live = changes::live_of(unit.db, row.no)?;
    let archives = live.iter().rfind(|change| change.is_barrier()).is_some_and(|c| c.kind == ChangeKind::Archive);
    let shown = live.iter().filter(|change| !change.is_barrier()).map(|change| (change.field.clone(), change.seq));
    let seen = Seen { id: row.id, rev: row.rev, seq: last_seq, values: row.view.clone(), live: shown.collect() };
    let facts = facts_of(unit, row, lane, !live.is_empty())?;
    Ok(Record {
        id: row.id,
        record_type: row.record_type.clone(),
        server_id: row.server_id.clone(),
        fields: values_of(unit, &row.record_type, &row.view),
        status: match row.life {
            Life::Alive | Life::Shell if archives => RecordStatus::WillBeArchived,
            Life::Alive | Life::Shell => RecordStatus::Open,
            Life::Archived => RecordStatus::Archived,
            Life::Gone => RecordStatus::Gone,
            Life::Hidden => RecordStatus::Hidden,
        },
        seen: seen.stamp(),
        state: SyncState::of(SyncScope::Record, facts),
    })
}

/// A view's values as an app sees them.
pub(super) fn values_of(unit: &Unit<'_>, record_type: &str, view: &FieldMap) -> HashMap<String, Value> {
    let known = unit.record_type(record_type);
    let value = |field: &str, value: &Canonical| match known.and_then(|known| known.field(field)) {
        Some(declared) => value_of(declared.kind, value),
        None => Value::Unknown(value.as_str().to_owned()),
    };
    view.iter().map(|(field, canonical)| (field.to_owned(), value(field, canonical))).collect()
}

/// Everything that is true of a record's work now.
pub(super) fn facts_of(unit: &Unit<'_>, row: &RecordRow, lane: LaneView, has_live: bool) -> StoreResult<Vec<SyncFact>> {
    let mut facts = Vec::new();
    if has_live {
        for review in reviews::open_of(unit.db, row.no)? {
            facts.push(fact_of_review(unit, row, &review));
        }
        for waiting in waiting_of(unit, row.no, lane)? {
            facts.extend(fact_of_waiting(unit, &waiting.why, waiting.parent, 1)?);
        }
        let archives = changes::live_of(unit.db, row.no)?.iter().any(|change| change.kind == ChangeKind::Archive);
        if archives {
            facts.push(SyncFact::WillBeArchived);
        }
    }
    if row.stale && !mutants::is(Mutant::SyncedWhileStale) {
        facts.push(SyncFact::Refreshing);
    }
    facts.push(match (row.life, row.synced_ms) {
        (Life::Gone, _) => SyncFact::Removed,
        (Life::Hidden, _) => SyncFact::OutOfSight,
        (_, Some(at_ms)) => SyncFact::Synced { at_ms },
        (_, None) => SyncFact::NothingYet,
    });
    Ok(facts)
}

fn fact_of_review(unit: &Unit<'_>, row: &RecordRow, review: &ReviewRow) -> SyncFact {
    let detail = review.detail.as_deref();
    let words = || words_of(&unit.context.schema, &row.record_type, detail);
    match ReviewKind::parse(&review.kind) {
        ReviewKind::Conflict => SyncFact::NeedsReview {
            fields: vec![unit.context.schema.label(&row.record_type, &review.field)],
            by: review.theirs_by.clone().unwrap_or_default(),
        },
        ReviewKind::Uncertain => SyncFact::Uncertain,
        ReviewKind::Rejected | ReviewKind::RuleChanged => SyncFact::NotAccepted { message: words() },
        ReviewKind::Gone => SyncFact::Gone,
        ReviewKind::ParentGone => SyncFact::ParentGone,
        ReviewKind::Forbidden => SyncFact::Forbidden,
        ReviewKind::GroupParted => SyncFact::GroupParted,
        ReviewKind::Locked | ReviewKind::NotOwner => SyncFact::Locked { by: name_in(detail).unwrap_or_default() },
    }
}

/// What a reason means for the person, of so many operations; none where another fact says it already.
pub(super) fn fact_of_waiting(
    unit: &Unit<'_>,
    why: &WhyWaiting,
    parent: Option<i64>,
    count: i64,
) -> StoreResult<Option<SyncFact>> {
    Ok(Some(match why {
        WhyWaiting::Review { .. } => return Ok(None),
        WhyWaiting::InFlight => SyncFact::Sending { count },
        WhyWaiting::Ready
        | WhyWaiting::BehindShipment
        | WhyWaiting::BehindEarlier { .. }
        | WhyWaiting::BehindBarrier { .. }
        | WhyWaiting::Group { .. } => SyncFact::Saved { count },
        WhyWaiting::Paused => SyncFact::Paused { count },
        WhyWaiting::NeedsUpdate => SyncFact::UpdateApp { count },
        WhyWaiting::ForParent { .. } => SyncFact::Behind { count, what: name_of(unit, parent)? },
        WhyWaiting::Bounced { due_ms } => SyncFact::OthersKeepChanging { count, next_at_ms: *due_ms },
        WhyWaiting::Later { due_ms } => SyncFact::NextSync { count, next_at_ms: *due_ms },
        WhyWaiting::Offline => SyncFact::Offline { count },
        WhyWaiting::SignIn => SyncFact::SignIn { count },
        WhyWaiting::WrongUser => SyncFact::WrongUser { count },
        WhyWaiting::Lane { due_ms, reason } => of_lane(*reason, count, *due_ms),
    }))
}

fn of_lane(reason: LaneReason, count: i64, next_at_ms: i64) -> SyncFact {
    match reason {
        LaneReason::Unreachable | LaneReason::ServerTrouble | LaneReason::Unreadable => {
            SyncFact::Failed { count, next_at_ms }
        }
        LaneReason::ServerBusy => SyncFact::ServerBusy { count, next_at_ms },
        LaneReason::Portal => SyncFact::Portal { count },
        LaneReason::ClockWrong => SyncFact::ClockWrong { count },
        LaneReason::SignIn => SyncFact::SignIn { count },
        LaneReason::WrongUser => SyncFact::WrongUser { count },
        LaneReason::AppTooOld => SyncFact::UpdateApp { count },
        LaneReason::Regained => SyncFact::NextSync { count, next_at_ms },
    }
}

/// A record in words: its type's label, and its first text.
fn name_of(unit: &Unit<'_>, record: Option<i64>) -> StoreResult<String> {
    let Some(no) = record else { return Ok(String::new()) };
    Ok(records::by_no(unit.db, no)?.map(|row| name_of_row(unit, &row)).unwrap_or_default())
}

/// The same of a record that is at hand.
pub(super) fn name_of_row(unit: &Unit<'_>, row: &RecordRow) -> String {
    let Some(record_type) = unit.record_type(&row.record_type) else { return row.record_type.clone() };
    let title = record_type.fields.iter().find_map(|field| match value_of(field.kind, row.view.get(&field.name)?) {
        Value::Text(text) => Some(text),
        _ => None,
    });
    title.map_or_else(|| record_type.label.clone(), |title| format!("{} \"{title}\"", record_type.label))
}
