//! The schema after validation.

use serde::{Deserialize, Serialize};

use crate::value::FieldKind;

/// What happens when two people changed the same field (requirement D2). Later versions add policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Both values are kept and a person chooses. The default: nothing is overwritten unseen.
    #[default]
    Review,
    /// The server fills this field; an edit of it is refused before any work is done.
    ServerOwned,
}

/// One of the values a choice field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is stored and sent.
    pub name: String,
    /// What a person reads.
    pub label: String,
}

/// A field of a record type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Name in storage and on the wire, `[a-z][a-z0-9_]{0,62}`.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// What it is for, in a sentence for those who write the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// The type of its values.
    pub kind: FieldKind,
    /// Must not be null when it is created or edited.
    pub required: bool,
    /// For a choice field: what it takes.
    pub choices: Vec<Choice>,
    /// For a reference: the record type it points to.
    pub target: Option<String>,
    /// Lists may filter and sort by it quickly.
    pub indexed: bool,
    /// Its words take part in text search.
    pub searchable: bool,
    /// What happens when edits meet.
    pub policy: Policy,
}

/// A kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordType {
    /// Name in storage and on the wire, `[a-z][a-z0-9_]{0,62}`.
    pub name: String,
    /// Name for people, one record of it.
    pub label: String,
    /// What it is for, in a sentence for those who write the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Its fields, in declared order.
    pub fields: Vec<Field>,
    /// For append-only types (notes, parts, activity): the reference field that names the parent. Such records are
    /// created and archived, never patched (requirement D10).
    pub append_only: Option<String>,
    /// Fields that together tell two records of this type apart (requirement A5).
    pub natural_key: Vec<String>,
}

impl RecordType {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// All record types, validated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Grows with every change of the schema; operations and shipments carry it.
    pub version: i64,
    /// The record types, in declared order.
    pub types: Vec<RecordType>,
}

impl Schema {
    /// The record type of that name.
    #[must_use]
    pub fn record_type(&self, name: &str) -> Option<&RecordType> {
        self.types.iter().find(|record_type| record_type.name == name)
    }

    /// A field of a record type.
    #[must_use]
    pub fn field(&self, record_type: &str, field: &str) -> Option<&Field> {
        self.record_type(record_type)?.field(field)
    }

    /// The name for people of a field; its bare name where the schema does not know it.
    #[must_use]
    pub fn label(&self, record_type: &str, field: &str) -> String {
        self.field(record_type, field).map_or_else(|| field.to_owned(), |known| known.label.clone())
    }

    /// The schema as a JSON file that [`Schema::from_json`] reads back to the same schema.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
