//! Who has the engine: one at a time, callers before the control thread, and nobody waits longer than he wants to.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::step::Engine;
use crate::store::{StoreError, StoreResult};

/// The one place at the engine. A lock alone would not do: it has no time limit, and a thread that steps without a pause
/// gets it again and again.
pub(super) struct Seat {
    engine: Mutex<Engine>,
    place: Mutex<Place>,
    changed: Condvar,
}

#[derive(Default)]
struct Place {
    /// Whose it is now.
    holder: Option<ThreadId>,
    /// Calls that wait for it.
    callers: usize,
}

/// The engine in somebody's hands, until this is dropped.
pub(super) struct Seated<'a> {
    seat: &'a Seat,
    engine: MutexGuard<'a, Engine>,
}

impl Place {
    fn is_mine(&self) -> bool {
        self.holder == Some(thread::current().id())
    }
}

impl Seat {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine: Mutex::new(engine), place: Mutex::default(), changed: Condvar::new() }
    }

    /// For a call: after the step that is under way.
    ///
    /// # Errors
    /// [`StoreError::FromInside`] when that step waits for this very call: it is the host's own code that calls.
    pub(super) fn take(&self) -> StoreResult<Seated<'_>> {
        let mut place = self.place();
        if place.is_mine() {
            return Err(StoreError::FromInside);
        }
        place.callers += 1;
        let taken = |place: &mut Place| place.holder.is_some();
        let mut place = self.changed.wait_while(place, taken).unwrap_or_else(PoisonError::into_inner);
        place.callers -= 1;
        Ok(self.sit_down(place))
    }

    /// For a call that has only so much time: none when the step under way takes longer, or waits for this very call.
    pub(super) fn take_within(&self, patience: Duration) -> Option<Seated<'_>> {
        let mut place = self.place();
        if place.is_mine() {
            return None;
        }
        place.callers += 1;
        let taken = |place: &mut Place| place.holder.is_some();
        let (mut place, _) =
            self.changed.wait_timeout_while(place, patience, taken).unwrap_or_else(PoisonError::into_inner);
        place.callers -= 1;
        if place.holder.is_some() {
            return None;
        }
        Some(self.sit_down(place))
    }

    /// For the control thread: when no call wants it.
    pub(super) fn take_after_callers(&self) -> Seated<'_> {
        let wanted = |place: &mut Place| place.holder.is_some() || place.callers > 0;
        let place = self.changed.wait_while(self.place(), wanted).unwrap_or_else(PoisonError::into_inner);
        self.sit_down(place)
    }

    fn sit_down(&self, mut place: MutexGuard<'_, Place>) -> Seated<'_> {
        place.holder = Some(thread::current().id());
        drop(place);
        Seated { seat: self, engine: self.engine.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Seated<'_> {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

impl DerefMut for Seated<'_> {
    fn deref_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        self.seat.place().holder = None;
        self.seat.changed.notify_all();
    }
}
