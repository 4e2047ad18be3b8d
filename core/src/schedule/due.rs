//! A stored due time that no clock change can lengthen or hide (pitfall P11).

use crate::clock::Moment;
use crate::mutants::{self, Mutant};

/// When something is due: how long the wait was, and when it ends on both clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The wait as drawn, milliseconds.
    pub wait_ms: i64,
    /// Its end on the wall clock of the moment it was stored.
    pub wall_ms: i64,
    /// Its end on the boot clock.
    pub boot_ms: i64,
    /// The boot in which that clock counts.
    pub boot_id: String,
}

impl Due {
    /// Due so many milliseconds after `now`.
    #[must_use]
    pub fn after(now: &Moment, wait_ms: i64) -> Self {
        Self {
            wait_ms,
            wall_ms: now.wall_ms.saturating_add(wait_ms),
            boot_ms: now.boot_ms.saturating_add(wait_ms),
            boot_id: now.boot_id.clone(),
        }
    }

    /// Milliseconds until it is due; 0 when it is. In the same boot only the boot clock counts; after a restart the wall
    /// clock, and whatever it says, the wait is never longer than it was drawn.
    #[must_use]
    pub fn remaining_ms(&self, now: &Moment) -> i64 {
        if mutants::is(Mutant::WallClock) {
            return self.wall_ms.saturating_sub(now.wall_ms).max(0);
        }
        let left = if self.boot_id == now.boot_id {
            self.boot_ms.saturating_sub(now.boot_ms)
        } else {
            self.wall_ms.saturating_sub(now.wall_ms)
        };
        left.clamp(0, self.wait_ms.max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall_ms: i64, boot_ms: i64, boot_id: &str) -> Moment {
        Moment { wall_ms, boot_ms, boot_id: boot_id.to_owned() }
    }

    #[test]
    fn clocks_cannot_lengthen_or_hide_a_wait() {
        let due = Due::after(&at(1_000_000, 5_000, "one"), 60_000);
        for (now, expected, what) in [
            (at(1_000_000, 5_000, "one"), 60_000, "just stored"),
            (at(1_030_000, 35_000, "one"), 30_000, "half way"),
            (at(1_060_000, 65_000, "one"), 0, "due"),
            (at(1_000_000 - 86_400_000, 35_000, "one"), 30_000, "wall clock set back a day"),
            (at(1_000_000 + 86_400_000, 35_000, "one"), 30_000, "wall clock set forward a day"),
            (at(1_030_000, 100, "two"), 30_000, "restarted half way"),
            (at(1_000_000 - 86_400_000, 100, "two"), 60_000, "restarted and set back: at most the wait itself"),
            (at(1_000_000 + 86_400_000, 100, "two"), 0, "restarted a day later"),
        ] {
            assert_eq!(due.remaining_ms(&now), expected, "{what}");
        }
    }
}
