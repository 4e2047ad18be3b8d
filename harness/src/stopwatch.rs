//! Real time, and what is left of many measures: for the programs of the harness that measure.

use std::time::{Duration, Instant};

/// Now.
#[allow(clippy::disallowed_methods, reason = "a measure of real time, not the engine")]
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Lets the phone be, as a person does between two changes.
#[allow(clippy::disallowed_methods, reason = "sets a pace; nothing is expected to happen meanwhile")]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A time in milliseconds.
#[must_use]
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The value that `share` of all values do not exceed. Zero when there are none.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a rank")]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert!((quantile(&values, 0.5) - 100.0).abs() < f64::EPSILON);
        assert!((quantile(&values, 0.99) - 198.0).abs() < f64::EPSILON);
        assert!((quantile(&[3.0], 0.99) - 3.0).abs() < f64::EPSILON);
        assert!(quantile(&[], 0.5).abs() < f64::EPSILON);
    }
}
