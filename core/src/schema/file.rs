//! A schema as a JSON file.

use serde::Deserialize;

use super::check::{self, SchemaError};
use super::model::{Choice, Field, Policy, RecordType, Schema};
use crate::value::FieldKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemaFile {
    pub(super) version: i64,
    pub(super) types: Vec<TypeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeFile {
    pub(super) name: String,
    #[serde(default)]
    pub(super) label: Option<String>,
    #[serde(default)]
    pub(super) doc: Option<String>,
    pub(super) fields: Vec<FieldFile>,
    #[serde(default)]
    pub(super) append_only: Option<String>,
    #[serde(default)]
    pub(super) natural_key: Vec<String>,
    /// Policy of the fields that do not name their own.
    #[serde(default)]
    pub(super) policy: Option<Policy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldFile {
    pub(super) name: String,
    #[serde(default)]
    pub(super) label: Option<String>,
    #[serde(default)]
    pub(super) doc: Option<String>,
    #[serde(alias = "type")]
    pub(super) kind: FieldKind,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) choices: Vec<ChoiceFile>,
    #[serde(default)]
    pub(super) target: Option<String>,
    #[serde(default)]
    pub(super) indexed: bool,
    #[serde(default)]
    pub(super) searchable: bool,
    #[serde(default)]
    pub(super) policy: Option<Policy>,
}

/// `"open"`, or `{"name": "open", "label": "Open"}`.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ChoiceFile {
    Name(String),
    Full { name: String, label: String },
}

impl Schema {
    /// Reads and validates a schema file.
    ///
    /// # Errors
    /// [`SchemaError`] with the place and the reason of the first fault.
    pub fn from_json(text: &str) -> Result<Self, SchemaError> {
        let file: SchemaFile = serde_json::from_str(text).map_err(|error| SchemaError {
            place: format!("line {}, column {}", error.line(), error.column()),
            reason: error.to_string(),
        })?;
        file.into_schema()
    }
}

impl SchemaFile {
    pub(super) fn into_schema(self) -> Result<Schema, SchemaError> {
        let schema = Schema { version: self.version, types: self.types.into_iter().map(TypeFile::into_type).collect() };
        check::check(&schema)?;
        Ok(schema)
    }
}

impl TypeFile {
    fn into_type(self) -> RecordType {
        let policy = self.policy.unwrap_or_default();
        RecordType {
            label: self.label.unwrap_or_else(|| label_of(&self.name)),
            name: self.name,
            doc: self.doc,
            fields: self.fields.into_iter().map(|field| field.into_field(policy)).collect(),
            append_only: self.append_only,
            natural_key: self.natural_key,
        }
    }
}

impl FieldFile {
    fn into_field(self, policy: Policy) -> Field {
        Field {
            label: self.label.unwrap_or_else(|| label_of(&self.name)),
            name: self.name,
            doc: self.doc,
            kind: self.kind,
            required: self.required,
            choices: self.choices.into_iter().map(ChoiceFile::into_choice).collect(),
            target: self.target,
            indexed: self.indexed,
            searchable: self.searchable,
            policy: self.policy.unwrap_or(policy),
        }
    }
}

impl ChoiceFile {
    fn into_choice(self) -> Choice {
        match self {
            Self::Name(name) => Choice { label: label_of(&name), name },
            Self::Full { name, label } => Choice { name, label },
        }
    }
}

/// `close_date` reads "Close date".
fn label_of(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
