//! Work that waits while the app is updated (requirement F5): values whose field has another kind by now are read as that
//! kind where they can be. What cannot stays as it was made, and goes to a person when it would be sent.

use serde_json::json;

use super::facts::created_fields;
use super::unit::Unit;
use super::work::Work;
use crate::schedule::LaneReason;
use crate::schema::RecordType;
use crate::store::changes::{self, State};
use crate::store::lanes::{self, LaneRow};
use crate::store::{StoreError, StoreResult, meta};
use crate::value::{Canonical, FieldMap, canonical_of_json};

/// Converts what waits, once for each version of the schema.
pub(crate) fn adopt_schema(unit: &Unit<'_>) -> StoreResult<()> {
    let version = unit.context.schema.version;
    if meta::converted_to(unit.db)? == Some(version) {
        return Ok(());
    }
    for record in changes::live_records(unit.db)? {
        let mut work = match Work::load(unit, record) {
            // One record that cannot be read must not keep the app shut; it is met again where it is used.
            Err(StoreError::Unreadable(reason)) => {
                unit.journal(Some(record), "not_converted", &json!({"reason": reason}))?;
                continue;
            }
            work => work?,
        };
        if let Some(record_type) = unit.record_type(&work.row.record_type) {
            convert(&mut work, record_type, version);
        }
        work.save(unit)?;
    }
    // What the old version was refused for is no reason for this one to wait.
    if lanes::get(unit.db, lanes::FAST)?.reason == Some(LaneReason::AppTooOld) {
        lanes::set(unit.db, lanes::FAST, &LaneRow::default())?;
    }
    meta::set_converted_to(unit.db, version)
}

fn convert(work: &mut Work, record_type: &RecordType, version: i64) {
    let base: Vec<(String, Canonical)> =
        work.base.iter().map(|(field, value)| (field.to_owned(), value.clone())).collect();
    for (field, value) in base {
        work.base.set(&field, read_as(record_type, &field, Some(&value)));
    }
    let older = |state: State| matches!(state, State::Pending | State::Held);
    for change in work.changes.iter_mut().filter(|change| older(change.state) && change.schema_version < version) {
        if change.is_create() {
            let mut given = FieldMap::new();
            for (field, value) in created_fields(change).iter() {
                given.set(field, read_as(record_type, field, Some(value)));
            }
            change.to = Some(Canonical::from_stored(given.to_json()));
        } else if !change.field.is_empty() {
            change.to = read_as(record_type, &change.field, change.to.as_ref());
        }
    }
}

/// The value as the field's present kind; as it was where it cannot be read so.
fn read_as(record_type: &RecordType, field: &str, value: Option<&Canonical>) -> Option<Canonical> {
    let (Some(declared), Some(value)) = (record_type.field(field), value) else { return value.cloned() };
    canonical_of_json(declared.kind, &value.json()).unwrap_or_else(|_| Some(value.clone()))
}
