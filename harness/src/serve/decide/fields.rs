//! The fields of a shipment, read by the schema: what was sent, what it started from, and what will be stored.

use std::collections::BTreeMap;

use fieldkeep::schema::{Field, RecordType};
use fieldkeep::value::{Canonical, FieldKind, FieldMap, RecordId, canonical_of_json};
use fieldkeep::wire::{FieldChange, FieldError, MAX_RECORD_BYTES, Outcome, RecordLife, Shipment};
use rusqlite::Connection;
use serde_json::Value as Json;

use super::{Stop, Turn, rejected};
use crate::serve::error::ServeError;
use crate::serve::store::{self, Record};

/// One field that a shipment changes.
pub(super) struct ReadChange<'a> {
    pub(super) field: &'a Field,
    /// `None` when it cannot be read at all, and so equals nothing.
    pub(super) from: Option<Option<Canonical>>,
    pub(super) sent: Option<Canonical>,
    /// What this server makes of it.
    pub(super) stored: Option<Canonical>,
    /// It is read as another kind than it was sent as, by an app of another version: the same value looks otherwise here.
    reads_otherwise: bool,
}

/// Everything found wrong in one shipment, so that one answer names it all.
#[derive(Default)]
struct Faults {
    errors: Vec<FieldError>,
    parent_missing: bool,
    parent_gone: bool,
}

impl Turn<'_> {
    /// Reads all changed fields; with `whole`, required fields that are left out are errors too.
    pub(super) fn read_changes<'a>(
        &self,
        tx: &Connection,
        record_type: &'a RecordType,
        shipment: &Shipment,
        whole: bool,
    ) -> Result<Vec<ReadChange<'a>>, Stop> {
        let mut faults = Faults::default();
        let mut changes = Vec::with_capacity(shipment.fields.len());
        for (name, change) in &shipment.fields {
            match record_type.field(name) {
                Some(field) => changes.extend(self.read_change(tx, record_type, field, change, &mut faults)?),
                None => faults.add(name, format!("{} has no field {name}", record_type.label)),
            }
        }
        if whole {
            let left_out = record_type.fields.iter().filter(|field| !shipment.fields.contains_key(&field.name));
            for field in left_out.filter(|field| field.required) {
                faults.add(&field.name, format!("{} is required", field.label));
            }
        }
        faults.answer().map_or(Ok(changes), |outcome| Err(Stop::Answered(outcome)))
    }

    fn read_change<'a>(
        &self,
        tx: &Connection,
        record_type: &RecordType,
        field: &'a Field,
        change: &FieldChange,
        faults: &mut Faults,
    ) -> Result<Option<ReadChange<'a>>, ServeError> {
        let key = format!("{}.{}", record_type.name, field.name);
        if let Some(message) = self.rules.refused_fields.get(&key) {
            faults.add(&field.name, message.clone());
            return Ok(None);
        }
        let Some(sent) = read_to(tx, field, &change.to, faults)? else { return Ok(None) };
        let rule = self.rules.normalise.get(&key);
        let stored = rule.map_or_else(|| sent.clone(), |rule| rule.apply(field.kind, sent.clone()));
        if let Some(problem) = record_type.check_field(field, stored.as_ref()) {
            faults.add(&field.name, problem.message);
            return Ok(None);
        }
        let is_text = field.kind != FieldKind::Reference && change.to.is_string();
        let reads_otherwise = is_text && json_of(sent.as_ref()) != change.to;
        Ok(Some(ReadChange { field, from: read_from(tx, field, &change.from)?, sent, stored, reads_otherwise }))
    }
}

impl ReadChange<'_> {
    /// Whether the record's value lets this change through: it is where the person started, or already where it should
    /// end, as sent or as this server stores it.
    pub(super) fn fits(&self, current: Option<&Canonical>) -> bool {
        let current = current.cloned();
        self.from.as_ref() == Some(&current) || current == self.sent || current == self.stored
    }
}

/// A record that no line of a reply could carry would never be seen again.
pub(super) fn check_size(record_type: &RecordType, before: &FieldMap, changes: &[ReadChange<'_>]) -> Result<(), Stop> {
    let mut after = before.clone();
    for change in changes {
        after.set(&change.field.name, change.stored.clone());
    }
    if after.to_json().len() <= MAX_RECORD_BYTES {
        return Ok(());
    }
    let message = format!("{} would be too large: its values may have {MAX_RECORD_BYTES} bytes", record_type.label);
    Err(Stop::Answered(rejected(message)))
}

/// The stored value of each field that this server normalised.
pub(super) fn normalised(changes: &[ReadChange<'_>]) -> BTreeMap<String, Json> {
    let changed = changes.iter().filter(|change| change.stored != change.sent || change.reads_otherwise);
    changed.map(|change| (change.field.name.clone(), json_of(change.stored.as_ref()))).collect()
}

/// A value as JSON; null is explicit.
pub(super) fn json_of(value: Option<&Canonical>) -> Json {
    value.map_or(Json::Null, Canonical::json)
}

/// The record whose grants cover a record with these fields: the parent of an append-only type, else the first required
/// reference.
pub(super) fn parent_of(
    tx: &Connection,
    record_type: &RecordType,
    fields: &FieldMap,
) -> Result<Option<Record>, ServeError> {
    let required = || record_type.fields.iter().find(|field| field.kind == FieldKind::Reference && field.required);
    let name = record_type.append_only.as_deref().or_else(|| required().map(|field| field.name.as_str()));
    match name.and_then(|name| fields.get(name)).and_then(Canonical::text) {
        Some(server_id) => store::by_server_id(tx, &server_id),
        None => Ok(None),
    }
}

/// The new value; `None` when it is a fault.
#[allow(clippy::option_option, reason = "outer: readable or not; inner: null or not")]
fn read_to(
    tx: &Connection,
    field: &Field,
    json: &Json,
    faults: &mut Faults,
) -> Result<Option<Option<Canonical>>, ServeError> {
    if field.kind != FieldKind::Reference || json.is_null() {
        let read = canonical_of_json(field.kind, json);
        return Ok(read.map_err(|problem| faults.add(&field.name, format!("{} {problem}", field.label))).ok());
    }
    let Some(target) = referred(tx, json)? else {
        match json {
            Json::String(_) | Json::Object(_) => faults.parent_missing = true,
            _ => faults.add(&field.name, format!("{} is not a reference", field.label)),
        }
        return Ok(None);
    };
    if field.target.as_deref() != Some(target.record_type.as_str()) {
        faults.add(&field.name, format!("{} cannot point to {}", field.label, target.server_id));
        return Ok(None);
    }
    faults.parent_gone |= target.life == RecordLife::Gone;
    Ok(Some(reference(&target)))
}

/// The value that the person started from.
#[allow(clippy::option_option, reason = "outer: readable or not; inner: null or not")]
fn read_from(tx: &Connection, field: &Field, json: &Json) -> Result<Option<Option<Canonical>>, ServeError> {
    if field.kind != FieldKind::Reference || json.is_null() {
        return Ok(canonical_of_json(field.kind, json).ok());
    }
    Ok(referred(tx, json)?.map(|target| reference(&target)))
}

/// The record that a reference names: a server id, or `{"local": id}`.
fn referred(tx: &Connection, json: &Json) -> Result<Option<Record>, ServeError> {
    let local = || json.get("local").and_then(Json::as_str).and_then(|text| text.parse::<RecordId>().ok());
    match (json.as_str(), local()) {
        (Some(server_id), _) => store::by_server_id(tx, server_id),
        (None, Some(local_id)) => store::by_local_id(tx, local_id),
        (None, None) => Ok(None),
    }
}

fn reference(target: &Record) -> Option<Canonical> {
    Canonical::of_undeclared(&Json::String(target.server_id.clone()))
}

impl Faults {
    fn add(&mut self, field: &str, message: String) {
        self.errors.push(FieldError { field: field.to_owned(), message });
    }

    /// What a person can correct comes first; then what only time can.
    fn answer(self) -> Option<Outcome> {
        if !self.errors.is_empty() {
            return Some(Outcome::Rejected { errors: self.errors });
        }
        if self.parent_missing {
            return Some(Outcome::ParentMissing);
        }
        self.parent_gone.then_some(Outcome::Gone)
    }
}
