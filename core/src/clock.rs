//! The only way to time and chance. Production reads the system; tests and the simulator bring their own.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::time::{ClockId, clock_gettime};
use uuid::{Builder, Uuid};

/// A moment on the two clocks that matter: the wall clock, which people and settings move, and the boot clock, which
/// counts also while the phone sleeps and is only comparable within one boot (pitfall P11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 UTC, as the device believes.
    pub wall_ms: i64,
    /// Milliseconds since the device started.
    pub boot_ms: i64,
    /// Names the boot; another name means that `boot_ms` started anew.
    pub boot_id: String,
}

/// Time and chance.
pub trait Clock: Send + Sync {
    /// Now, on both clocks.
    fn now(&self) -> Moment;
    /// 64 random bits.
    fn random(&self) -> u64;
    /// For clocks in virtual time: what time it really is there, whatever this device's wall clock says. Sent to servers
    /// in virtual time, see [`crate::wire::TEST_NOW_HEADER`].
    fn virtual_now_ms(&self) -> Option<i64> {
        None
    }
}

/// A UUIDv7 (RFC 9562) from the seam's time and chance.
pub fn new_uuid(clock: &dyn Clock) -> Uuid {
    let mut random = [0_u8; 10];
    random[..8].copy_from_slice(&clock.random().to_le_bytes());
    random[8..].copy_from_slice(&clock.random().to_le_bytes()[..2]);
    let wall_ms = u64::try_from(clock.now().wall_ms).unwrap_or(0);
    Builder::from_unix_timestamp_millis(wall_ms, &random).into_uuid()
}

/// The device's clocks and the operating system's randomness.
pub struct SystemClock {
    boot_id: String,
}

impl SystemClock {
    /// Reads the boot's name once. Where the system does not tell (Android may forbid it), each process counts as a boot
    /// of its own: waits then rest on the wall clock, clamped.
    #[must_use]
    pub fn new() -> Self {
        let from_system = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned());
        let boot_id = from_system.unwrap_or_else(|_| format!("process-{:016x}", random_bits()));
        Self { boot_id }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts while the device sleeps: CLOCK_BOOTTIME on Linux and Android; on Apple CLOCK_MONOTONIC, of which their manual
/// (clock_gettime(3)) says so.
#[cfg(any(target_os = "linux", target_os = "android"))]
const BOOT_CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const BOOT_CLOCK: ClockId = ClockId::Monotonic;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let to_ms = |id| {
            let time = clock_gettime(id);
            time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)
        };
        Moment { wall_ms: to_ms(ClockId::Realtime), boot_ms: to_ms(BOOT_CLOCK), boot_id: self.boot_id.clone() }
    }

    fn random(&self) -> u64 {
        random_bits()
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the seam")]
fn random_bits() -> u64 {
    let mut bytes = [0_u8; 8];
    // Without the system's randomness two devices could make the same ids; time is what is left then.
    if getrandom::fill(&mut bytes).is_err() {
        let time = clock_gettime(ClockId::Realtime);
        return time.tv_sec.unsigned_abs().rotate_left(32) ^ time.tv_nsec.unsigned_abs();
    }
    u64::from_le_bytes(bytes)
}

/// A clock that stands still until it is moved. Randomness is the system's: ids stay unique across processes.
pub struct ManualClock(Mutex<ManualTime>);

struct ManualTime {
    moment: Moment,
    /// How far somebody has set the wall clock off.
    off_ms: i64,
}

impl ManualClock {
    /// Starts at that wall time in a boot of that name.
    #[must_use]
    pub fn new(wall_ms: i64, boot_id: &str) -> Self {
        // All virtual boots of one name began at the same moment (2020-01-01), so that a process that is started again
        // within a boot finds the boot clock where it belongs.
        const BOOT_BEGAN_MS: i64 = 1_577_836_800_000;
        let moment = Moment { wall_ms, boot_ms: wall_ms - BOOT_BEGAN_MS, boot_id: boot_id.to_owned() };
        Self(Mutex::new(ManualTime { moment, off_ms: 0 }))
    }

    /// Time passes: both clocks move.
    pub fn advance(&self, ms: i64) {
        let mut time = self.lock();
        time.moment.wall_ms += ms;
        time.moment.boot_ms += ms;
    }

    /// Somebody sets the wall clock by so much; the boot clock does not care.
    pub fn skew_wall(&self, ms: i64) {
        let mut time = self.lock();
        time.moment.wall_ms += ms;
        time.off_ms += ms;
    }

    /// The device restarts: the boot clock starts anew.
    pub fn reboot(&self, boot_id: &str) {
        let mut time = self.lock();
        time.moment.boot_ms = 0;
        boot_id.clone_into(&mut time.moment.boot_id);
    }

    fn lock(&self) -> MutexGuard<'_, ManualTime> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        self.lock().moment.clone()
    }

    fn random(&self) -> u64 {
        random_bits()
    }

    fn virtual_now_ms(&self) -> Option<i64> {
        let time = self.lock();
        Some(time.moment.wall_ms - time.off_ms)
    }
}
