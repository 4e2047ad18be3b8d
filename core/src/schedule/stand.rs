//! Where each live change of a record stands: ready, on the wire, or waiting for something named. One function decides
//! both what is sealed and why the rest waits, so the two can never disagree (requirements B2, B7, B10; pitfall P6).

use std::collections::{BTreeMap, HashMap};

use crate::mutants::{self, Mutant};
use crate::wire::ChangeKind;

/// Where a live change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// Free to go.
    Pending,
    /// In an open shipment.
    Sealed,
    /// Under an open review, by its number.
    Held(i64),
}

/// A reference whose target the server does not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingParent {
    /// The reference field.
    pub field: String,
    /// The target, by its number on this device.
    pub record: i64,
    /// The number of the target's own create, if that is live.
    pub create_seq: Option<i64>,
    /// The group of that create.
    pub create_group: Option<i64>,
}

/// A live change, as far as waiting is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFacts {
    /// Its number.
    pub seq: i64,
    /// Its operation.
    pub op: i64,
    /// Its group, if it is applied together with others or not at all.
    pub group: Option<i64>,
    /// What it does.
    pub kind: ChangeKind,
    /// The field, empty for a create or a barrier.
    pub field: String,
    /// Where it is.
    pub state: ChangeState,
    /// Whether a person has paused it.
    pub paused: bool,
    /// Whether the server takes it from a newer version of the app only.
    pub needs_update: bool,
    /// References that cannot be expressed to the server yet.
    pub missing: Vec<MissingParent>,
}

/// A record and its live changes in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFacts {
    /// Its number on this device.
    pub record: i64,
    /// The live changes.
    pub changes: Vec<ChangeFacts>,
    /// Whether a shipment of it is unanswered.
    pub open_shipment: bool,
    /// An open review of the record as a whole.
    pub record_review: Option<i64>,
    /// Milliseconds until it may be sent again, after others kept changing it.
    pub bounce_left_ms: i64,
    /// Whether the server has put it away: it takes nothing but a reopen.
    pub archived: bool,
}

/// Where a change stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    /// May be sealed now, as far as its record is concerned.
    Ready,
    /// On the wire.
    InFlight,
    /// Waits for the answer to its record's open shipment.
    BehindShipment,
    /// Waits for an earlier operation of the same field or record.
    BehindEarlier(i64),
    /// Waits for an archive, reopen or sign-off that comes first.
    BehindBarrier(i64),
    /// Waits for a person: the review's number.
    Review(i64),
    /// Waits until a person takes it up again.
    Paused,
    /// Waits for a newer version of the app.
    NeedsUpdate,
    /// Waits for another record to reach the server.
    ForParent(i64),
    /// Waits because others keep changing the record, so many milliseconds.
    Bounced(i64),
    /// Waits for another member of its group: that member's operation.
    Group(i64),
}

/// Where each live change of a record stands, in order. Total: each change gets exactly one answer.
#[must_use]
pub fn stands(record: &RecordFacts) -> Vec<Stand> {
    let mut walk = Walk::default();
    record.changes.iter().enumerate().map(|(position, change)| walk.stand(record, position, change)).collect()
}

/// What the walk along a record's changes has met so far.
#[derive(Default)]
struct Walk<'a> {
    /// Operation of the first waiting change per field.
    waiting_fields: BTreeMap<&'a str, i64>,
    /// Per field the first change that is ready: its operation and group.
    ready_fields: BTreeMap<&'a str, (i64, Option<i64>)>,
    /// Operation of a create that waits: everything behind it waits too.
    waiting_create: Option<i64>,
    /// Operation of the first barrier, ready or not: it goes alone.
    barrier: Option<i64>,
    /// The create that is ready to be sealed, its number and group: patches fold into it.
    create: Option<(i64, Option<i64>)>,
}

impl<'a> Walk<'a> {
    fn stand(&mut self, record: &'a RecordFacts, position: usize, change: &'a ChangeFacts) -> Stand {
        let stand = self.judge(record, position, change);
        let is_barrier = change.field.is_empty() && change.kind != ChangeKind::Create;
        if is_barrier {
            self.barrier.get_or_insert(change.op);
        } else if change.field.is_empty() {
            match stand {
                Stand::Ready => self.create = Some((change.seq, change.group)),
                _ => self.waiting_create = Some(change.op),
            }
        } else if stand == Stand::Ready {
            self.ready_fields.entry(&change.field).or_insert((change.op, change.group));
        } else {
            self.waiting_fields.entry(&change.field).or_insert(change.op);
        }
        stand
    }

    fn judge(&self, record: &RecordFacts, position: usize, change: &ChangeFacts) -> Stand {
        match change.state {
            ChangeState::Sealed => return Stand::InFlight,
            ChangeState::Held(review) => return Stand::Review(review),
            ChangeState::Pending => {}
        }
        if let Some(review) = record.record_review {
            return Stand::Review(review);
        }
        // Whatever else it waits for: when that is over, it does not go either.
        if change.paused {
            return Stand::Paused;
        }
        if change.needs_update {
            return Stand::NeedsUpdate;
        }
        if record.open_shipment {
            return Stand::BehindShipment;
        }
        if record.bounce_left_ms > 0 {
            return Stand::Bounced(record.bounce_left_ms);
        }
        if let Some(op) = self.waiting_create {
            return Stand::BehindEarlier(op);
        }
        match reopen_that_goes_first(record) {
            Some(reopen) if position == reopen => return Stand::Ready,
            Some(reopen) if position < reopen => return Stand::BehindBarrier(record.changes[reopen].op),
            _ => {}
        }
        if let Some(op) = self.barrier
            && (change.field.is_empty() || !mutants::is(Mutant::PassesBarrier))
        {
            return Stand::BehindBarrier(op);
        }
        match (change.kind, change.field.is_empty()) {
            (ChangeKind::Create, true) => create_stand(record, change),
            (_, true) if mutants::is(Mutant::ArchiveOvertakes) && only_held(&record.changes[..position]) => {
                Stand::Ready
            }
            (_, true) if position > 0 => Stand::BehindEarlier(record.changes[position - 1].op),
            (_, true) => Stand::Ready,
            (_, false) => self.patch_stand(change),
        }
    }

    fn patch_stand(&self, change: &ChangeFacts) -> Stand {
        if let Some(&op) = self.waiting_fields.get(change.field.as_str()) {
            return Stand::BehindEarlier(op);
        }
        if let Some(missing) = change.missing.first()
            && !in_group(change, missing)
        {
            return Stand::ForParent(missing.record);
        }
        // What belongs to another group does not fold into the create, nor into a change of its field; it follows it.
        match self.create.or_else(|| self.ready_fields.get(change.field.as_str()).copied()) {
            Some((op, group)) if change.group != group => Stand::BehindEarlier(op),
            _ => Stand::Ready,
        }
    }
}

fn only_held(changes: &[ChangeFacts]) -> bool {
    changes.iter().all(|change| matches!(change.state, ChangeState::Held(_)))
}

/// Of a record that the office has put away meanwhile: the position of the reopen without which the edits before it can
/// never be taken. It goes ahead of them, as the one exception to the order in which things were made. A reopen of a group
/// keeps its place, or two groups could wait for each other.
fn reopen_that_goes_first(record: &RecordFacts) -> Option<usize> {
    let alone = |change: &ChangeFacts| change.kind == ChangeKind::Reopen && change.group.is_none();
    let position = record.changes.iter().position(alone)?;
    let (before, reopen) = (&record.changes[..position], &record.changes[position]);
    let shut_out = |change: &ChangeFacts| {
        change.state != ChangeState::Sealed && !matches!(change.kind, ChangeKind::Create | ChangeKind::Archive)
    };
    let goes = record.archived && reopen.state == ChangeState::Pending;
    (goes && before.iter().all(shut_out)).then_some(position)
}

/// A create waits for the parents it names. Where a later change of the record points the field to a record that the
/// server knows, that one counts, since it is folded into the create. Only where it will be: one that is held, is paused,
/// waits for another record or a newer app, comes after a barrier, or belongs to another group stays behind, and with it
/// all that come after it.
fn create_stand(record: &RecordFacts, create: &ChangeFacts) -> Stand {
    let free = |change: &ChangeFacts| change.state == ChangeState::Pending && !change.paused && !change.needs_update;
    let folds = |change: &ChangeFacts| free(change) && change.group == create.group;
    // Nothing behind a barrier is folded either.
    let foldable = || record.changes.iter().skip(1).take_while(|change| !change.field.is_empty());
    let replaced = |field: &str| {
        let first = foldable().find(|change| change.field == field);
        first.is_some_and(|change| folds(change) && change.missing.iter().all(|missing| in_group(change, missing)))
    };
    let waits_for = create.missing.iter().find(|missing| !in_group(create, missing) && !replaced(&missing.field));
    waits_for.map_or(Stand::Ready, |missing| Stand::ForParent(missing.record))
}

/// A parent created in the same group travels along.
fn in_group(change: &ChangeFacts, missing: &MissingParent) -> bool {
    change.group.is_some() && change.group == missing.create_group
}

/// Groups are sealed whole or not at all: turns each ready member of a group that is not wholly ready into
/// [`Stand::Group`], and what comes behind such a member into waiting for it. `records` are all records that take part.
pub fn seal_groups(records: &[RecordFacts], stands: &mut [Vec<Stand>]) {
    // Holding one group back can hold back another that comes behind it, so each phase runs until nothing changes; each
    // round turns at least one change away from ready. Who cannot go at all is found first, so that nobody who can go
    // waits for it.
    for blocked in [unready_groups, crowded_groups] {
        while hold_back_once(records, stands, blocked) {}
    }
}

/// Groups with the operation that holds each.
type Blocked = HashMap<i64, i64>;

fn hold_back_once(
    records: &[RecordFacts],
    stands: &mut [Vec<Stand>],
    find: fn(&[RecordFacts], &[Vec<Stand>]) -> Blocked,
) -> bool {
    let blocked = find(records, stands);
    let mut changed = false;
    for (record, stands) in records.iter().zip(stands.iter_mut()) {
        let mut fields: BTreeMap<&str, i64> = BTreeMap::new();
        for (change, stand) in record.changes.iter().zip(stands.iter_mut()) {
            let first = change.group.and_then(|group| blocked.get(&group));
            if let (Some(&op), Stand::Ready) = (first, &*stand) {
                *stand = Stand::Group(op);
                changed = true;
            } else if let (Some(&op), Stand::Ready) = (fields.get(change.field.as_str()).or(fields.get("")), &*stand) {
                *stand = Stand::BehindEarlier(op);
                changed = true;
            }
            if matches!(stand, Stand::Group(_) | Stand::BehindEarlier(_)) {
                fields.entry(&change.field).or_insert(change.op);
            }
        }
    }
    changed
}

/// Groups with a member that cannot go now.
fn unready_groups(records: &[RecordFacts], stands: &[Vec<Stand>]) -> Blocked {
    let mut blocked = Blocked::new();
    for (record, stands) in records.iter().zip(stands) {
        for (change, stand) in record.changes.iter().zip(stands) {
            if mutants::is(Mutant::GroupInPart) {
                continue;
            }
            if let (Some(group), false) = (change.group, matches!(stand, Stand::Ready | Stand::InFlight)) {
                blocked.entry(group).or_insert(change.op);
            }
        }
    }
    blocked
}

/// Groups with a member that cannot go now, or that comes behind something ready of its record: a record has one shipment
/// at a time, and what was made first goes first, alone or with its group.
fn crowded_groups(records: &[RecordFacts], stands: &[Vec<Stand>]) -> Blocked {
    let mut blocked = unready_groups(records, stands);
    for (record, stands) in records.iter().zip(stands) {
        let mut ready = record.changes.iter().zip(stands).filter(|(_, stand)| **stand == Stand::Ready);
        let Some((first, _)) = ready.next() else { continue };
        for (change, _) in ready.filter(|(change, _)| change.group != first.group) {
            if let Some(group) = change.group {
                blocked.entry(group).or_insert(first.op);
            }
        }
    }
    blocked
}
