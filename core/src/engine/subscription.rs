//! What an app can watch, and how it is told.

use std::sync::{Arc, Weak};

use super::desk::{Desk, Slot};
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

/// Told on threads of Fieldkeep's own, with no lock of the engine or the store held; may call back in. The first value comes
/// at once. After that a change of a single record, or of the state of one, is told at once; lists, the outbox, the reviews
/// and the state of the device are told at most four times a second. A storm of changes is folded into the latest value. A
/// listener that panics is not told any more. One that is given for several things may be told of two at the same time.
pub trait Listener: Send + Sync {
    /// A new value.
    fn on_update(&self, update: Update);
}

/// Ends the watching when dropped.
pub struct Subscription {
    pub(super) slot: Arc<Slot>,
    pub(super) owner: Weak<Desk>,
}

impl Subscription {
    /// Ends the watching now. A value that is being handed over still arrives.
    pub fn cancel(&self) {
        if let Some(desk) = self.owner.upgrade() {
            desk.remove(&self.slot);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel();
    }
}
