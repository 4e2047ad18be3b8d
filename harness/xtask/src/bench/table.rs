//! Tables in Markdown.

use super::languages::Language;
use super::spread::Spread;

/// The values of one measure, of all rounds, in each language.
#[derive(Default)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) rust: Vec<f64>,
    pub(super) kotlin: Vec<f64>,
    pub(super) swift: Vec<f64>,
    pub(super) against: Against,
    /// What is to be reached; empty when nothing was set.
    pub(super) reach: &'static str,
}

impl Row {
    /// One run's value.
    pub(super) fn add(&mut self, language: Language, value: f64) {
        match language {
            Language::Rust => self.rust.push(value),
            Language::Kotlin => self.kotlin.push(value),
            Language::Swift => self.swift.push(value),
        }
    }
}

/// How a language is compared with Rust.
#[derive(Clone, Copy, Default)]
pub(super) enum Against {
    /// Its value divided by Rust's.
    #[default]
    Ratio,
    /// Its value less Rust's.
    Added,
}

impl Against {
    fn of(self, language: &[f64], rust: &[f64]) -> String {
        match self {
            Self::Ratio => cell("", Spread::of_pairs(language, rust, |one, other| one / other), "×"),
            Self::Added => cell("+", Spread::of_pairs(language, rust, |one, other| one - other), ""),
        }
    }
}

/// All rows under one heading. Each cell is a median with the smallest and the largest value.
pub(super) fn of_rows(rows: &[Row]) -> String {
    let mut text = String::from(
        "| | Rust | Kotlin | Swift | Kotlin against Rust | Swift against Rust | reach |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let plain = |values| cell("", Spread::of(values), "");
        let cells = [
            row.what.clone(),
            plain(&row.rust),
            plain(&row.kotlin),
            plain(&row.swift),
            row.against.of(&row.kotlin, &row.rust),
            row.against.of(&row.swift, &row.rust),
            row.reach.to_owned(),
        ];
        text.push_str(&line(&cells));
    }
    text
}

/// One line of a table.
pub(super) fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn cell(before: &str, spread: Option<Spread>, after: &str) -> String {
    spread.map_or_else(String::new, |spread| format!("{before}{spread}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_a_language_adds() {
        let row = Row {
            what: "a read".to_owned(),
            rust: vec![10.0, 20.0, 30.0],
            kotlin: vec![15.0, 26.0, 34.0],
            against: Against::Added,
            reach: "little",
            ..Row::default()
        };
        let last = of_rows(&[row]).lines().last().map(str::to_owned);
        let expected = "| a read | 20.0 (10.0–30.0) | 26.0 (15.0–34.0) |  | +5.00 (4.00–6.00) |  | little |";
        assert_eq!(last.as_deref(), Some(expected));
    }
}
