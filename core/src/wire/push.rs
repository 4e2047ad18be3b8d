//! `POST /v1/push`: shipments and the answers of people, one reply line per item.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Entry;
use crate::value::RecordId;

/// What a shipment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Makes the record.
    Create,
    /// Changes fields.
    Patch,
    /// Puts the record away.
    Archive,
    /// Takes it up again.
    Reopen,
    /// Marks the work on it as finished and signed.
    Signoff,
}

/// The body of a push.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushRequest {
    /// The sending device.
    pub device: String,
    /// [`PushItem`]s, kept as the text in which they were sealed.
    #[serde(default)]
    pub items: Vec<Box<RawValue>>,
    /// Reviews that people closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
}

/// One item of a push: a shipment, or a group that is applied together or not at all.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PushItem {
    /// Several shipments, one server transaction.
    Group {
        /// Names the group within the request.
        group: Uuid,
        /// Its members, creates before what refers to them.
        shipments: Vec<Shipment>,
    },
    /// One shipment.
    One(Shipment),
}

/// An immutable message about one record. Its id is its idempotency key; its text never changes once it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// Idempotency key.
    pub id: Uuid,
    /// The record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The server's id, null as long as the phone does not know one.
    #[serde(default)]
    pub record: Option<String>,
    /// The device's id of the record.
    pub local_id: RecordId,
    /// What it does.
    pub kind: ChangeKind,
    /// The record version that the phone had, for the audit only.
    #[serde(default)]
    pub base_version: Option<String>,
    /// The fields it changes. References are server ids, or `{"local": id}` for a record created in the same group.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldChange>,
    /// The schema under which it was made.
    pub schema_version: i64,
    /// Who meant it.
    pub author: String,
    /// When the person meant it, corrected device time, milliseconds.
    pub made_at: i64,
    /// When it was sealed, corrected device time, milliseconds.
    pub first_sent_at: i64,
}

/// From what to what; absent is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The value that the person's edit started from.
    #[serde(default)]
    pub from: Json,
    /// The value that the person chose.
    #[serde(default)]
    pub to: Json,
}

/// One line of a push reply: about a shipment or about a resolution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushLine {
    /// The shipment that this line answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Uuid>,
    /// The resolution that this line acknowledges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Uuid>,
    /// The answer to a shipment.
    #[serde(flatten)]
    pub outcome: Option<Outcome>,
    /// The record as it is now, apart from the outcome, which may be an old one replayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Entry>,
}

/// The answer to one shipment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Stored for good.
    Applied {
        /// The server's counter at that commit.
        seq: i64,
        /// The server's id of the record.
        server_id: String,
        /// The stored value of each field that the server normalised.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        stored: BTreeMap<String, Json>,
    },
    /// This key was answered before; here is what was said then.
    Duplicate {
        /// The first outcome.
        first: Box<Outcome>,
    },
    /// Refused as a whole: these fields have other values than the shipment's `from`.
    Conflict {
        /// All of them.
        fields: Vec<FieldConflict>,
    },
    /// Refused as a whole: these fields are not acceptable.
    Rejected {
        /// All of them.
        errors: Vec<FieldError>,
    },
    /// The record is locked.
    Locked {
        /// By whom.
        by: String,
    },
    /// Somebody else owns the record.
    NotOwner {
        /// Who.
        owner: String,
    },
    /// The record is archived or deleted.
    Gone,
    /// This user may not do this.
    Forbidden,
    /// Another member of the group was refused.
    GroupRefused,
    /// The shipment's schema version is not taken any more.
    SchemaTooOld,
    /// Not now: try the same shipment again.
    Later {
        /// After so many seconds at the earliest.
        #[serde(default)]
        after_s: i64,
    },
    /// A record that this one refers to is not there yet: try the same shipment again.
    ParentMissing,
    /// The server stopped before this item: try the same shipment again.
    NotAttempted,
    /// The key is older than the server remembers: look it up before sending anything.
    Expired,
}

impl Outcome {
    /// Whether this answer settles the shipment. The others leave it open with the same key and body.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        !matches!(self, Self::Later { .. } | Self::ParentMissing | Self::NotAttempted | Self::Expired)
    }

    /// Whether the server takes no work of the shipment's schema version, now or when it was first asked.
    #[must_use]
    pub fn is_too_old(&self) -> bool {
        match self {
            Self::SchemaTooOld => true,
            Self::Duplicate { first } => first.is_too_old(),
            _ => false,
        }
    }
}

/// A field that somebody else changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// The field.
    pub field: String,
    /// Its value on the server.
    #[serde(default)]
    pub value: Json,
    /// Who put it there.
    #[serde(default)]
    pub by: String,
    /// When, server time, milliseconds.
    #[serde(default)]
    pub at_ms: i64,
}

/// A field that the server does not accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field; empty for the record as a whole.
    #[serde(default)]
    pub field: String,
    /// A sentence for people.
    pub message: String,
}

/// What a person decided about a review, for the server's audit trail. Idempotent by `id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// The review's id.
    pub id: Uuid,
    /// The server's id of the record, if it has one.
    #[serde(default)]
    pub record: Option<String>,
    /// The device's id of the record.
    pub local_id: RecordId,
    /// The field; empty for the record as a whole.
    #[serde(default)]
    pub field: String,
    /// Why it was a question.
    pub kind: String,
    /// `mine`, `theirs`, `merged` or `withdrawn`.
    pub choice: String,
    /// Value before both changes.
    #[serde(default)]
    pub base: Json,
    /// Value of this device.
    #[serde(default)]
    pub mine: Json,
    /// Value of the server.
    #[serde(default)]
    pub theirs: Json,
    /// Value that was chosen.
    #[serde(default)]
    pub chosen: Json,
    /// Who decided.
    pub by: String,
    /// When, corrected device time, milliseconds.
    pub at_ms: i64,
    /// The schema version whose policy asked.
    pub policy_version: i64,
}
