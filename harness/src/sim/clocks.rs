//! Time: one true time, the server's clock that shows it, and phones' clocks that somebody sets, that drift and start anew.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use fieldkeep::clock::{Clock, Moment};

/// The true time, milliseconds since 1970 UTC. Only the world moves it.
#[derive(Clone)]
pub(crate) struct TrueTime(Arc<AtomicI64>);

impl TrueTime {
    pub(crate) fn new(at_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(at_ms)))
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn move_to(&self, at_ms: i64) {
        self.0.fetch_max(at_ms, Ordering::SeqCst);
    }
}

/// The server's clock is right: what it says is what counts.
pub(crate) struct ServerClock {
    time: TrueTime,
    rng: Mutex<Rng>,
}

impl ServerClock {
    pub(crate) fn new(time: TrueTime, seed: u64) -> Self {
        Self { time, rng: Mutex::new(Rng::with_seed(seed)) }
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Moment {
        let now_ms = self.time.now_ms();
        Moment { wall_ms: now_ms, boot_ms: now_ms, boot_id: "server".to_owned() }
    }

    fn random(&self) -> u64 {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }
}

/// A phone's clocks.
pub(crate) struct PhoneClock {
    time: TrueTime,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    /// Wall clock minus true time.
    off_ms: i64,
    /// Parts in a million by which both clocks run fast.
    drift_ppm: i64,
    /// Since when that drift counts, true time.
    drift_since_ms: i64,
    booted_ms: i64,
    boots: u64,
    /// Nobody has set it, and it is about right.
    right: bool,
}

impl State {
    fn drifted_ms(&self, now_ms: i64) -> i64 {
        (now_ms - self.drift_since_ms).saturating_mul(self.drift_ppm) / 1_000_000
    }

    fn boot_ms(&self, now_ms: i64) -> i64 {
        // A drift that began before the boot is noise here.
        let up_ms = now_ms - self.booted_ms;
        up_ms + up_ms.saturating_mul(self.drift_ppm) / 1_000_000
    }
}

impl PhoneClock {
    pub(crate) fn new(time: TrueTime, seed: u64, off_ms: i64, drift_ppm: i64) -> Self {
        let now_ms = time.now_ms();
        let booted_ms = now_ms - 3_600_000;
        let rng = Rng::with_seed(seed);
        let state =
            State { rng, off_ms, drift_ppm, drift_since_ms: now_ms, booted_ms, boots: 1, right: off_ms.abs() < 1_600 };
        Self { time, state: Mutex::new(state) }
    }

    /// Somebody sets the wall clock by so much.
    pub(crate) fn shift(&self, by_ms: i64) {
        let mut state = self.state();
        state.off_ms += by_ms;
        state.right = false;
    }

    /// The network sets the wall clock right.
    pub(crate) fn set_right(&self) {
        let now_ms = self.time.now_ms();
        let mut state = self.state();
        state.off_ms = 0;
        state.drift_since_ms = now_ms;
    }

    /// Whether it has always been about right.
    pub(crate) fn is_right(&self) -> bool {
        self.state().right
    }

    /// The phone starts anew.
    pub(crate) fn reboot(&self) {
        let mut state = self.state();
        state.booted_ms = self.time.now_ms();
        state.boots += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for PhoneClock {
    fn now(&self) -> Moment {
        let now_ms = self.time.now_ms();
        let state = self.state();
        Moment {
            wall_ms: now_ms + state.off_ms + state.drifted_ms(now_ms),
            boot_ms: state.boot_ms(now_ms),
            boot_id: format!("boot-{}", state.boots),
        }
    }

    fn random(&self) -> u64 {
        self.state().rng.u64(..)
    }
}
