//! Who is told of what has changed, and when: subscribers, what is news since they were last told, and a pace.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::subscription::{Listener, Update, WatchTarget};
use crate::store::query::Prepared;

/// More changed records than this are told as "anything may have changed".
const MOST_NAMED_RECORDS: usize = 500;

/// One subscriber.
pub(crate) struct Slot {
    pub(super) target: WatchTarget,
    pub(super) prepared: Option<Prepared>,
    pub(super) listener: Arc<dyn Listener>,
    /// What was told last, and the records that it was made of; none where that is not known.
    pub(super) last: Mutex<Option<(Update, Option<BTreeSet<i64>>)>>,
    over: AtomicBool,
}

impl Slot {
    pub(super) fn new(target: WatchTarget, prepared: Option<Prepared>, listener: Arc<dyn Listener>) -> Self {
        Self { target, prepared, listener, last: Mutex::new(None), over: AtomicBool::new(false) }
    }

    /// Whether the watching has ended.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// Subscribers that are told by one thread. It keeps no queue: of a storm of changes only what has changed is noted.
pub(crate) struct Desk {
    /// At least so long between the end of one round and the beginning of the next.
    pace: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    slots: Vec<Arc<Slot>>,
    /// Those of them that have not had their first value.
    fresh: Vec<Arc<Slot>>,
    news: News,
    closed: bool,
}

/// What has changed.
#[derive(Default)]
pub(super) struct News {
    pub(super) records: BTreeSet<i64>,
    pub(super) everything: bool,
}

impl News {
    fn is_none(&self) -> bool {
        self.records.is_empty() && !self.everything
    }
}

/// Whom to tell now.
pub(super) struct Round {
    pub(super) slots: Vec<Arc<Slot>>,
    pub(super) news: News,
    /// First values, which do not count for the pace.
    first: bool,
}

impl Desk {
    pub(super) fn new(pace: Duration) -> Self {
        Self { pace, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds a subscriber; its first value is due at once.
    pub(super) fn add(&self, slot: &Arc<Slot>) {
        let mut state = self.state();
        state.slots.push(Arc::clone(slot));
        state.fresh.push(Arc::clone(slot));
        self.changed.notify_all();
    }

    /// Tells a subscriber no more.
    pub(super) fn remove(&self, slot: &Arc<Slot>) {
        slot.over.store(true, Ordering::Release);
        let mut state = self.state();
        state.slots.retain(|other| !Arc::ptr_eq(other, slot));
        state.fresh.retain(|other| !Arc::ptr_eq(other, slot));
    }

    /// These records changed.
    pub(super) fn records(&self, touched: &[i64]) {
        let mut state = self.state();
        if touched.is_empty() || state.slots.is_empty() {
            return;
        }
        state.news.records.extend(touched);
        if state.news.records.len() > MOST_NAMED_RECORDS {
            state.news = News { records: BTreeSet::new(), everything: true };
        }
        self.changed.notify_all();
    }

    /// Anything may have changed.
    pub(super) fn everything(&self) {
        let mut state = self.state();
        state.news.everything = !state.slots.is_empty();
        self.changed.notify_all();
    }

    /// Ends the thread that tells.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Tells rounds until it is closed: the body of a thread.
    pub(super) fn tell_until_closed(&self, tell: impl Fn(&Round)) {
        let mut not_before = None;
        while let Some(round) = self.wait_for_round(not_before) {
            tell(&round);
            if !round.first {
                not_before = Some(now() + self.pace);
            }
        }
    }

    /// What is to be told now, at whatever pace.
    pub(super) fn take_round(&self) -> Option<Round> {
        let mut state = self.state();
        first_round(&mut state).or_else(|| news_round(&mut state))
    }

    fn wait_for_round(&self, not_before: Option<Instant>) -> Option<Round> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(round) = first_round(&mut state) {
                return Some(round);
            }
            if state.news.is_none() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let left = not_before.map_or(Duration::ZERO, |time| time.saturating_duration_since(now()));
            if left.is_zero() {
                return news_round(&mut state);
            }
            (state, _) = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_round(state: &mut State) -> Option<Round> {
    let slots = std::mem::take(&mut state.fresh);
    (!slots.is_empty()).then(|| Round { slots, news: News::default(), first: true })
}

fn news_round(state: &mut State) -> Option<Round> {
    let news = std::mem::take(&mut state.news);
    (!news.is_none()).then(|| Round { slots: state.slots.clone(), news, first: false })
}

#[allow(
    clippy::disallowed_methods,
    reason = "a pace is real time, also where the clock stands still or the phone sleeps"
)]
fn now() -> Instant {
    Instant::now()
}
