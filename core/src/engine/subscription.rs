//! What an app can watch, and how it is told.

use std::sync::{Arc, Weak};

use super::notifier::Slot;
use crate::ledger::{OutboxItem, Record, RecordPage, Review};
use crate::state::SyncState;
use crate::store::query::Query;
use crate::value::RecordId;

/// What is watched.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum WatchTarget {
    /// One record.
    Record {
        /// Its id.
        id: RecordId,
    },
    /// A list.
    Records {
        /// Which.
        query: Query,
    },
    /// The state of a record with those that belong to it, or of the whole device.
    State {
        /// The record; none for the device.
        root: Option<RecordId>,
    },
    /// Everything that waits.
    Outbox,
    /// All open reviews.
    Reviews,
}

/// The newest value of what is watched.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Update {
    /// Of a record; none when it is not on this device.
    Record {
        /// The record.
        record: Option<Record>,
    },
    /// Of a list.
    Records {
        /// The page.
        page: RecordPage,
    },
    /// Of a state; none when the record is not on this device.
    State {
        /// The state.
        state: Option<SyncState>,
    },
    /// Of the outbox.
    Outbox {
        /// What waits.
        items: Vec<OutboxItem>,
    },
    /// Of the reviews.
    Reviews {
        /// What is asked.
        reviews: Vec<Review>,
    },
}

/// Told on a thread of its own, with no lock held; may call back in. The first value comes the same way as every change;
/// a storm of changes is folded into the latest value. A listener that panics is not told any more.
pub trait Listener: Send + Sync {
    /// A new value.
    fn on_update(&self, update: Update);
}

/// Ends the watching when dropped.
pub struct Subscription {
    pub(super) slot: Arc<Slot>,
    pub(super) owner: Weak<super::notifier::Slots>,
}

impl Subscription {
    /// Ends the watching now. A value that is being handed over still arrives.
    pub fn cancel(&self) {
        if let Some(slots) = self.owner.upgrade() {
            slots.remove(&self.slot);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel();
    }
}
