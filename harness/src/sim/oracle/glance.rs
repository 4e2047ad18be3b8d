//! What a phone shows at one moment, read once for all that the oracle looks at.

use std::collections::BTreeMap;

use fieldkeep::state::SyncState;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{Fieldkeep, KeepError, OutboxItem, Record, Review, WhyWaiting};

use super::intents::{Intent, Intents, Known, Meant};

/// Everything that the app can show of its work.
pub(crate) struct Glance {
    pub(crate) now_ms: i64,
    pub(crate) outbox: Vec<OutboxItem>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) device: SyncState,
    /// Some of the records of which something waits that somebody meant, by the ids that they have here.
    pub(crate) records: BTreeMap<RecordId, Record>,
    /// Of the records that others wait for, whether the server has them as far as this phone knows.
    pub(crate) parents: BTreeMap<RecordId, bool>,
    /// What is said of a record that one of those belongs to, all that belongs to it taken together.
    pub(crate) families: Vec<(RecordId, SyncState)>,
    /// A few records of which something of this phone's landed last.
    pub(crate) settled: Vec<(RecordId, Record)>,
}

impl Glance {
    /// Reads it; none when the storage is ill, which the app says. `turn` counts the looks at a store that has changed: each
    /// reads some of its records. Without it nothing was stored since, and only the words can have changed.
    pub(crate) fn take(
        intents: &Intents,
        phone: usize,
        keep: &Fieldkeep,
        turn: Option<usize>,
    ) -> Result<Option<Self>, String> {
        match Self::read(intents, phone, keep, turn) {
            Ok(glance) => Ok(Some(glance)),
            Err(KeepError::Unavailable { .. } | KeepError::Full | KeepError::Suspended | KeepError::Closed) => Ok(None),
            Err(other) => Err(format!("what waits cannot be read: {other}")),
        }
    }

    fn read(intents: &Intents, phone: usize, keep: &Fieldkeep, turn: Option<usize>) -> Result<Self, KeepError> {
        let outbox = keep.outbox()?;
        let (mut records, mut parents, mut reviews) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for item in &outbox {
            if let (WhyWaiting::ForParent { record }, true) = (&item.why, turn.is_some()) {
                let known = keep.get(*record)?.is_some_and(|parent| parent.server_id.is_some());
                parents.insert(*record, known);
            }
        }
        if outbox.iter().any(|item| matches!(item.why, WhyWaiting::Review { .. })) {
            reviews = keep.reviews()?;
        }
        for here in to_look_at(intents, phone, turn) {
            if let Some(record) = keep.get(here)? {
                records.insert(here, record);
            }
        }
        let families = families_of(keep, &outbox, records.values())?;
        let mut settled = Vec::new();
        for (record, here) in intents.landed_last(phone).into_iter().filter(|_| turn.is_some()) {
            settled.extend(keep.get(here)?.map(|found| (record, found)));
        }
        let device = keep.state(None)?.ok_or(KeepError::Closed)?;
        Ok(Self { now_ms: keep.now_ms()?, outbox, reviews, device, records, parents, families, settled })
    }
}

/// The record that somebody has worked on last, and some of the others in turn: to read all at each look takes more time than
/// all else in a world.
fn to_look_at(intents: &Intents, phone: usize, turn: Option<usize>) -> Vec<RecordId> {
    /// Of the others.
    const AT_ONCE: usize = 2;
    let Some(turn) = turn else { return Vec::new() };
    // What may have been kept shows there, too.
    let is_there = |intent: &Intent| intent.is_due() || intent.operation.is_none() && intent.known == Known::Perhaps;
    let due = intents.open_of(phone).filter(|(_, intent)| is_there(intent) && intent.meant != Meant::Create);
    let mut all: Vec<RecordId> = due.map(|(_, intent)| intent.here).collect();
    let Some(last) = all.pop() else { return all };
    all.sort_unstable();
    all.dedup();
    all.retain(|here| *here != last);
    let count = all.len();
    if count > AT_ONCE {
        all.rotate_left((turn * AT_ONCE) % count);
        all.truncate(AT_ONCE);
    }
    all.push(last);
    all
}

fn families_of<'a>(
    keep: &Fieldkeep,
    outbox: &[OutboxItem],
    records: impl Iterator<Item = &'a Record>,
) -> Result<Vec<(RecordId, SyncState)>, KeepError> {
    let waiting = records.filter(|record| outbox.iter().any(|item| item.record == record.id));
    let parents = waiting.flat_map(|record| record.fields.values()).filter_map(|value| match value {
        Value::Reference(parent) => Some(*parent),
        _ => None,
    });
    let mut families = Vec::new();
    for parent in parents.take(1) {
        families.extend(keep.state(Some(parent))?.map(|state| (parent, state)));
    }
    Ok(families)
}
