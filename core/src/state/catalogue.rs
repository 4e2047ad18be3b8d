//! The words, as data: a language is a JSON file, not code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use thiserror::Error;

/// How a language counts. Names the rule; the words are in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plural {
    /// One, and everything else: English, German and many others.
    OneOther,
    /// No difference: Japanese, Chinese and others.
    Other,
}

/// The words of one language.
#[derive(Clone, Debug, Deserialize)]
pub struct Catalogue {
    language: String,
    plural: Plural,
    months: Vec<String>,
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
}

/// Why a catalogue is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// The file is not readable as a catalogue.
    #[error("not a catalogue: {0}")]
    Unreadable(String),
    /// Texts that English has are missing, or a placeholder is.
    #[error("missing: {}", .0.join(", "))]
    Missing(Vec<String>),
}

static ENGLISH: LazyLock<Option<Catalogue>> = LazyLock::new(|| parse(include_str!("words/en.json")).ok());
static GERMAN: LazyLock<Option<Catalogue>> = LazyLock::new(|| parse(include_str!("words/de.json")).ok());

fn parse(json: &str) -> Result<Catalogue, CatalogueError> {
    serde_json::from_str(json).map_err(|error| CatalogueError::Unreadable(error.to_string()))
}

impl Catalogue {
    /// Reads a catalogue and checks that it has every text, with every placeholder, that English has.
    ///
    /// # Errors
    /// [`CatalogueError`] with all that is missing.
    pub fn from_json(json: &str) -> Result<Self, CatalogueError> {
        let catalogue = parse(json)?;
        let Some(english) = ENGLISH.as_ref() else { return Ok(catalogue) };
        let mut missing = Vec::new();
        if catalogue.months.len() != 12 {
            missing.push("months".to_owned());
        }
        for (key, text) in &english.texts {
            if catalogue.plural == Plural::Other && key.ends_with(".one") {
                continue;
            }
            match catalogue.texts.get(key) {
                None => missing.push(key.clone()),
                Some(other) => {
                    let lost = placeholders(text).into_iter().filter(|name| !other.contains(name.as_str()));
                    missing.extend(lost.map(|name| format!("{name} in {key}")));
                }
            }
        }
        if missing.is_empty() { Ok(catalogue) } else { Err(CatalogueError::Missing(missing)) }
    }

    /// The catalogue of a language such as `en` or `de-AT` that comes with this crate; English for all others.
    #[must_use]
    pub fn of_language(language: &str) -> Option<&'static Self> {
        let primary = language.split(['-', '_']).next().unwrap_or(language);
        [&GERMAN, &ENGLISH]
            .into_iter()
            .filter_map(|slot| slot.as_ref())
            .find(|catalogue| catalogue.language.eq_ignore_ascii_case(primary))
            .or(ENGLISH.as_ref())
    }

    /// The text of a key with its placeholders filled in. A key without text is its own text, so that nothing is ever
    /// silent.
    pub(super) fn text(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        let mut text = self.texts.get(key).cloned().unwrap_or_else(|| key.to_owned());
        for (name, value) in arguments {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// The key of a counted text: `key.one` or `key.other`.
    pub(super) fn counted(&self, key: &str, count: i64) -> String {
        let form = if self.plural == Plural::OneOther && count == 1 { "one" } else { "other" };
        format!("{key}.{form}")
    }

    /// The name of a month, 1 to 12.
    pub(super) fn month(&self, month: i8) -> &str {
        let position = usize::try_from(month - 1).unwrap_or(0);
        self.months.get(position).map_or("", String::as_str)
    }
}

fn placeholders(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let (Some(start), Some(end)) = (rest.find('{'), rest.find('}')) {
        if start < end {
            found.push(rest[start..=end].to_owned());
        }
        rest = &rest[end + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text() {
        Catalogue::from_json(include_str!("words/en.json")).unwrap();
        Catalogue::from_json(include_str!("words/de.json")).unwrap();
    }

    #[test]
    fn a_language_with_holes_is_refused_by_name() {
        let without = include_str!("words/en.json").replace("\"gone\"", "\"went\"").replace("retrying {when}", "soon");
        let Err(CatalogueError::Missing(missing)) = Catalogue::from_json(&without) else { panic!("accepted") };
        assert!(
            missing.contains(&"gone".to_owned()) && missing.contains(&"{when} in failed".to_owned()),
            "{missing:?}"
        );
        assert!(matches!(Catalogue::from_json("{"), Err(CatalogueError::Unreadable(_))));
    }
}
