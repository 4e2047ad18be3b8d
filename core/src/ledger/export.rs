//! What was not sent, as a file for people and support desks (requirement B9): a JSON line for each operation, with everything
//! that was typed. It reads; it neither sends nor removes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value as Json;

use super::facts::created_fields;
use super::outbox::{LaneView, WhyWaiting, waiting_of};
use super::record::name_of_row as name_of;
use super::unit::Unit;
use super::work::Work;
use crate::store::changes::{self, Change, State};
use crate::store::{StoreError, StoreResult};
use crate::value::{Canonical, RecordId};
use crate::wire::ChangeKind;

/// The first line.
#[derive(Serialize)]
struct Head<'a> {
    format: &'static str,
    user: &'a str,
    device: &'a str,
    at_ms: i64,
    schema_version: i64,
}

/// One operation.
#[derive(Serialize)]
struct Exported {
    operation: i64,
    record: RecordId,
    server_id: Option<String>,
    record_type: String,
    record_label: String,
    kind: ChangeKind,
    author: String,
    made_ms: i64,
    /// It went out at least once; the server may have it.
    sent: bool,
    why: Option<WhyWaiting>,
    fields: Vec<ExportedField>,
}

/// One field of it.
#[derive(Serialize)]
struct ExportedField {
    field: String,
    label: String,
    from: Option<Json>,
    to: Option<Json>,
}

/// The format's name, with its version.
const FORMAT: &str = "fieldkeep-unsent-1";

/// Writes everything that waits to `out`, one record at a time; says how many operations there were.
pub(crate) fn export_unsent(unit: &Unit<'_>, lane: LaneView, out: &mut dyn Write) -> StoreResult<u64> {
    let context = unit.context;
    let head = Head {
        format: FORMAT,
        user: &context.user,
        device: &context.device,
        at_ms: unit.now_ms,
        schema_version: context.schema.version,
    };
    line(out, &head)?;
    let mut count = 0;
    for record in changes::live_records(unit.db)? {
        for operation in operations_of(unit, record, lane)? {
            line(out, &operation)?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}

fn operations_of(unit: &Unit<'_>, record: i64, lane: LaneView) -> StoreResult<Vec<Exported>> {
    let work = Work::load(unit, record)?;
    let waiting = waiting_of(unit, record, lane)?;
    let mut operations: Vec<Exported> = Vec::new();
    for change in work.live() {
        if operations.last().is_none_or(|last| last.operation != change.op) {
            operations.push(Exported {
                operation: change.op,
                record: work.row.id,
                server_id: work.row.server_id.clone(),
                record_type: work.row.record_type.clone(),
                record_label: name_of(unit, &work.row),
                kind: change.kind,
                author: change.author.clone(),
                made_ms: change.made_ms,
                sent: false,
                why: waiting.iter().find(|waiting| waiting.operation == change.op).map(|found| found.why.clone()),
                fields: Vec::new(),
            });
        }
        if let Some(operation) = operations.last_mut() {
            operation.sent |= change.state == State::Sealed;
            operation.fields.extend(fields_of(unit, &work.row.record_type, change));
        }
    }
    Ok(operations)
}

fn fields_of(unit: &Unit<'_>, record_type: &str, change: &Change) -> Vec<ExportedField> {
    let field = |name: &str, from: Option<&Canonical>, to: Option<&Canonical>| ExportedField {
        field: name.to_owned(),
        label: unit.context.schema.label(record_type, name),
        from: from.map(Canonical::json),
        to: to.map(Canonical::json),
    };
    if change.is_create() {
        return created_fields(change).iter().map(|(name, value)| field(name, None, Some(value))).collect();
    }
    if change.field.is_empty() {
        return Vec::new();
    }
    vec![field(&change.field, change.from.as_ref(), change.to.as_ref())]
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> StoreResult<()> {
    serde_json::to_writer(&mut *out, value).map_err(|error| StoreError::Folder(io::Error::from(error)))?;
    Ok(out.write_all(b"\n")?)
}
