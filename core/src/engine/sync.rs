//! "Sync now" and background slices: the engine driven to its next rest, with a report.

use std::sync::Arc;

use serde::Serialize;

use super::core::Core;
use super::step::Engine;
use crate::ledger::Settled;
use crate::remote::Failure;
use crate::schedule::{Due, LaneReason, NetworkKind, Wake};
use crate::store::{StoreError, StoreResult, Turn, changes, lanes, records, reviews, shipments};
use crate::value::RecordId;
use crate::wire::Outcome;

/// What the server answered for one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum SyncAnswer {
    /// Stored.
    Applied,
    /// Not stored; a person decides, or it goes out again after the other side's change was taken in.
    Refused,
    /// Not now.
    Later,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct SyncItem {
    /// The record.
    pub record: RecordId,
    /// The server's id of it.
    pub server_id: Option<String>,
    /// Its version on the server.
    pub version: Option<String>,
    /// What was answered.
    pub answer: SyncAnswer,
}

/// How a sync ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum SyncOutcome {
    /// Everything that could go has gone, and all news is here.
    Done,
    /// There is no connection.
    Offline,
    /// Somebody has to sign in.
    SignIn,
    /// Somebody else is signed in.
    WrongUser,
    /// The server asked for patience; nothing passes that.
    ServerAskedToWait {
        /// Milliseconds from now.
        wait_ms: i64,
    },
    /// It did not work; it is tried again by itself.
    Failed {
        /// What failed, for a support desk.
        words: String,
        /// Milliseconds until the next attempt.
        wait_ms: i64,
    },
    /// The time given was over before everything was done.
    OutOfTime,
}

/// What "Sync now" achieved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct SyncReport {
    /// How it ended.
    pub outcome: SyncOutcome,
    /// The answers, in the order in which they came.
    pub items: Vec<SyncItem>,
    /// Operations that still wait.
    pub waiting: i64,
    /// Open reviews.
    pub reviews: i64,
}

/// What a background slice achieved, and when to call again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct SliceReport {
    /// The same as for "Sync now".
    pub sync: SyncReport,
    /// When to call again: milliseconds, or none when only an event brings more work.
    pub next_wake_ms: Option<i64>,
}

impl Engine {
    /// Steps until nothing is due, or until `out_of_time` says so.
    pub(crate) async fn run(&mut self, out_of_time: impl Fn() -> bool) -> StoreResult<(Wake, bool)> {
        self.last_failure = None;
        loop {
            if out_of_time() {
                let wake = self.wake()?;
                // The last step may have been the last of the work, too.
                return Ok((wake, wake == Wake::Now));
            }
            match self.step().await? {
                Wake::Now if self.last_failure == Some(Failure::Cancelled) => return Ok((self.wake()?, true)),
                Wake::Now => {}
                wake => return Ok((wake, false)),
            }
        }
    }

    /// The same with a report.
    pub(crate) async fn run_slice(&mut self, out_of_time: impl Fn() -> bool) -> StoreResult<SliceReport> {
        let (wake, late) = self.run(out_of_time).await?;
        Ok(SliceReport { sync: self.report(wake, late)?, next_wake_ms: wake.in_ms() })
    }

    /// What a slice reports that never had the engine, because a step of somebody else took all its time.
    pub(crate) fn report_aside(core: Arc<Core>) -> StoreResult<SliceReport> {
        let mut aside = Self::new(core);
        let wake = aside.wake()?;
        Ok(SliceReport { sync: aside.report(wake, true)?, next_wake_ms: wake.in_ms() })
    }

    /// Steps until nothing is due, passing our own backoff, of the lane and of single items: a person asked.
    pub(crate) async fn run_forced(&mut self, out_of_time: impl Fn() -> bool) -> StoreResult<SyncReport> {
        self.core.shared().want_news();
        self.rescan()?;
        self.core.write(Turn::Engine, |unit| {
            shipments::hurry(unit.db, &Due::after(&unit.now, 0))?;
            records::hurry(unit.db)?;
            Ok::<_, StoreError>(())
        })?;
        self.forced = true;
        self.settled.clear();
        self.last_failure = None;
        let mut late = false;
        let result = loop {
            if out_of_time() {
                let wake = self.wake();
                late = matches!(wake, Ok(Wake::Now));
                break wake;
            }
            match self.step().await {
                Ok(Wake::Now) if self.last_failure.is_some() => {
                    late = self.last_failure == Some(Failure::Cancelled);
                    break self.wake_unforced();
                }
                Ok(Wake::Now) => {}
                other => break other,
            }
        };
        self.forced = false;
        let wake = result?;
        self.report(wake, late)
    }

    fn wake_unforced(&mut self) -> StoreResult<Wake> {
        self.forced = false;
        self.wake()
    }

    /// Sums up what was answered since the last report.
    pub(crate) fn report(&mut self, wake: Wake, late: bool) -> StoreResult<SyncReport> {
        let outcome = self.outcome(wake, late)?;
        let items = std::mem::take(&mut self.settled).into_iter().map(item_of).collect();
        let (waiting, reviews) = self
            .core
            .store
            .read(|db| Ok::<_, StoreError>((changes::live_operations(db)?, reviews::count_open(db)?)))?;
        Ok(SyncReport { outcome, items, waiting, reviews })
    }

    fn outcome(&self, wake: Wake, late: bool) -> StoreResult<SyncOutcome> {
        let shared = self.core.shared().clone();
        if shared.wrong_user() {
            return Ok(SyncOutcome::WrongUser);
        }
        if shared.signed_out() {
            return Ok(SyncOutcome::SignIn);
        }
        if shared.conditions.network == NetworkKind::None {
            return Ok(SyncOutcome::Offline);
        }
        if late {
            return Ok(SyncOutcome::OutOfTime);
        }
        let row = self.core.store.read(|db| lanes::get(db, lanes::FAST))?;
        let now = self.core.context.clock.now();
        let wait_ms = row.due.as_ref().map_or(0, |due| due.remaining_ms(&now));
        if wait_ms == 0 || row.reason == Some(LaneReason::Regained) || wake == Wake::Idle {
            return Ok(SyncOutcome::Done);
        }
        if row.server_floor {
            return Ok(SyncOutcome::ServerAskedToWait { wait_ms });
        }
        let words = match &self.last_failure {
            Some(Failure::Wait { words, .. } | Failure::WholeRequest { words }) => words.clone(),
            _ => row.reason.map(|reason| format!("{reason:?}")).unwrap_or_default(),
        };
        Ok(SyncOutcome::Failed { words, wait_ms })
    }
}

fn item_of(settled: Settled) -> SyncItem {
    let answer = match &settled.outcome {
        Outcome::Applied { .. } => SyncAnswer::Applied,
        outcome if outcome.is_definite() => SyncAnswer::Refused,
        _ => SyncAnswer::Later,
    };
    SyncItem { record: settled.record, server_id: settled.server_id, version: settled.version, answer }
}
