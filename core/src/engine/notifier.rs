//! Telling subscribers: latest value per subscriber, no lock held, storms folded (requirement E4, pitfall P12).

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::core::Core;
use super::subscription::{Listener, Subscription, Update, WatchTarget};
use crate::ledger::{find, get, open_reviews, outbox, summaries_of};
use crate::store::query::{self, Prepared};
use crate::store::{StoreError, StoreResult, records};

/// At least so long between two rounds of telling: under load a list is asked again four times a second, not hundreds.
const ROUND_PAUSE: Duration = Duration::from_millis(250);
/// More changed records than this are told as "anything may have changed".
const MOST_NAMED_RECORDS: usize = 500;

/// One subscriber.
pub(crate) struct Slot {
    target: WatchTarget,
    prepared: Option<Prepared>,
    listener: Arc<dyn Listener>,
    last: Mutex<Option<Update>>,
}

/// All subscribers.
#[derive(Default)]
pub(crate) struct Slots(Mutex<Vec<Arc<Slot>>>);

impl Slots {
    pub(super) fn remove(&self, slot: &Arc<Slot>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, slot));
    }

    fn all(&self) -> Vec<Arc<Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Default)]
struct Pending {
    records: BTreeSet<i64>,
    everything: bool,
    closed: bool,
}

/// What changed since subscribers were last told.
#[derive(Default)]
pub(crate) struct Notices {
    pending: Mutex<Pending>,
    changed: Condvar,
    slots: Arc<Slots>,
}

impl Notices {
    /// These records changed.
    pub(crate) fn records(&self, touched: &[i64]) {
        if touched.is_empty() {
            return;
        }
        let mut pending = self.pending();
        pending.records.extend(touched);
        if pending.records.len() > MOST_NAMED_RECORDS {
            pending.records.clear();
            pending.everything = true;
        }
        self.changed.notify_all();
    }

    /// Anything may have changed: conditions, sign-in, the lane.
    pub(crate) fn everything(&self) {
        self.pending().everything = true;
        self.changed.notify_all();
    }

    /// Ends the thread that tells.
    pub(crate) fn close(&self) {
        self.pending().closed = true;
        self.changed.notify_all();
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(pending: &mut Pending) -> Option<(BTreeSet<i64>, bool)> {
        if pending.records.is_empty() && !pending.everything {
            return None;
        }
        Some((std::mem::take(&mut pending.records), std::mem::take(&mut pending.everything)))
    }
}

impl Core {
    /// Adds a subscriber and arranges its first value.
    pub(crate) fn subscribe(
        &self,
        target: WatchTarget,
        listener: Arc<dyn Listener>,
    ) -> Result<Subscription, query::QueryProblem> {
        let prepared = match &target {
            WatchTarget::Records { query } => Some(query::prepare(&self.context.schema, query)?),
            _ => None,
        };
        let slot = Arc::new(Slot { target, prepared, listener, last: Mutex::new(None) });
        let slots = &self.notices.slots;
        slots.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&slot));
        self.notices.everything();
        Ok(Subscription { slot, owner: Arc::downgrade(slots) })
    }

    /// Tells subscribers until the notices are closed: the body of the notifier thread.
    pub(crate) fn tell_until_closed(&self) {
        loop {
            let idle = |pending: &mut Pending| !pending.closed && pending.records.is_empty() && !pending.everything;
            let guard = self.notices.pending();
            let mut pending = self.notices.changed.wait_while(guard, idle).unwrap_or_else(PoisonError::into_inner);
            if pending.closed {
                return;
            }
            let Some((records, everything)) = Notices::take(&mut pending) else { continue };
            drop(pending);
            self.tell(&records, everything);
            let guard = self.notices.pending();
            let waited = self.notices.changed.wait_timeout_while(guard, ROUND_PAUSE, |pending| !pending.closed);
            drop(waited);
        }
    }

    /// Tells subscribers what has changed so far, on the caller's thread.
    pub(crate) fn tell_now(&self) {
        loop {
            let taken = Notices::take(&mut self.notices.pending());
            let Some((records, everything)) = taken else { return };
            self.tell(&records, everything);
        }
    }

    fn tell(&self, records: &BTreeSet<i64>, everything: bool) {
        for slot in self.notices.slots.all() {
            // A closed or suspended store tells nothing; the next resume tells everything.
            if let Ok(Some(update)) = self.news_for(&slot, records, everything) {
                let told = catch_unwind(AssertUnwindSafe(|| slot.listener.on_update(update)));
                if told.is_err() {
                    self.notices.slots.remove(&slot);
                }
            }
        }
    }

    fn news_for(&self, slot: &Slot, records: &BTreeSet<i64>, everything: bool) -> StoreResult<Option<Update>> {
        if !everything && !self.concerns(&slot.target, records)? {
            return Ok(None);
        }
        let update = self.current(slot)?;
        let mut last = slot.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref() == Some(&update) {
            return Ok(None);
        }
        *last = Some(update.clone());
        Ok(Some(update))
    }

    fn concerns(&self, target: &WatchTarget, records: &BTreeSet<i64>) -> StoreResult<bool> {
        let WatchTarget::Record { id } = target else { return Ok(true) };
        let known = self.store.read(|db| records::no_of(db, *id))?;
        Ok(known.is_none_or(|(no, _)| records.contains(&no)))
    }

    fn current(&self, slot: &Slot) -> StoreResult<Update> {
        self.read(|unit, lane| {
            Ok::<_, StoreError>(match (&slot.target, &slot.prepared) {
                (WatchTarget::Record { id }, _) => Update::Record { record: get(unit, *id, lane)? },
                (WatchTarget::Records { .. }, Some(prepared)) => Update::Records { page: find(unit, prepared, lane)? },
                (WatchTarget::State { root }, _) => Update::State { state: summaries_of(unit, *root, lane)? },
                (WatchTarget::Reviews, _) => Update::Reviews { reviews: open_reviews(unit)? },
                (WatchTarget::Outbox | WatchTarget::Records { .. }, _) => Update::Outbox { items: outbox(unit, lane)? },
            })
        })
    }
}
