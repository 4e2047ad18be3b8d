//! A record as the server has it now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::value::{FieldMap, RecordId};

/// Whether a record is there for this user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordLife {
    /// There and open to edits.
    Alive,
    /// Put away; kept and readable, refuses patches.
    Archived,
    /// Deleted for good.
    Gone,
    /// This user may not see it any more.
    Hidden,
}

/// One record, whole, as of `seq`. Sent in pull pages, beside push outcomes and in lookups, always read when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The server's id of the record.
    pub server_id: String,
    /// The id that the creating device gave it, which is its external id for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_id: Option<RecordId>,
    /// The record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The one counter of the server at the commit that made this state. Grows with every change: an entry with a lower
    /// `seq` than one seen before is old news (pitfall P3).
    pub seq: i64,
    /// The record's own version, opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it is there.
    pub life: RecordLife,
    /// All fields that are not null. References are server ids.
    #[serde(default, skip_serializing_if = "FieldMap::is_empty")]
    pub values: FieldMap,
    /// Who changed it last.
    #[serde(default)]
    pub who: String,
    /// When, server time, milliseconds.
    #[serde(default)]
    pub at_ms: i64,
    /// Who changed which field last, for fields where that is not `who` at `at_ms`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changed: BTreeMap<String, FieldAuthor>,
    /// The shipments of this record that have been applied, kept for 90 days. A page that names an open shipment is its
    /// acknowledgement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<AppliedShipment>,
}

/// Who changed a field, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldAuthor {
    /// The user.
    pub who: String,
    /// Server time, milliseconds.
    pub at_ms: i64,
}

/// A shipment that made it, and what the server stored for the fields it carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedShipment {
    /// The shipment's id.
    pub shipment: Uuid,
    /// The `seq` at which it was applied.
    pub seq: i64,
    /// The stored value of each field that the server normalised; fields stored as sent are left out, null is explicit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stored: BTreeMap<String, serde_json::Value>,
}

impl Entry {
    /// Who changed this field last, and when.
    #[must_use]
    pub fn author_of(&self, field: &str) -> FieldAuthor {
        let whole = || FieldAuthor { who: self.who.clone(), at_ms: self.at_ms };
        self.changed.get(field).cloned().unwrap_or_else(whole)
    }
}
