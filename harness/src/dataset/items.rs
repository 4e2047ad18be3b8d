//! Fields in their canonical forms.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Item, TODAY};

/// Milliseconds of a minute.
pub(super) const MINUTE_MS: i64 = 60_000;
/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Midnight UTC at the start of [`TODAY`], in milliseconds since 1970.
pub(super) fn today_ms() -> i64 {
    TODAY.duration_since(jiff::civil::date(1970, 1, 1)).as_secs() * 1_000
}

/// Starts a record without fields.
pub(super) fn item(record_type: &'static str, local_id: Uuid) -> Item {
    Item { record_type, local_id, fields: Map::new() }
}

impl Item {
    /// Adds a field.
    pub(super) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// Adds a field that may be null; null is left out.
    pub(super) fn with_some(self, field: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    /// Adds a reference to another record.
    pub(super) fn with_reference(self, field: &str, id: Uuid) -> Self {
        self.with(field, id.hyphenated().to_string())
    }
}

/// A decimal from hundredths: 1250 is `12.5`.
pub(super) fn decimal(hundredths: i64) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match (rest / 10, rest % 10) {
        (0, 0) => whole.to_string(),
        (tenths, 0) => format!("{whole}.{tenths}"),
        _ => format!("{whole}.{rest:02}"),
    }
}
