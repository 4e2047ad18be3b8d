//! Real time: the one thing that is asked for here.

use std::time::{Duration, Instant};

use crate::Fault;

/// Now.
#[allow(clippy::disallowed_methods, reason = "a measure of real time, not the engine")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Lets the phone be, as a person does between two changes.
#[allow(clippy::disallowed_methods, reason = "sets a pace; nothing is expected to happen meanwhile")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Processor time that this process has used so far, in milliseconds, to ten: what others do on the machine is not in it.
pub(crate) fn cpu_ms() -> Result<f64, Fault> {
    const MS_PER_TICK: f64 = 10.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name, in brackets, may have blanks. After it: the state, ten numbers, then user and system time.
    let (_, rest) = stat.rsplit_once(')').ok_or("the system does not say how much time this took")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks * MS_PER_TICK)
}

/// A time in milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The value that `share` of all values do not exceed; the values are sorted by this. Zero when there are none.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a rank")]
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let mut values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert!((quantile(&mut values, 0.5) - 100.0).abs() < f64::EPSILON);
        assert!((quantile(&mut values, 0.99) - 198.0).abs() < f64::EPSILON);
        assert!((quantile(&mut [3.0], 0.99) - 3.0).abs() < f64::EPSILON);
        assert!(quantile(&mut [], 0.5).abs() < f64::EPSILON);
    }
}
