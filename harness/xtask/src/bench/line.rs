//! One line of flat JSON: numbers, texts without escapes, yes and no. Not worth a parser in a tool without dependencies.

use std::fmt;

use crate::failure::Failure;

/// What a program printed.
#[derive(Clone, Debug)]
pub(super) struct Line(String);

impl Line {
    /// The last line of JSON of an output.
    pub(super) fn last_of(output: &str) -> Result<Self, Failure> {
        let last = output.lines().rev().find(|line| line.starts_with('{'));
        last.map(|line| Self(line.to_owned())).ok_or_else(|| Failure::new(format!("no line of JSON in {output:?}")))
    }

    /// A number.
    pub(super) fn number(&self, name: &str) -> Result<f64, Failure> {
        let written = self.member(name)?;
        written.parse().map_err(|_| Failure::new(format!("{name} is no number in {}", self.0)))
    }

    /// Yes or no.
    pub(super) fn is(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.member(name)? == "true")
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<&str, Failure> {
        Ok(self.member(name)?.trim_matches('"'))
    }

    fn member(&self, name: &str) -> Result<&str, Failure> {
        let rest = self.0.split_once(&format!("\"{name}\"")).and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
        let rest = rest.ok_or_else(|| Failure::new(format!("{name} is missing in {}", self.0)))?.trim_start();
        let end = match rest.strip_prefix('"') {
            Some(text) => text.find('"').map(|end| end + 2),
            None => rest.find([',', '}']),
        };
        Ok(rest[..end.unwrap_or(rest.len())].trim_end())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn members_are_read_from_the_last_line_of_json() {
        let line =
            Line::last_of("Building\n{\"a\":1}\n{\"p50_ms\":1.5, \"on\":true,\"at\": \"http://x:1,2\"}\n").unwrap();
        assert!((line.number("p50_ms").unwrap() - 1.5).abs() < f64::EPSILON);
        assert!(line.is("on").unwrap());
        assert_eq!(line.text("at").unwrap(), "http://x:1,2");
        assert!(line.number("at").is_err());
        assert!(line.number("a").is_err());
        assert!(Line::last_of("nothing").is_err());
    }
}
