//! Work that waits while the app is updated (requirement F5): values whose field has another kind by now are read as that
//! kind where they can be. What cannot stays as it was made, and goes to a person when it would be sent.

use serde_json::json;

use super::facts::created_fields;
use super::unit::Unit;
use super::work::Work;
use crate::mutants::{self, Mutant};
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
    for review in work.reviews.iter_mut().filter(|review| !review.field.is_empty()) {
        review.base = read_as(record_type, &review.field, review.base.as_ref());
        review.theirs = read_as(record_type, &review.field, review.theirs.as_ref());
    }
    convert_values(record_type, &mut work.base);
    let older = |state: State| matches!(state, State::Pending | State::Held);
    for change in work.changes.iter_mut().filter(|change| older(change.state) && change.schema_version < version) {
        if change.is_create() {
            let mut given = created_fields(change);
            convert_values(record_type, &mut given);
            change.to = Some(Canonical::from_stored(given.to_json()));
        } else if !change.field.is_empty() {
            change.to = read_as(record_type, &change.field, change.to.as_ref());
            if !mutants::is(Mutant::SeenNotConverted) {
                change.seen = read_as(record_type, &change.field, change.seen.as_ref());
            }
        }
    }
}

/// Values that were stored before an upgrade, as the fields' present kinds.
pub(super) fn convert_values(record_type: &RecordType, values: &mut FieldMap) {
    let before: Vec<(String, Canonical)> =
        values.iter().map(|(field, value)| (field.to_owned(), value.clone())).collect();
    for (field, value) in before {
        values.set(&field, read_as(record_type, &field, Some(&value)));
    }
}

/// A value of settled work, which is left as it was stored, as the field's present kind.
pub(super) fn as_now(unit: &Unit<'_>, record_type: &str, field: &str, value: Option<Canonical>) -> Option<Canonical> {
    match unit.record_type(record_type) {
        Some(record_type) => read_as(record_type, field, value.as_ref()),
        None => value,
    }
}

/// The value as the field's present kind; as it was where it cannot be read so.
fn read_as(record_type: &RecordType, field: &str, value: Option<&Canonical>) -> Option<Canonical> {
    let (Some(declared), Some(value)) = (record_type.field(field), value) else { return value.cloned() };
    canonical_of_json(declared.kind, &value.json()).unwrap_or_else(|_| Some(value.clone()))
}
