//! The text of a shipment, written once at sealing and sent byte for byte the same ever after (requirement A4).

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::unit::Unit;
use super::work::{Work, reference};
use crate::store::{StoreError, StoreResult, records};
use crate::value::{Canonical, FieldKind};
use crate::wire::{ChangeKind, FieldChange, Shipment};

/// A field with the value before and after.
pub(super) struct Folded {
    pub(super) field: String,
    pub(super) from: Option<Canonical>,
    pub(super) to: Option<Canonical>,
}

/// What a shipment says, before it is text.
pub(super) struct Message {
    pub(super) key: Uuid,
    pub(super) kind: ChangeKind,
    pub(super) fields: Vec<Folded>,
    pub(super) author: String,
    pub(super) made_ms: i64,
    pub(super) schema_version: i64,
}

/// Writes the body.
pub(super) fn write(unit: &Unit<'_>, work: &Work, message: &Message) -> StoreResult<String> {
    let mut fields = BTreeMap::new();
    for folded in &message.fields {
        let change = FieldChange {
            from: on_the_wire(unit, work, &folded.field, folded.from.as_ref())?,
            to: on_the_wire(unit, work, &folded.field, folded.to.as_ref())?,
        };
        fields.insert(folded.field.clone(), change);
    }
    let shipment = Shipment {
        id: message.key,
        record_type: work.row.record_type.clone(),
        record: work.row.server_id.clone(),
        local_id: work.row.id,
        kind: message.kind,
        base_version: work.row.version.clone(),
        fields,
        schema_version: message.schema_version,
        author: message.author.clone(),
        made_at: message.made_ms,
        first_sent_at: unit.now_ms,
    };
    serde_json::to_string(&shipment).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// A value as the server knows it: references become server ids, or name a record that travels in the same group.
pub(super) fn on_the_wire(unit: &Unit<'_>, work: &Work, field: &str, value: Option<&Canonical>) -> StoreResult<Json> {
    let Some(value) = value else { return Ok(Json::Null) };
    let kind = unit.context.schema.field(&work.row.record_type, field).map(|known| known.kind);
    let (Some(FieldKind::Reference), Some(id)) = (kind, reference(value)) else { return Ok(value.json()) };
    match records::no_of(unit.db, id)? {
        Some((_, Some(server_id))) => Ok(Json::String(server_id)),
        _ => Ok(json!({"local": id})),
    }
}
