//! What ends a request that is under way: the engine is told to rest, or the time of a slice is over.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Two reasons to stop, each a state and no signal: what is over ends nothing later.
#[derive(Default)]
pub(crate) struct Stop {
    resting: AtomicBool,
    slice_over: AtomicBool,
    changed: Notify,
}

impl Stop {
    /// No request until [`Stop::go_on`]; the one under way ends.
    pub(super) fn rest(&self) {
        self.resting.store(true, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Requests may go out again.
    pub(super) fn go_on(&self) {
        self.resting.store(false, Ordering::SeqCst);
    }

    /// The time of whoever has the engine is over, until what this returns is dropped.
    #[must_use]
    pub(super) fn end_slice(&self) -> SliceOver<'_> {
        self.slice_over.store(true, Ordering::SeqCst);
        self.changed.notify_waiters();
        SliceOver(self)
    }

    /// Returns when there is a reason to stop.
    pub(super) async fn wanted(&self) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Listens first and looks then, so that nothing is missed in between.
            changed.as_mut().enable();
            if self.resting.load(Ordering::SeqCst) || self.slice_over.load(Ordering::SeqCst) {
                return;
            }
            changed.await;
        }
    }
}

/// A slice that is over.
pub(super) struct SliceOver<'a>(&'a Stop);

impl Drop for SliceOver<'_> {
    fn drop(&mut self) {
        self.0.slice_over.store(false, Ordering::SeqCst);
    }
}
