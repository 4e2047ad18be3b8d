//! Several runs of one measure.

use std::fmt;

/// Median, smallest and largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// Of some values; none when there are none.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&least, &most) = (sorted.first()?, sorted.last()?);
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self { median: f64::midpoint(low, high), least, most })
    }

    /// Of `what` of the values of two languages, round by round: what disturbed a round disturbed both.
    pub(super) fn of_pairs(one: &[f64], other: &[f64], what: fn(f64, f64) -> f64) -> Option<Self> {
        let values: Vec<f64> = one.iter().zip(other).map(|(&one, &other)| what(one, other)).collect();
        Self::of(&values)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}–{})", short(self.median), short(self.least), short(self.most))
    }
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_extremes() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]).map(|spread| spread.to_string()).as_deref(), Some("2.00 (1.00–3.00)"));
        assert_eq!(Spread::of(&[4.0, 100.0]).map(|spread| spread.to_string()).as_deref(), Some("52.0 (4.00–100)"));
        assert_eq!(Spread::of(&[]), None);
        let ratio = Spread::of_pairs(&[1.0, 4.0], &[2.0, 4.0], |one, other| one / other);
        assert_eq!(ratio.map(|ratio| ratio.to_string()).as_deref(), Some("0.75 (0.50–1.00)"));
    }
}
