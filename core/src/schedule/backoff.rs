//! How long to wait after a failure.

use super::limits::{
    FIRST_WAIT_MS, LONGEST_SERVER_WAIT_MS, LONGEST_WAIT_MS, LOW_BATTERY_FACTOR, OWN_JITTER_PERCENT,
    SERVER_JITTER_PERCENT, WAIT_GROWTH,
};

/// Our own wait after the `failures`-th failure in a row (1 is the first), milliseconds. `random` is 64 random bits.
#[must_use]
pub fn own_wait_ms(failures: i64, battery_low: bool, random: u64) -> i64 {
    let cap = if battery_low { LONGEST_WAIT_MS * LOW_BATTERY_FACTOR } else { LONGEST_WAIT_MS };
    let mut wait = FIRST_WAIT_MS;
    for _ in 1..failures {
        wait = wait.saturating_mul(WAIT_GROWTH);
        if wait >= cap {
            break;
        }
    }
    let wait = wait.min(cap);
    let spread = wait * OWN_JITTER_PERCENT / 100;
    // The cap is a promise to the person who reads it: jitter never goes above.
    (wait - spread + draw(2 * spread, random)).min(cap)
}

/// The wait when the server named one, milliseconds: never less than what it said.
#[must_use]
pub fn server_wait_ms(named_ms: i64, random: u64) -> i64 {
    let floor = named_ms.clamp(0, LONGEST_SERVER_WAIT_MS);
    floor + draw(floor * SERVER_JITTER_PERCENT / 100, random)
}

/// A number from 0 to `most`.
fn draw(most: i64, random: u64) -> i64 {
    let range = u64::try_from(most).unwrap_or(0) + 1;
    i64::try_from(random % range).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_stay_in_their_spread() {
        for (failures, middle) in [(1, 2_000), (2, 4_000), (3, 8_000), (8, 256_000), (9, 300_000), (1_000, 300_000)] {
            for random in [0, 1, 12_345, u64::MAX] {
                let wait = own_wait_ms(failures, false, random);
                assert!(wait >= middle * 80 / 100 && wait <= (middle * 120 / 100).min(300_000), "{failures} {wait}");
            }
        }
        assert!(own_wait_ms(50, true, u64::MAX) > 300_000, "a low battery stretches the cap");
    }

    #[test]
    fn a_server_named_time_is_a_floor() {
        for named in [0, 1, 1_000, 3_600_000, i64::MAX] {
            for random in [0, 7, u64::MAX] {
                let wait = server_wait_ms(named, random);
                let floor = named.min(LONGEST_SERVER_WAIT_MS);
                assert!(wait >= floor && wait <= floor + floor / 10);
            }
        }
    }
}
