//! What a phone shows at one moment, read once for all that the oracle looks at.

use std::collections::BTreeMap;

use fieldkeep::state::SyncState;
use fieldkeep::value::RecordId;
use fieldkeep::{Fieldkeep, KeepError, OutboxItem, Record, Review, WhyWaiting};

use super::intents::{Intents, Meant};

/// Everything that the app can show of its work.
pub(crate) struct Glance {
    pub(crate) now_ms: i64,
    pub(crate) outbox: Vec<OutboxItem>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) device: SyncState,
    /// The records of which something waits that somebody meant, by the ids that they have here.
    pub(crate) records: BTreeMap<RecordId, Record>,
    /// Of the records that others wait for, whether the server has them as far as this phone knows.
    pub(crate) parents: BTreeMap<RecordId, bool>,
    /// A few records of which something of this phone's landed last.
    pub(crate) settled: Vec<(RecordId, Record)>,
}

impl Glance {
    /// Reads it; none when the storage is ill, which the app says.
    pub(crate) fn take(intents: &Intents, phone: usize, keep: &Fieldkeep) -> Result<Option<Self>, String> {
        match Self::read(intents, phone, keep) {
            Ok(glance) => Ok(Some(glance)),
            Err(KeepError::Unavailable { .. } | KeepError::Full | KeepError::Suspended | KeepError::Closed) => Ok(None),
            Err(other) => Err(format!("what waits cannot be read: {other}")),
        }
    }

    fn read(intents: &Intents, phone: usize, keep: &Fieldkeep) -> Result<Self, KeepError> {
        let outbox = keep.outbox()?;
        let (mut records, mut parents, mut reviews) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for item in &outbox {
            if let WhyWaiting::ForParent { record } = &item.why {
                let known = keep.get(*record)?.is_some_and(|parent| parent.server_id.is_some());
                parents.insert(*record, known);
            }
        }
        if outbox.iter().any(|item| matches!(item.why, WhyWaiting::Review { .. })) {
            reviews = keep.reviews()?;
        }
        for (_, intent) in intents.open_of(phone).filter(|(_, intent)| intent.is_due()) {
            if intent.meant == Meant::Create || records.contains_key(&intent.here) {
                continue;
            }
            if let Some(record) = keep.get(intent.here)? {
                records.insert(intent.here, record);
            }
        }
        let mut settled = Vec::new();
        for (record, here) in intents.landed_last(phone) {
            settled.extend(keep.get(here)?.map(|found| (record, found)));
        }
        let device = keep.state(None)?.ok_or(KeepError::Closed)?;
        Ok(Self { now_ms: keep.now_ms()?, outbox, reviews, device, records, parents, settled })
    }
}
