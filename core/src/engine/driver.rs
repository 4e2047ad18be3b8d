//! Who drives the engine: a control thread of its own in an app, the caller in tests and scripts.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::core::Core;
use super::seat::{Seat, Seated};
use super::step::Engine;
use super::sync::SliceReport;
use crate::remote::Failure;
use crate::schedule::Wake;
use crate::store::{StoreError, StoreResult};

/// Longest single wait of the control thread. While a phone sleeps, thread timers stand still; looking at the clocks
/// again at least this often bounds how late a due time can be noticed after waking.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// The name of the thread that drives the engine.
const CONTROL_THREAD: &str = "fieldkeep-engine";

#[derive(Default)]
struct Signals {
    poked: bool,
    paused: bool,
    closed: bool,
}

/// The engine and what moves it.
pub(crate) struct Driver {
    core: Arc<Core>,
    seat: Seat,
    /// There until it is dropped.
    runtime: Option<Runtime>,
    signals: Mutex<Signals>,
    signalled: Condvar,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Driver {
    /// Makes a driver; nothing moves yet.
    pub(crate) fn new(core: Arc<Core>) -> StoreResult<Arc<Self>> {
        let runtime = Some(Builder::new_current_thread().enable_all().build()?);
        Ok(Arc::new(Self {
            seat: Seat::new(Engine::new(Arc::clone(&core))),
            core,
            runtime,
            signals: Mutex::default(),
            signalled: Condvar::new(),
            threads: Mutex::default(),
        }))
    }

    /// Starts the control thread and the threads that tell subscribers.
    pub(crate) fn start(self: &Arc<Self>) -> StoreResult<()> {
        let control = Arc::clone(self);
        let (records, lists) = (Arc::clone(&self.core), Arc::clone(&self.core));
        let control = thread::Builder::new().name(CONTROL_THREAD.to_owned()).spawn(move || control.control())?;
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let records = named("fieldkeep-records").spawn(move || records.tell_records_until_closed())?;
        let lists = named("fieldkeep-lists").spawn(move || lists.tell_lists_until_closed())?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).extend([control, records, lists]);
        Ok(())
    }

    /// Something happened: look at the facts again.
    pub(crate) fn poke(&self) {
        self.signals().poked = true;
        self.signalled.notify_all();
    }

    /// Runs work with the engine on the caller's thread, after the step that may be under way.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Engine, &Runtime) -> StoreResult<T>) -> StoreResult<T> {
        self.seated(self.seat.take()?, work)
    }

    /// The same for work that has to end in time; none when the step under way takes longer than that. `left` says how
    /// much time there is, each time it is asked. At its end the request under way ends, too, where time passes by itself:
    /// what was sent stays open and is settled later.
    pub(crate) fn run_within(
        &self,
        left: impl Fn() -> Duration,
        time_passes: bool,
    ) -> StoreResult<Option<SliceReport>> {
        let seated = if time_passes { self.seat.take_within(left()) } else { Some(self.seat.take()?) };
        let Some(seated) = seated else { return Ok(None) };
        let slice = self.seated(seated, |engine, runtime| {
            runtime.block_on(async {
                if !time_passes {
                    return engine.run_slice(|| left().is_zero()).await;
                }
                // A timer of the runtime, where else a `Wake` is the rule: the waiting is for the network, which has only
                // such timers, and it ends with the slice.
                let over = async { drop(timeout(left(), pending::<()>()).await) };
                self.slice_until(engine, &left, over).await
            })
        })?;
        Ok(Some(slice))
    }

    /// Steps until nothing is due, or until `over` is done, which ends the request under way, too.
    pub(crate) async fn slice_until(
        &self,
        engine: &mut Engine,
        left: impl Fn() -> Duration,
        over: impl Future<Output = ()>,
    ) -> StoreResult<SliceReport> {
        let mut run = pin!(engine.run_slice(|| left().is_zero()));
        tokio::select! {
            biased;
            report = &mut run => return report,
            () = over => {}
        }
        let _over = self.core.stop.end_slice();
        run.await
    }

    /// When the engine wants to be called, without waiting for a step under way: that of the engine at rest, else what the
    /// stored facts say.
    pub(crate) fn wake(&self) -> StoreResult<Wake> {
        match self.seat.take_within(Duration::ZERO) {
            Some(seated) => self.seated(seated, |engine, _| engine.wake()),
            None => Engine::new(Arc::clone(&self.core)).wake(),
        }
    }

    fn seated<T>(
        &self,
        mut engine: Seated<'_>,
        work: impl FnOnce(&mut Engine, &Runtime) -> StoreResult<T>,
    ) -> StoreResult<T> {
        let runtime = self.runtime.as_ref().ok_or(StoreError::Closed)?;
        // A defect of ours must not reach the app as a crash; the store is consistent whatever happened.
        let result =
            catch_unwind(AssertUnwindSafe(|| work(&mut engine, runtime))).unwrap_or_else(|_| Err(StoreError::Panicked));
        self.noted(result)
    }

    fn noted<T>(&self, result: StoreResult<T>) -> StoreResult<T> {
        if result.as_ref().is_err_and(StoreError::is_damage) {
            self.core.store.note_damage();
        }
        result
    }

    /// Work with the engine for a caller that polls it in its own time, and polls nothing else of this core meanwhile that
    /// needs the engine.
    pub(crate) async fn polled<T>(&self, work: impl AsyncFnOnce(&mut Engine) -> StoreResult<T>) -> StoreResult<T> {
        let mut engine = self.seat.take()?;
        let result = AssertUnwindSafe(work(&mut engine)).catch_unwind().await;
        self.noted(result.unwrap_or_else(|_| Err(StoreError::Panicked)))
    }

    /// One step as the control thread takes it, for such a caller.
    pub(crate) async fn polled_step(&self) -> (Wake, Option<StoreError>) {
        let result = self.polled(async |engine: &mut Engine| {
            let wake = engine.step().await;
            engine.settled.clear();
            wake
        });
        self.after_step(result.await)
    }

    /// Whether anything has happened since this was asked last.
    pub(crate) fn take_poke(&self) -> bool {
        std::mem::take(&mut self.signals().poked)
    }

    /// Ends the exchange under way at its next poll: what [`Driver::pause`] begins with.
    pub(crate) fn rest(&self) {
        self.core.stop.rest();
    }

    /// Stops taking work and ends the exchange under way; returns when the engine is at rest, and says so. After
    /// `patience` it is not waited for: it waits for code of the host, and finds the files closed when that returns.
    pub(crate) fn pause(&self, patience: Duration) -> bool {
        self.signals().paused = true;
        self.core.stop.rest();
        self.seat.take_within(patience).is_some()
    }

    /// Goes on after [`Driver::pause`].
    pub(crate) fn unpause(&self) {
        self.core.stop.go_on();
        self.signals().paused = false;
        self.poke();
    }

    /// Ends the threads. One that is held up in code of the host for longer than `patience` ends when that returns.
    pub(crate) fn close(&self, patience: Duration) {
        let rests = self.pause(patience);
        self.signals().closed = true;
        self.signalled.notify_all();
        self.core.notices.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in threads {
            let control = handle.thread().name() == Some(CONTROL_THREAD);
            // A listener may close from its own thread, which cannot wait for itself.
            if handle.thread().id() != thread::current().id() && (rests || !control) {
                let _ = handle.join();
            }
        }
    }

    fn control(&self) {
        let mut wake = Wake::Now;
        while self.wait(wake) {
            wake = self.supervised_step();
        }
    }

    /// One step, guarded: a panic or a storage failure is noted, the lane backs off, the loop goes on (pitfall P12 e).
    fn supervised_step(&self) -> Wake {
        let seated = self.seat.take_after_callers();
        let result = self.seated(seated, |engine, runtime| {
            let wake = runtime.block_on(engine.step());
            // Only who asked for a report is told of single answers, and nobody has asked here.
            engine.settled.clear();
            wake
        });
        self.after_step(result).0
    }

    fn after_step(&self, result: StoreResult<Wake>) -> (Wake, Option<StoreError>) {
        match result {
            Ok(wake) => (wake, None),
            Err(StoreError::Suspended | StoreError::Closed) => (Wake::Idle, None),
            Err(error) => {
                let noted = self.core.lane_failed(&Failure::unreadable(error.to_string()));
                let nap = Wake::In(i64::try_from(LONGEST_NAP.as_millis()).unwrap_or(60_000));
                (if noted.is_err() { nap } else { Wake::Now }, Some(error))
            }
        }
    }

    /// Waits until the engine is wanted; false when it is over.
    fn wait(&self, wake: Wake) -> bool {
        let mut signals = self.signals();
        let nap = match wake {
            Wake::Now => Duration::ZERO,
            Wake::In(ms) => Duration::from_millis(u64::try_from(ms).unwrap_or(0)).min(LONGEST_NAP),
            Wake::Idle => Duration::MAX,
        };
        let rests = |signals: &mut Signals| !signals.closed && (signals.paused || !signals.poked);
        if signals.paused || nap == Duration::MAX {
            signals = self.signalled.wait_while(signals, rests).unwrap_or_else(PoisonError::into_inner);
        } else if nap > Duration::ZERO {
            (signals, _) =
                self.signalled.wait_timeout_while(signals, nap, rests).unwrap_or_else(PoisonError::into_inner);
        }
        signals.poked = false;
        !signals.closed
    }

    fn signals(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Driver {
    /// A runtime waits for its helper threads when it is dropped, and one may be looking up a name for half a minute. Nothing
    /// depends on them any more.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
