//! The one exact form of a value.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// JSON text of one value that is not null, in its only accepted form. Null is the absence of a `Canonical`.
///
/// Equality of the text is equality of the value; [`super::canonical_of_json`] makes it so, per type.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canonical(String);

impl Canonical {
    /// Wraps text that is known to be canonical JSON: what this crate wrote to its own store.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The canonical form of a JSON value whose type is not declared: serde_json's compact text. `None` for null.
    #[must_use]
    pub fn of_undeclared(json: &serde_json::Value) -> Option<Self> {
        if json.is_null() { None } else { Some(Self(json.to_string())) }
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text inside, when this is a JSON string.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        serde_json::from_str(&self.0).ok()
    }

    /// As a JSON value.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).unwrap_or(serde_json::Value::Null)
    }
}

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Canonical {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not a raw value: those cannot be read through serde's flattened and untagged shapes, which the wire uses.
        Ok(Self(serde_json::Value::deserialize(deserializer)?.to_string()))
    }
}
