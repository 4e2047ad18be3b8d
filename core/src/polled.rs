//! For a caller that polls the engine by itself, on one thread and in its own time: the simulator. It opens with
//! [`crate::OpenOptions::manual`], has one of these futures at a time, and polls it when the network has something to say.

use std::future::poll_fn;
use std::task::Poll;

use crate::engine::{Engine, SliceReport, SyncReport};
use crate::error::KeepError;
use crate::keep::Fieldkeep;

/// What came of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct PolledStep {
    /// When the engine wants its next step: milliseconds, or none when only an event brings more work.
    pub wake_ms: Option<i64>,
    /// What went wrong in it with the store or by a defect; the engine has noted it and goes on.
    pub error: Option<KeepError>,
}

impl Fieldkeep {
    /// One step of the engine, as its thread takes it in an app.
    pub async fn polled_step(&self) -> PolledStep {
        let (wake, error) = self.driver.polled_step().await;
        PolledStep { wake_ms: wake.in_ms(), error: error.map(KeepError::from) }
    }

    /// What [`Fieldkeep::sync_now`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn polled_sync(&self) -> Result<SyncReport, KeepError> {
        self.open_or_closed()?;
        Ok(self.driver.polled(async |engine: &mut Engine| engine.run_forced(|| false).await).await?)
    }

    /// What [`Fieldkeep::run_until`] does. Poll it when its time is over, too.
    ///
    /// # Errors
    /// As there.
    pub async fn polled_slice(&self, within_ms: i64) -> Result<SliceReport, KeepError> {
        self.open_or_closed()?;
        self.core.shared().want_news();
        let left = self.time_left(within_ms);
        let over = poll_fn(|_| if left().is_zero() { Poll::Ready(()) } else { Poll::Pending });
        let slice = self.driver.polled(async |engine: &mut Engine| self.driver.slice_until(engine, &left, over).await);
        Ok(slice.await?)
    }

    /// Whether anything has happened since this was asked last for which the engine's thread would have woken.
    #[must_use]
    pub fn take_poke(&self) -> bool {
        self.driver.take_poke()
    }

    /// Ends the exchange under way at its next poll, as [`Fieldkeep::suspend`] does before it waits for the step.
    pub fn rest(&self) {
        self.driver.rest();
    }
}
