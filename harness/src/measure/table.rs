//! The table: one row a measure, median (smallest–largest) of the rounds.

use std::fmt;

use crate::stopwatch::quantile;

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reach {
    /// The ratio is at least this.
    Speed(f64),
    /// The ratio is at most this.
    Times(f64),
    /// The product's value is under this.
    Under(f64),
    /// Nothing: it is told beside the others.
    Open,
}

/// One row.
pub(super) struct Row {
    /// What is measured.
    pub(super) what: String,
    /// In what unit.
    pub(super) unit: &'static str,
    /// The floor's values, one a round; empty where it has none.
    pub(super) floor: Vec<f64>,
    /// The product's values, one a round.
    pub(super) product: Vec<f64>,
    /// What the two make in each round; empty where they are not compared.
    pub(super) ratios: Vec<f64>,
    /// What is aimed at.
    pub(super) reach: Reach,
    /// What was wrong afterwards; such a row has failed whatever its times.
    pub(super) wrong: Option<String>,
}

impl Row {
    /// A row of which the larger value is better: the ratio is product over floor.
    pub(super) fn new(what: &str, unit: &'static str, rounds: &[(f64, f64)], reach: Reach) -> Self {
        Self {
            what: what.to_owned(),
            unit,
            floor: rounds.iter().map(|(floor, _)| *floor).collect(),
            product: rounds.iter().map(|(_, product)| *product).collect(),
            ratios: rounds.iter().map(|(floor, product)| product / floor).collect(),
            reach,
            wrong: None,
        }
    }

    /// A row of the product alone.
    pub(super) fn alone(what: &str, unit: &'static str, product: Vec<f64>, reach: Reach) -> Self {
        Self { what: what.to_owned(), unit, floor: Vec::new(), product, ratios: Vec::new(), reach, wrong: None }
    }

    fn verdict(&self) -> String {
        if let Some(wrong) = &self.wrong {
            return format!("**failed**: {wrong}");
        }
        let (ratio, product) = (quantile(&self.ratios, 0.5), quantile(&self.product, 0.5));
        let reached = match self.reach {
            Reach::Speed(least) => ratio >= least,
            Reach::Times(most) => ratio <= most,
            Reach::Under(most) => product < most,
            Reach::Open => return String::new(),
        };
        if reached { "yes".to_owned() } else { "**no**".to_owned() }
    }
}

/// The two lines above the rows.
pub(super) const HEAD: &str =
    "| | unit | floor | product | product against floor | reach | reached | load before → after |
|---|---|---|---|---|---|---|---|";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reach = match self.reach {
            Reach::Speed(least) => format!("{least}×"),
            Reach::Times(most) => format!("at most {most}×"),
            Reach::Under(most) => format!("under {most} {}", self.unit),
            Reach::Open => String::new(),
        };
        let ratio = if self.ratios.is_empty() { String::new() } else { format!("{}×", spread(&self.ratios)) };
        let (floor, product) = (spread(&self.floor), spread(&self.product));
        write!(f, "| {} | {} | {floor} | {product} | {ratio} | {reach} | {} |", self.what, self.unit, self.verdict())
    }
}

/// Median, smallest and largest; nothing of nothing.
pub(super) fn spread(values: &[f64]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let (least, most) = (quantile(values, 0.0), quantile(values, 1.0));
    format!("{} ({}–{})", short(quantile(values, 0.5)), short(least), short(most))
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_median_spread_and_whether_it_is_reached() {
        let rounds = [(100.0, 80.0), (200.0, 190.0), (400.0, 300.0)];
        let row = |reach| Row::new("W0", "a second", &rounds, reach).to_string();
        assert_eq!(
            row(Reach::Speed(0.8)),
            "| W0 | a second | 200 (100–400) | 190 (80.0–300) | 0.800 (0.750–0.950)× | 0.8× | yes |"
        );
        assert!(row(Reach::Speed(0.81)).ends_with("| 0.81× | **no** |"));
        assert!(row(Reach::Times(0.7)).ends_with("| at most 0.7× | **no** |"));
        assert!(row(Reach::Under(190.0)).ends_with("| under 190 a second | **no** |"));
        assert!(Row::alone("W0", "ms", vec![1.0], Reach::Open).to_string().ends_with("|  |  |"));
    }
}
