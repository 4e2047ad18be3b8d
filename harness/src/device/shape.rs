//! From the core's types to JSON and back.

use std::collections::HashMap;

use fieldkeep::schema::{RecordType, Schema};
use fieldkeep::state::{ReaderLocale, SyncState, sentence, sentences};
use fieldkeep::value::{FieldKind, Value, value_of_json};
use fieldkeep::{CommitOptions, Comparison, Edit, Filter, KeepError, Query, Record, SeenStamp, Sort, Update};
use serde_json::{Map, Value as Json, json};

use super::command::{Commit, EditLine, Find};
use crate::command_lines::Failure;

/// Records of a page unless the command says more.
const PAGE: u32 = 20;

/// A state with its words.
pub(super) fn state(state: &SyncState, now_ms: i64, locale: &ReaderLocale) -> Json {
    let words = sentence(state, now_ms, locale);
    let mut json = serialize(state);
    json["words"] = json!(words.text);
    json["changes_at_ms"] = json!(words.changes_at_ms);
    let all: Vec<String> = sentences(state, now_ms, locale).into_iter().map(|sentence| sentence.text).collect();
    json["all_words"] = json!(all);
    json
}

/// A record with its state's words.
pub(super) fn record(record: &Record, now_ms: i64, locale: &ReaderLocale) -> Json {
    let mut json = serialize(record);
    json["state"] = state(&record.state, now_ms, locale);
    json
}

/// A page of records.
pub(super) fn page(page: &fieldkeep::RecordPage, now_ms: i64, locale: &ReaderLocale) -> Json {
    let records: Vec<Json> = page.records.iter().map(|one| record(one, now_ms, locale)).collect();
    json!({ "records": records, "next": page.next })
}

/// A value handed to a subscriber.
pub(super) fn update(update: &Update, now_ms: i64, locale: &ReaderLocale) -> Json {
    match update {
        Update::Record { record: one } => json!({ "record": one.as_ref().map(|one| record(one, now_ms, locale)) }),
        Update::Records { page: list } => page(list, now_ms, locale),
        Update::State { state: one } => json!({ "state": one.as_ref().map(|one| state(one, now_ms, locale)) }),
        Update::Outbox { items } => json!({ "items": items }),
        Update::Reviews { reviews } => json!({ "reviews": reviews }),
    }
}

/// Any of the core's own shapes.
pub(super) fn serialize(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}

/// Edits as the core takes them.
pub(super) fn edits(schema: &Schema, commit: &Commit) -> Vec<Edit> {
    commit.edits.iter().map(|line| edit(schema, line)).collect()
}

/// How they are kept.
pub(super) fn options(commit: &Commit) -> CommitOptions {
    CommitOptions { form_token: commit.form_token, together: commit.together, draft: commit.draft.clone() }
}

fn edit(schema: &Schema, line: &EditLine) -> Edit {
    let seen = |stamp: &Option<String>| stamp.clone().map(SeenStamp);
    match line {
        EditLine::Create { record_type, id, fields } => Edit::Create {
            record_type: record_type.clone(),
            id: *id,
            fields: values(schema.record_type(record_type), fields),
        },
        EditLine::Patch { record_type, id, seen: stamp, fields } => Edit::Patch {
            record_type: record_type.clone(),
            id: *id,
            seen: seen(stamp),
            fields: values(schema.record_type(record_type), fields),
        },
        EditLine::Archive { id, seen: stamp } => Edit::Archive { id: *id, seen: seen(stamp) },
        EditLine::Reopen { id, seen: stamp } => Edit::Reopen { id: *id, seen: seen(stamp) },
        EditLine::Signoff { id, seen: stamp } => Edit::Signoff { id: *id, seen: seen(stamp) },
    }
}

/// Values by their declared types; what has none is handed on for the core to refuse.
fn values(record_type: Option<&RecordType>, fields: &Map<String, Json>) -> HashMap<String, Value> {
    let kind = |field: &str| record_type.and_then(|known| known.field(field)).map(|known| known.kind);
    fields.iter().map(|(field, json)| (field.clone(), value(kind(field), json))).collect()
}

/// One value.
pub(super) fn value(kind: Option<FieldKind>, json: &Json) -> Value {
    kind.map_or_else(|| Value::Unknown(json.to_string()), |kind| value_of_json(kind, json))
}

/// A query as the core takes it.
pub(super) fn query(schema: &Schema, find: &Find) -> Result<Query, Failure> {
    let mut filters = Vec::new();
    for (field, tests) in &find.filters {
        let kind = schema.field(&find.record_type, field).map(|known| known.kind);
        for (name, operand) in tests {
            filters.push(Filter { field: field.clone(), test: test(kind, name, operand)? });
        }
    }
    Ok(Query {
        record_type: find.record_type.clone(),
        filters,
        sort: find.sort.clone().map(|field| Sort { field, descending: find.descending }),
        limit: find.limit.unwrap_or(PAGE),
        after: find.after.clone(),
        search: find.search.clone(),
    })
}

fn test(kind: Option<FieldKind>, name: &str, operand: &Json) -> Result<Comparison, Failure> {
    let one = || value(kind, operand);
    match (name, operand) {
        ("equal", _) => Ok(Comparison::Equal(one())),
        ("one_of", Json::Array(list)) => Ok(Comparison::OneOf(list.iter().map(|item| value(kind, item)).collect())),
        ("below", _) => Ok(Comparison::Below(one())),
        ("at_most", _) => Ok(Comparison::AtMost(one())),
        ("above", _) => Ok(Comparison::Above(one())),
        ("at_least", _) => Ok(Comparison::AtLeast(one())),
        ("empty", Json::Bool(true)) => Ok(Comparison::Empty),
        ("empty", Json::Bool(false)) => Ok(Comparison::NotEmpty),
        _ => Err(Failure::bad_input(format!("no test {name} with {operand}"))),
    }
}

/// How a refused call is told.
pub(super) fn failure(error: &KeepError) -> Failure {
    let kind = match error {
        KeepError::Invalid { .. } => "invalid",
        KeepError::NotFound { .. } => "not_found",
        KeepError::NotEditable { .. } => "not_editable",
        KeepError::BadStamp { .. } => "bad_stamp",
        KeepError::Merged { .. } => "merged",
        KeepError::FormTokenReused => "form_token_reused",
        KeepError::BadRequest { .. } => "bad_request",
        KeepError::Moved { .. } => "moved",
        KeepError::ReviewClosed { .. } => "review_closed",
        KeepError::PlanChanged => "plan_changed",
        KeepError::Suspended => "suspended",
        KeepError::Closed => "closed",
        KeepError::Full => "full",
        KeepError::Unavailable { .. } => "unavailable",
        KeepError::Damaged { .. } => "damaged",
        KeepError::Internal { .. } => "internal",
    };
    let failure = Failure::new(kind, error.to_string());
    match error {
        KeepError::Invalid { problems } => {
            let problems: Vec<Json> =
                problems.iter().map(|problem| json!({ "field": problem.field, "message": problem.message })).collect();
            failure.with("problems", json!(problems))
        }
        KeepError::Moved { theirs_rev } => failure.with("theirs_rev", json!(theirs_rev)),
        KeepError::Merged { into, .. } => failure.with("into", json!(into)),
        _ => failure,
    }
}
