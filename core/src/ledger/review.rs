//! Reviews as people see them (requirements D3, D5).

use serde::{Deserialize, Serialize};

use super::body::on_the_wire;
use super::unit::Unit;
use super::work::Work;
use crate::schema::Schema;
use crate::store::changes::State;
use crate::store::reviews::{self, ReviewRow};
use crate::store::{StoreResult, records};
use crate::value::{Canonical, RecordId, ReviewId, Value, value_of};
use crate::wire::{FieldError, Resolution};

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// Both sides changed the field.
    Conflict,
    /// The server does not accept a value.
    Rejected,
    /// A rule changed since the edit was made.
    RuleChanged,
    /// The record was archived or deleted on the server.
    Gone,
    /// The record that this one belongs to is gone.
    ParentGone,
    /// This user may not do it, or does not see the record any more.
    Forbidden,
    /// It was sent long ago without an answer and the record has changed since: it may have arrived or not.
    Uncertain,
    /// The record is locked.
    Locked,
    /// Somebody else owns the record.
    NotOwner,
    /// It was to be sent together with something that was given up: "mine" sends it without.
    GroupParted,
}

impl ReviewKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Rejected => "rejected",
            Self::RuleChanged => "rule_changed",
            Self::Gone => "gone",
            Self::ParentGone => "parent_gone",
            Self::Forbidden => "forbidden",
            Self::Uncertain => "uncertain",
            Self::Locked => "locked",
            Self::NotOwner => "not_owner",
            Self::GroupParted => "group_parted",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "rejected" => Self::Rejected,
            "rule_changed" => Self::RuleChanged,
            "gone" => Self::Gone,
            "parent_gone" => Self::ParentGone,
            "forbidden" => Self::Forbidden,
            "uncertain" => Self::Uncertain,
            "locked" => Self::Locked,
            "not_owner" => Self::NotOwner,
            "group_parted" => Self::GroupParted,
            _ => Self::Conflict,
        }
    }
}

/// Bytes of the answers that go into one push (64 KiB), a single larger one aside: they carry four values each, and the
/// edits beside them need room.
const MAX_RESOLUTION_BYTES: usize = 64 * 1024;

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Review {
    /// Its id, for [`crate::Fieldkeep::resolve`].
    pub id: ReviewId,
    /// The record.
    pub record: RecordId,
    /// The record's type.
    pub record_type: String,
    /// The field; empty when the record as a whole is concerned.
    pub field: String,
    /// The field's name for people; the record type's when the record as a whole is concerned.
    pub label: String,
    /// Why it is asked.
    pub kind: ReviewKind,
    /// The value before both changes.
    pub base: Value,
    /// The value chosen here.
    pub mine: Value,
    /// The value on the server.
    pub theirs: Value,
    /// Who put it there, as far as it is known.
    pub theirs_by: Option<String>,
    /// When, milliseconds since 1970 UTC.
    pub theirs_at_ms: Option<i64>,
    /// Hand this back with the answer: it says which `theirs` the person saw.
    pub theirs_rev: i64,
    /// What the server said, in words for people.
    pub messages: Vec<String>,
    /// Since when it is open, milliseconds since 1970 UTC.
    pub opened_ms: i64,
    /// Whether two values can be merged into a third one.
    pub can_merge: bool,
}

/// All open reviews, oldest first.
pub(crate) fn open_reviews(unit: &Unit<'_>) -> StoreResult<Vec<Review>> {
    let mut list = Vec::new();
    for row in reviews::open(unit.db)? {
        let work = Work::load(unit, row.record)?;
        list.push(describe(&unit.context.schema, &work, &row));
    }
    Ok(list)
}

fn describe(schema: &Schema, work: &Work, row: &ReviewRow) -> Review {
    let kind = ReviewKind::parse(&row.kind);
    let field = schema.field(&work.row.record_type, &row.field);
    let shown = |value: Option<&Canonical>| match (value, field) {
        (Some(value), Some(field)) => value_of(field.kind, value),
        (Some(value), None) => Value::Unknown(value.as_str().to_owned()),
        (None, _) => Value::Null,
    };
    let mine = mine_of(work, row);
    Review {
        id: row.id,
        record: work.row.id,
        record_type: work.row.record_type.clone(),
        label: label_of(schema, &work.row.record_type, &row.field),
        field: row.field.clone(),
        kind,
        base: shown(row.base.as_ref()),
        mine: shown(mine.as_ref()),
        theirs: shown(row.theirs.as_ref()),
        theirs_by: row.theirs_by.clone(),
        theirs_at_ms: row.theirs_at_ms,
        theirs_rev: row.theirs_rev,
        messages: messages_of(row.detail.as_deref()),
        opened_ms: row.opened_ms,
        can_merge: field.is_some(),
    }
}

/// The field's name for people, or that of the record's type when the record as a whole is concerned.
fn label_of(schema: &Schema, record_type: &str, field: &str) -> String {
    match (field, schema.record_type(record_type)) {
        ("", Some(known)) => known.label.clone(),
        _ => schema.label(record_type, field),
    }
}

/// "Mine" of an open review is its last held change of the field; of a record-level one, nothing single.
pub(super) fn mine_of(work: &Work, row: &ReviewRow) -> Option<Canonical> {
    if row.field.is_empty() {
        return None;
    }
    let held = work.live_on(&row.field).rfind(|change| change.state == State::Held);
    held.and_then(|change| change.to.clone())
}

/// The server's words in a review's detail.
pub(crate) fn messages_of(detail: Option<&str>) -> Vec<String> {
    let errors: Vec<FieldError> = detail.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    errors.into_iter().map(|error| error.message).collect()
}

/// The server's words for a sentence: each says which field it means, where it does not do so by itself.
pub(crate) fn words_of(schema: &Schema, record_type: &str, detail: Option<&str>) -> String {
    let errors: Vec<FieldError> = detail.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let words = |FieldError { field, message }: FieldError| {
        let label = schema.label(record_type, &field);
        let named = message.to_lowercase().contains(&label.to_lowercase());
        if field.is_empty() || named { message } else { format!("{label}: {message}") }
    };
    errors.into_iter().map(words).collect::<Vec<_>>().join("; ")
}

/// The name in a review's detail: who locked or owns the record.
pub(crate) fn name_in(detail: Option<&str>) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(detail?).ok()?;
    Some(json.get("by")?.as_str()?.to_owned())
}

/// Answers of people that the server does not have yet, as they go over the wire (requirement D6).
pub(crate) fn unreported_resolutions(unit: &Unit<'_>, limit: usize) -> StoreResult<Vec<Resolution>> {
    let mut list = Vec::new();
    let mut bytes = 0;
    for row in reviews::unreported(unit.db, limit)? {
        let Some(record) = records::by_no(unit.db, row.record)? else { continue };
        let work = Work::of(unit, record)?;
        let wire = |value: Option<&Canonical>| on_the_wire(unit, &work, &row.field, value);
        let resolution = Resolution {
            id: row.id.0,
            record: work.row.server_id.clone(),
            local_id: work.row.id,
            field: row.field.clone(),
            kind: row.kind.clone(),
            choice: row.choice.clone().unwrap_or_default(),
            base: wire(row.base.as_ref())?,
            mine: wire(row.mine.as_ref())?,
            theirs: wire(row.theirs.as_ref())?,
            chosen: wire(row.chosen.as_ref())?,
            by: row.closed_by.clone().unwrap_or_default(),
            at_ms: row.closed_ms.unwrap_or(unit.now_ms),
            policy_version: row.policy_version,
        };
        bytes += serde_json::to_vec(&resolution).map_or(0, |text| text.len());
        if bytes > MAX_RESOLUTION_BYTES && !list.is_empty() {
            break;
        }
        list.push(resolution);
    }
    Ok(list)
}
