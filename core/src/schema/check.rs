//! What makes a schema a good one. Names reach SQL (indexes are made from them), so their form is strict (pitfall 13).

use std::collections::HashSet;

use thiserror::Error;

use super::model::{Field, Policy, RecordType, Schema};
use crate::value::{FieldKind, MAX_TOKEN_BYTES};

/// Record types in one schema: more is a design to split, and each costs indexes.
const MAX_TYPES: usize = 200;
/// Fields of one type: SQLite reads them as one JSON text.
const MAX_FIELDS: usize = 500;
/// Indexed fields of one type: every save writes each of them.
const MAX_INDEXED: usize = 16;
/// Bytes of a name: `[a-z][a-z0-9_]{0,62}`.
const MAX_NAME_BYTES: usize = 63;

/// Why a schema is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {reason}")]
pub struct SchemaError {
    /// Where, as a path such as `types[2].fields[0].choices`, or a line and column of the file.
    pub place: String,
    /// What is wrong there.
    pub reason: String,
}

pub(super) fn check(schema: &Schema) -> Result<(), SchemaError> {
    ensure(schema.version >= 1, "version", "must be 1 or more")?;
    ensure(!schema.types.is_empty(), "types", "declares no record type")?;
    ensure(schema.types.len() <= MAX_TYPES, "types", format!("more than {MAX_TYPES} record types"))?;
    let mut names = HashSet::new();
    for (position, record_type) in schema.types.iter().enumerate() {
        let place = format!("types[{position}]");
        check_name(&record_type.name, &place)?;
        ensure(names.insert(&record_type.name), &place, format!("a second record type `{}`", record_type.name))?;
        check_type(schema, record_type, &place)?;
    }
    Ok(())
}

fn check_type(schema: &Schema, record_type: &RecordType, place: &str) -> Result<(), SchemaError> {
    ensure(!record_type.fields.is_empty(), place, "has no fields")?;
    ensure(record_type.fields.len() <= MAX_FIELDS, place, format!("more than {MAX_FIELDS} fields"))?;
    let indexed = record_type.fields.iter().filter(|field| field.indexed).count();
    ensure(indexed <= MAX_INDEXED, place, format!("more than {MAX_INDEXED} indexed fields"))?;
    let mut names = HashSet::new();
    for (position, field) in record_type.fields.iter().enumerate() {
        let place = format!("{place}.fields[{position}]");
        check_name(&field.name, &place)?;
        ensure(names.insert(&field.name), &place, format!("a second field `{}`", field.name))?;
        check_field(schema, field, &place)?;
    }
    if let Some(parent) = &record_type.append_only {
        let place = format!("{place}.append_only");
        let field = record_type.field(parent);
        let points = field.is_some_and(|field| field.kind == FieldKind::Reference && field.required);
        ensure(points, &place, format!("`{parent}` is no required reference field of this type"))?;
    }
    for (position, name) in record_type.natural_key.iter().enumerate() {
        let place = format!("{place}.natural_key[{position}]");
        ensure(record_type.field(name).is_some(), &place, format!("no field `{name}` in this type"))?;
    }
    Ok(())
}

fn check_field(schema: &Schema, field: &Field, place: &str) -> Result<(), SchemaError> {
    let is_choice = field.kind == FieldKind::Choice;
    let is_text = matches!(field.kind, FieldKind::Text | FieldKind::LongText | FieldKind::Tags | FieldKind::Phone);
    ensure(!is_choice || !field.choices.is_empty(), place, "a choice field needs choices")?;
    ensure(is_choice || field.choices.is_empty(), place, "only a choice field has choices")?;
    let mut names = HashSet::new();
    for (position, choice) in field.choices.iter().enumerate() {
        let place = format!("{place}.choices[{position}]");
        let length_fits = (1..=MAX_TOKEN_BYTES).contains(&choice.name.len());
        ensure(length_fits, &place, format!("a choice has 1 to {MAX_TOKEN_BYTES} bytes"))?;
        ensure(names.insert(&choice.name), &place, format!("a second choice `{}`", choice.name))?;
    }
    match (&field.target, field.kind) {
        (Some(target), FieldKind::Reference) => {
            let known = schema.record_type(target).is_some();
            ensure(known, &format!("{place}.target"), format!("no record type `{target}`"))?;
        }
        (None, FieldKind::Reference) => return fault(place, "a reference needs a target"),
        (Some(_), _) => return fault(place, "only a reference has a target"),
        (None, _) => {}
    }
    ensure(!field.searchable || is_text, place, "only text, tags and phone numbers are searchable")?;
    let can_index = !matches!(field.kind, FieldKind::LongText | FieldKind::Tags | FieldKind::GeoPoint);
    ensure(!field.indexed || can_index, place, "long text, tags and places cannot be indexed")?;
    let fills = field.policy == Policy::ServerOwned && field.required;
    ensure(!fills, place, "a field that the server owns cannot be required from a person")
}

/// Names match `[a-z][a-z0-9_]{0,62}`.
fn check_name(name: &str, place: &str) -> Result<(), SchemaError> {
    let mut bytes = name.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let goes_on = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let fits = starts && goes_on && name.len() <= MAX_NAME_BYTES;
    ensure(fits, &format!("{place}.name"), format!("`{name}` does not match [a-z][a-z0-9_]{{0,62}}"))
}

fn ensure(holds: bool, place: &str, reason: impl Into<String>) -> Result<(), SchemaError> {
    if holds { Ok(()) } else { fault(place, reason) }
}

fn fault(place: &str, reason: impl Into<String>) -> Result<(), SchemaError> {
    Err(SchemaError { place: place.to_owned(), reason: reason.into() })
}
