//! What waits, why, since when, until when, and what waits for it (requirements B7, B10, E5).

use serde::Serialize;

use std::collections::BTreeMap;

use super::facts::{Standing, standings};
use super::unit::Unit;
use crate::mutants::{self, Mutant};
use crate::schedule::{LaneReason, Stand};
use crate::store::changes::{self, State};
use crate::store::shipments::OpenShipment;
use crate::store::{StoreResult, records};
use crate::value::{RecordId, ReviewId};
use crate::wire::ChangeKind;

/// Why something waits. Total: everything that waits has exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum WhyWaiting {
    /// It goes out at the next step.
    Ready,
    /// It is on its way; the answer is not in.
    InFlight,
    /// The answer to an earlier shipment of the record comes first.
    BehindShipment,
    /// An earlier operation on the same field or record comes first.
    BehindEarlier {
        /// That operation.
        operation: i64,
    },
    /// An archive, reopen or sign-off comes first.
    BehindBarrier {
        /// That operation.
        operation: i64,
    },
    /// A person has to answer.
    Review {
        /// The question.
        review: ReviewId,
    },
    /// A person has paused it; it goes out after [`crate::Fieldkeep::unpause`].
    Paused,
    /// The server takes it from a newer version of the app only.
    NeedsUpdate,
    /// Another record has to reach the server first.
    ForParent {
        /// That record.
        record: RecordId,
    },
    /// It is sent together with others, and one of them waits.
    Group {
        /// The operation that the group waits for.
        operation: i64,
    },
    /// Others keep changing the record; it is tried again then.
    Bounced {
        /// Corrected device time, milliseconds.
        due_ms: i64,
    },
    /// The server said "later" for this item.
    Later {
        /// Corrected device time, milliseconds.
        due_ms: i64,
    },
    /// The lane pauses after a failure, or because the server asked for it.
    Lane {
        /// Corrected device time, milliseconds.
        due_ms: i64,
        /// Why.
        reason: LaneReason,
    },
    /// There is no connection.
    Offline,
    /// Somebody has to sign in.
    SignIn,
    /// Somebody else is signed in.
    WrongUser,
}

/// The lane as far as waiting is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LaneView {
    pub(crate) online: bool,
    pub(crate) signed_out: bool,
    pub(crate) wrong_user: bool,
    /// A push is under way in this process.
    pub(crate) sending: bool,
    /// When the lane may try again and why it waits, if it does.
    pub(crate) waits: Option<(i64, LaneReason)>,
}

/// One operation that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct OutboxItem {
    /// Its number.
    pub operation: i64,
    /// Its record.
    pub record: RecordId,
    /// The record's type.
    pub record_type: String,
    /// What it does.
    pub kind: ChangeKind,
    /// The fields it changes; empty for an archive, reopen or sign-off.
    pub fields: Vec<String>,
    /// When it was made, corrected device time, milliseconds.
    pub made_ms: i64,
    /// Who made it.
    pub author: String,
    /// How often it went out and was not settled.
    pub attempts: i64,
    /// Why it waits.
    pub why: WhyWaiting,
    /// Operations that wait for this one.
    pub blocks: Vec<i64>,
}

/// A live operation of one record and why it waits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) operation: i64,
    pub(crate) why: WhyWaiting,
    /// The record it waits for, where it does.
    pub(crate) parent: Option<i64>,
}

/// Everything that waits, in the order in which it was made.
pub(crate) fn outbox(unit: &Unit<'_>, lane: LaneView) -> StoreResult<Vec<OutboxItem>> {
    let mut items: BTreeMap<i64, OutboxItem> = BTreeMap::new();
    for record in changes::live_records(unit.db)? {
        let standings = standings(unit, record)?;
        let Some(standing) = standings.first() else { continue };
        for (change, stand) in standing.work.live().zip(&standing.stands) {
            let why = why(unit, (standing, &standings), change.review, stand, lane)?;
            let item = items.entry(change.op).or_insert_with(|| OutboxItem {
                operation: change.op,
                record: standing.work.row.id,
                record_type: standing.work.row.record_type.clone(),
                kind: change.kind,
                fields: Vec::new(),
                made_ms: change.made_ms,
                author: change.author.clone(),
                attempts: 0,
                why: why.clone(),
                blocks: Vec::new(),
            });
            if change.is_create() {
                let given = super::facts::created_fields(change);
                item.fields.extend(given.iter().map(|(field, _)| field.to_owned()));
            } else if !change.field.is_empty() {
                item.fields.push(change.field.clone());
            }
            if let (State::Sealed, Some(shipment)) = (change.state, &standing.work.shipment) {
                // The row counts the attempt that is next or under way.
                item.attempts = shipment.attempts - 1;
            }
            // An operation is as far as the part of it that is furthest behind.
            if rank(&why) > rank(&item.why) {
                item.why = why;
            }
        }
    }
    add_blocks(unit, &mut items)?;
    Ok(items.into_values().collect())
}

/// The live operations of one record and why each waits.
pub(crate) fn waiting_of(unit: &Unit<'_>, record: i64, lane: LaneView) -> StoreResult<Vec<Waiting>> {
    let standings = standings(unit, record)?;
    let Some(standing) = standings.first() else { return Ok(Vec::new()) };
    let mut list: Vec<Waiting> = Vec::new();
    for (change, stand) in standing.work.live().zip(&standing.stands) {
        let why = why(unit, (standing, &standings), change.review, stand, lane)?;
        let parent = if let Stand::ForParent(parent) = stand { Some(*parent) } else { None };
        match list.iter_mut().find(|waiting| waiting.operation == change.op) {
            Some(known) if rank(&why) > rank(&known.why) => *known = Waiting { operation: change.op, why, parent },
            Some(_) => {}
            None => list.push(Waiting { operation: change.op, why, parent }),
        }
    }
    Ok(list)
}

/// Why a change of a record waits, which is the first of those that share a group with it.
fn why(
    unit: &Unit<'_>,
    (standing, standings): (&Standing, &[Standing]),
    review: Option<i64>,
    stand: &Stand,
    lane: LaneView,
) -> StoreResult<WhyWaiting> {
    let work = &standing.work;
    Ok(match stand {
        Stand::Ready => of_lane(lane).unwrap_or(WhyWaiting::Ready),
        Stand::InFlight => match shipment_left_ms(unit, standings) {
            left_ms @ 1.. => after_lane(lane, WhyWaiting::Later { due_ms: unit.now_ms + left_ms }),
            // Sent once without an answer, and not under way now: it goes out again at the next step.
            _ if !lane.sending => of_lane(lane).unwrap_or(WhyWaiting::Ready),
            _ => WhyWaiting::InFlight,
        },
        Stand::BehindShipment => WhyWaiting::BehindShipment,
        Stand::BehindEarlier(operation) => WhyWaiting::BehindEarlier { operation: *operation },
        Stand::BehindBarrier(operation) => WhyWaiting::BehindBarrier { operation: *operation },
        Stand::Paused => WhyWaiting::Paused,
        Stand::NeedsUpdate => WhyWaiting::NeedsUpdate,
        Stand::Group(operation) => WhyWaiting::Group { operation: *operation },
        Stand::Bounced(left_ms) => after_lane(lane, WhyWaiting::Bounced { due_ms: unit.now_ms + left_ms }),
        Stand::Review(no) => {
            let no = review.unwrap_or(*no);
            let row = work.reviews.iter().find(|row| row.no == no);
            row.map_or(WhyWaiting::BehindShipment, |row| WhyWaiting::Review { review: row.id })
        }
        Stand::ForParent(parent) => {
            let record = records::ids_of(unit.db, *parent)?.map_or(work.row.id, |(id, _)| id);
            WhyWaiting::ForParent { record }
        }
    })
}

/// Milliseconds until the shipment of the first record may go; one of a group goes with the last of its members.
fn shipment_left_ms(unit: &Unit<'_>, standings: &[Standing]) -> i64 {
    let Some(own) = standings.first().and_then(|standing| standing.work.shipment.as_ref()) else { return 0 };
    let with_it = |other: &&OpenShipment| {
        other.no == own.no || own.group.is_some() && other.group == own.group && !mutants::is(Mutant::GroupWaitUnsaid)
    };
    let shipments = standings.iter().filter_map(|standing| standing.work.shipment.as_ref());
    shipments.filter(with_it).map(|shipment| shipment.due.remaining_ms(&unit.now)).max().unwrap_or(0)
}

/// A wait of its own, unless the lane is stopped or waits longer: the later time is the one at which it goes.
fn after_lane(lane: LaneView, own: WhyWaiting) -> WhyWaiting {
    match (of_lane(lane), &own) {
        _ if mutants::is(Mutant::LaneHidesLater) => of_lane(lane).unwrap_or(own),
        // What has no time in its sentence stands in the way all the same: a log-in of the network, a wrong clock.
        (
            Some(WhyWaiting::Lane { due_ms: lane_ms, reason }),
            WhyWaiting::Later { due_ms } | WhyWaiting::Bounced { due_ms },
        ) if lane_ms < *due_ms && reason.names_a_time() => own,
        (Some(lane), _) => lane,
        (None, _) => own,
    }
}

/// A time is only named when nothing else stands in the way (pitfall P11).
pub(super) fn of_lane(lane: LaneView) -> Option<WhyWaiting> {
    if lane.wrong_user {
        return Some(WhyWaiting::WrongUser);
    }
    if lane.signed_out {
        return Some(WhyWaiting::SignIn);
    }
    if !lane.online {
        return Some(WhyWaiting::Offline);
    }
    lane.waits.map(|(due_ms, reason)| WhyWaiting::Lane { due_ms, reason })
}

/// How far from done a reason is.
fn rank(why: &WhyWaiting) -> u8 {
    match why {
        WhyWaiting::InFlight => 0,
        WhyWaiting::Ready => 1,
        WhyWaiting::Lane { .. } | WhyWaiting::Later { .. } => 2,
        WhyWaiting::BehindShipment => 3,
        WhyWaiting::Bounced { .. } => 4,
        WhyWaiting::BehindEarlier { .. } | WhyWaiting::BehindBarrier { .. } | WhyWaiting::Group { .. } => 5,
        WhyWaiting::ForParent { .. } => 6,
        WhyWaiting::Offline => 7,
        // Parts of a paused operation may be under review: the question shows until it is answered.
        WhyWaiting::SignIn | WhyWaiting::WrongUser | WhyWaiting::NeedsUpdate | WhyWaiting::Paused => 8,
        WhyWaiting::Review { .. } => 9,
    }
}

fn add_blocks(unit: &Unit<'_>, items: &mut BTreeMap<i64, OutboxItem>) -> StoreResult<()> {
    let mut edges: Vec<(i64, i64)> = Vec::new();
    for item in items.values() {
        let behind = match &item.why {
            WhyWaiting::BehindEarlier { operation }
            | WhyWaiting::BehindBarrier { operation }
            | WhyWaiting::Group { operation } => Some(*operation),
            WhyWaiting::ForParent { record } => match records::no_of(unit.db, *record)? {
                Some((no, _)) => records::live_create(unit.db, no)?.map(|(seq, _)| seq),
                None => None,
            },
            _ => None,
        };
        edges.extend(behind.map(|first| (first, item.operation)));
    }
    for (first, behind) in edges {
        if let Some(item) = items.get_mut(&first) {
            item.blocks.push(behind);
        }
    }
    Ok(())
}
