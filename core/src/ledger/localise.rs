//! From the server's values to this device's: references become local ids, values take their canonical form.

use serde_json::Value as Json;

use super::unit::Unit;
use crate::store::StoreResult;
use crate::store::records::{self, Life, RecordRow};
use crate::value::{Canonical, FieldKind, FieldMap, RecordId, canonical_of_json, is_plainly_canonical};

/// All values of an entry.
pub(super) fn localise(unit: &Unit<'_>, record_type: &str, values: &FieldMap) -> StoreResult<FieldMap> {
    let mut local = FieldMap::new();
    let known = unit.record_type(record_type);
    for (field, value) in values.iter() {
        let kind = known.and_then(|known| known.field(field)).map(|field| field.kind);
        if kind.is_some_and(|kind| is_plainly_canonical(kind, value)) {
            local.set(field, Some(value.clone()));
            continue;
        }
        local.set(field, localise_value(unit, record_type, field, &value.json())?);
    }
    Ok(local)
}

/// One value. What the schema does not know, or what does not fit its type, is kept as it came: a base must never lose
/// what the server has.
pub(super) fn localise_value(
    unit: &Unit<'_>,
    record_type: &str,
    field: &str,
    value: &Json,
) -> StoreResult<Option<Canonical>> {
    let Some(known) = unit.context.schema.field(record_type, field) else {
        return Ok(Canonical::of_undeclared(value));
    };
    match (known.kind, value, &known.target) {
        (FieldKind::Reference, Json::String(server_id), Some(target)) => {
            let id = local_id(unit, target, server_id)?;
            Ok(Canonical::of_undeclared(&Json::String(id.to_string())))
        }
        (kind, value, _) => Ok(canonical_of_json(kind, value).unwrap_or_else(|_| Canonical::of_undeclared(value))),
    }
}

/// The local id of a record that the server names. One that is not on this device yet becomes a shell: it can be referred
/// to, is in no list, and is filled by a later page.
fn local_id(unit: &Unit<'_>, record_type: &str, server_id: &str) -> StoreResult<RecordId> {
    if let Some(row) = records::by_server_id(unit.db, record_type, server_id)? {
        return Ok(row.id);
    }
    let row = blank(RecordId(unit.new_uuid()), record_type, Life::Shell, Some(server_id.to_owned()));
    let id = row.id;
    records::insert(unit.db, &row)?;
    Ok(id)
}

/// A record of which nothing is known yet.
pub(super) fn blank(id: RecordId, record_type: &str, life: Life, server_id: Option<String>) -> RecordRow {
    RecordRow {
        no: 0,
        id,
        record_type: record_type.to_owned(),
        server_id,
        view: FieldMap::new(),
        theirs: None,
        authors: None,
        version: None,
        server_seq: None,
        rev: 1,
        life,
        stale: false,
        bounces: 0,
        due: None,
        merged_into: None,
        synced_ms: None,
    }
}
