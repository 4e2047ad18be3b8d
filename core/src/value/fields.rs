//! The fields of a record: a name and a canonical value each, nulls left out.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _, Serialize};
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
        let read = serde_json::Deserializer::from_str(text).deserialize_map(StoredFields);
        read.map(Self).unwrap_or_default()
    }

    /// The JSON object text. Canonical values are JSON already, so nothing is parsed again: every save comes here.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(
            2 + self.0.iter().map(|(name, value)| name.len() + value.as_str().len() + 4).sum::<usize>(),
        );
        out.push('{');
        for (name, value) in &self.0 {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&serde_json::Value::from(name.as_str()).to_string());
            out.push(':');
            out.push_str(value.as_str());
        }
        out.push('}');
        out
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

/// Reads an object's values as the texts that they are.
struct StoredFields;

impl<'de> Visitor<'de> for StoredFields {
    type Value = BTreeMap<String, Canonical>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the fields of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if value.get() != "null" {
                fields.insert(name, Canonical::from_stored(value.get().to_owned()));
            }
        }
        Ok(fields)
    }
}

impl FromIterator<(String, Canonical)> for FieldMap {
    fn from_iter<I: IntoIterator<Item = (String, Canonical)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
