//! The fields of a record: a name and a canonical value each, nulls left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Canonical;

/// Field name to value, in name order, without nulls. Its JSON text is what `records.view` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldMap(BTreeMap<String, Canonical>);

impl FieldMap {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the stored JSON object. Text that is no object reads as empty: the store is checked by its invariants, and
    /// a read must not panic.
    pub(crate) fn from_stored(text: &str) -> Self {
        let raw: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
        let values = raw.into_iter().filter(|(_, value)| value.get() != "null");
        values.map(|(field, value)| (field, Canonical::from_stored(value.get().to_owned()))).collect()
    }

    /// The JSON object text.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The value of a field, `None` for null.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Canonical> {
        self.0.get(field)
    }

    /// Sets a field; `None` removes it.
    pub fn set(&mut self, field: &str, value: Option<Canonical>) {
        match value {
            Some(value) => {
                self.0.insert(field.to_owned(), value);
            }
            None => {
                self.0.remove(field);
            }
        }
    }

    /// All fields that are not null.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Canonical)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many fields are not null.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every field is null.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Canonical)> for FieldMap {
    fn from_iter<I: IntoIterator<Item = (String, Canonical)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
