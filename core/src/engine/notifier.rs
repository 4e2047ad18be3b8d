//! Telling subscribers: latest value per subscriber, no lock held, storms folded (requirement E4, pitfall P12).
//!
//! Two threads tell. One has the watched single records, which cost little and are told at once. The other has what is
//! asked of the whole store (lists, outbox, reviews, the device), a few times a second: a long list delays no record.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::core::Core;
use super::desk::{Desk, News, Round, Slot};
use super::subscription::{Listener, Subscription, Update, WatchTarget};
use crate::ledger::{family_of, find, get, numbers_of, open_reviews, outbox, summaries_of};
use crate::store::query;
use crate::store::{StoreError, StoreResult};

/// Between two rounds over lists: under load a list is asked again four times a second, not hundreds.
const LIST_PAUSE: Duration = Duration::from_millis(250);

/// All subscribers.
pub(crate) struct Notices {
    records: Arc<Desk>,
    lists: Arc<Desk>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { records: Arc::new(Desk::new(Duration::ZERO)), lists: Arc::new(Desk::new(LIST_PAUSE)) }
    }
}

impl Notices {
    /// These records changed.
    pub(crate) fn records(&self, touched: &[i64]) {
        self.records.records(touched);
        self.lists.records(touched);
    }

    /// Anything may have changed: conditions, sign-in, the lane.
    pub(crate) fn everything(&self) {
        self.records.everything();
        self.lists.everything();
    }

    /// Ends the threads that tell.
    pub(crate) fn close(&self) {
        self.records.close();
        self.lists.close();
    }

    fn desk_of(&self, target: &WatchTarget) -> &Arc<Desk> {
        match target {
            WatchTarget::Record { .. } | WatchTarget::State { root: Some(_) } => &self.records,
            WatchTarget::Records { .. }
            | WatchTarget::State { root: None }
            | WatchTarget::Outbox
            | WatchTarget::Reviews => &self.lists,
        }
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
        let desk = self.notices.desk_of(&target);
        let slot = Arc::new(Slot::new(target, prepared, listener));
        desk.add(&slot);
        Ok(Subscription { slot, owner: Arc::downgrade(desk) })
    }

    /// Tells of watched records until the notices are closed: the body of a thread.
    pub(crate) fn tell_records_until_closed(&self) {
        self.notices.records.tell_until_closed(|round| self.tell(&self.notices.records, round));
    }

    /// Tells of lists and the like until the notices are closed: the body of a thread.
    pub(crate) fn tell_lists_until_closed(&self) {
        self.notices.lists.tell_until_closed(|round| self.tell(&self.notices.lists, round));
    }

    /// Tells subscribers what has changed so far, on the caller's thread.
    pub(crate) fn tell_now(&self) {
        let next = |desk| Desk::take_round(desk).map(|round| (desk, round));
        while let Some((desk, round)) = next(&*self.notices.records).or_else(|| next(&*self.notices.lists)) {
            self.tell(desk, &round);
        }
    }

    fn tell(&self, desk: &Desk, round: &Round) {
        for slot in &round.slots {
            // A closed or suspended store tells nothing; the next resume tells everything.
            let Ok(Some(update)) = self.news_for(slot, &round.news) else { continue };
            if slot.is_over() {
                continue;
            }
            let told = catch_unwind(AssertUnwindSafe(|| slot.listener.on_update(update)));
            if told.is_err() {
                desk.remove(slot);
            }
        }
    }

    fn news_for(&self, slot: &Slot, news: &News) -> StoreResult<Option<Update>> {
        let mut last = slot.last.lock().unwrap_or_else(PoisonError::into_inner);
        let concerned = match &*last {
            Some((_, Some(made_of))) if !news.everything => {
                !made_of.is_disjoint(&news.records) || self.grew(&slot.target, &news.records)?
            }
            _ => true,
        };
        if slot.is_over() || !concerned {
            return Ok(None);
        }
        let (update, made_of) = self.current(slot)?;
        let is_news = last.as_ref().is_none_or(|(told, _)| *told != update);
        let told = is_news.then(|| update.clone());
        *last = Some((update, made_of));
        Ok(told)
    }

    /// Whether one of these records belongs to a watched family by now.
    fn grew(&self, target: &WatchTarget, records: &BTreeSet<i64>) -> StoreResult<bool> {
        let WatchTarget::State { root: Some(root) } = target else { return Ok(false) };
        let family = self.read(|unit, _| family_of(unit, *root))?;
        Ok(family.is_some_and(|family| !family.is_disjoint(records)))
    }

    /// The newest value, and the records that it is made of, where those are few.
    fn current(&self, slot: &Slot) -> StoreResult<(Update, Option<BTreeSet<i64>>)> {
        self.read(|unit, lane| {
            let made_of = match &slot.target {
                WatchTarget::Record { id } => numbers_of(unit, *id)?,
                WatchTarget::State { root: Some(root) } => family_of(unit, *root)?,
                _ => None,
            };
            let update = match (&slot.target, &slot.prepared) {
                (WatchTarget::Record { id }, _) => Update::Record { record: get(unit, *id, lane)? },
                (WatchTarget::Records { .. }, Some(prepared)) => Update::Records { page: find(unit, prepared, lane)? },
                (WatchTarget::State { root }, _) => Update::State { state: summaries_of(unit, *root, lane)? },
                (WatchTarget::Reviews, _) => Update::Reviews { reviews: open_reviews(unit)? },
                (WatchTarget::Outbox | WatchTarget::Records { .. }, _) => Update::Outbox { items: outbox(unit, lane)? },
            };
            Ok::<_, StoreError>((update, made_of))
        })
    }
}
