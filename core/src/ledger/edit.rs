//! What an app asks to be kept, and why it may be refused.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::stamp::SeenStamp;
use crate::schema::FieldProblem;
use crate::store::StoreError;
use crate::value::{FormToken, RecordId, Value};
use crate::wire::MAX_RECORD_BYTES;

/// Edits of one commit: a form and what hangs on it.
pub(crate) const MAX_EDITS: usize = 100;
/// Bytes of all new values of one commit (512 KiB): with the values before them and the envelope they still fit one
/// request of 1 MiB.
pub(crate) const MAX_COMMIT_BYTES: usize = 512 * 1024;
/// Bytes of what is saved of a half-filled form (1 MiB).
pub(crate) const MAX_DRAFT_BYTES: usize = 1024 * 1024;

/// One thing that a person meant.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Edit {
    /// Make a record.
    Create {
        /// Its type.
        record_type: String,
        /// Its id, where the app wants to refer to it in the same commit; else one is made.
        id: Option<RecordId>,
        /// Its values.
        fields: HashMap<String, Value>,
    },
    /// Change fields.
    Patch {
        /// The type that the app takes it for.
        record_type: String,
        /// The record.
        id: RecordId,
        /// What the person saw.
        seen: Option<SeenStamp>,
        /// The new values. A field whose value is the one that was seen is no edit, unless another edit on this device has
        /// changed it since: then it is taken back.
        fields: HashMap<String, Value>,
    },
    /// Put it away. Goes alone, after everything earlier of the record.
    Archive {
        /// The record.
        id: RecordId,
        /// What the person saw.
        seen: Option<SeenStamp>,
    },
    /// Take it up again. Goes alone, after everything earlier of the record.
    Reopen {
        /// The record.
        id: RecordId,
        /// What the person saw.
        seen: Option<SeenStamp>,
    },
    /// Mark the work on it as finished and signed. Goes alone, after everything earlier of the record.
    Signoff {
        /// The record.
        id: RecordId,
        /// What the person saw.
        seen: Option<SeenStamp>,
    },
}

impl Edit {
    /// The record, where it has an id already.
    pub(super) fn record(&self) -> Option<RecordId> {
        match self {
            Self::Create { id, .. } => *id,
            Self::Patch { id, .. } | Self::Archive { id, .. } | Self::Reopen { id, .. } | Self::Signoff { id, .. } => {
                Some(*id)
            }
        }
    }

    /// Whether it goes alone, after everything earlier of the record.
    pub(super) fn goes_alone(&self) -> bool {
        matches!(self, Self::Archive { .. } | Self::Reopen { .. } | Self::Signoff { .. })
    }
}

/// How edits are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct CommitOptions {
    /// The form that is saved: a second tap with the same token is the same operation (requirement A6).
    pub form_token: Option<FormToken>,
    /// On the server all edits are applied together or none is. On the device they always are.
    pub together: bool,
    /// The draft of this form is removed in the same transaction.
    pub draft: Option<String>,
}

/// What was kept. It is durable when you hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Receipt {
    /// The operations, one per edit that changed something.
    pub operations: Vec<i64>,
    /// The record of each edit, in the order of the edits.
    pub records: Vec<RecordId>,
    /// The form token was known: this is the receipt of the first time, nothing was written.
    #[serde(skip)]
    pub repeated: bool,
}

/// Why a commit is refused. Nothing was written.
#[derive(Debug, Error)]
pub enum EditProblem {
    /// Fields that are not fit; all of them.
    #[error("{}", problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "))]
    Fields {
        /// The record type.
        record_type: String,
        /// One per field.
        problems: Vec<FieldProblem>,
    },
    /// No such record type.
    #[error("there is no record type {0}")]
    UnknownType(String),
    /// No such record on this device.
    #[error("there is no record {0} on this device")]
    NotFound(RecordId),
    /// The record is of another type.
    #[error("record {id} is a {actual}, not a {expected}")]
    OtherType {
        /// The record.
        id: RecordId,
        /// The type that was named.
        expected: String,
        /// The type that it has.
        actual: String,
    },
    /// A record with that id exists.
    #[error("a record {0} exists already")]
    RecordExists(RecordId),
    /// The id of a record to be created, or the form token, is none.
    #[error("the {0} is no UUID")]
    NoId(&'static str),
    /// The record is archived.
    #[error("record {0} is archived; reopen it first")]
    Archived(RecordId),
    /// The record will be archived as soon as what is earlier has been sent.
    #[error("record {0} will be archived and takes no more edits")]
    WillBeArchived(RecordId),
    /// The record is deleted or out of this user's sight.
    #[error("record {0} is gone")]
    Gone(RecordId),
    /// Records of this type are added and archived, never changed.
    #[error("a {0} cannot be changed once it is saved; add another one")]
    AppendOnly(String),
    /// The edit does not say what the person saw.
    #[error("an edit of record {0} without a seen stamp")]
    StampMissing(RecordId),
    /// The stamp cannot be read.
    #[error("the seen stamp is damaged")]
    StampDamaged,
    /// The stamp belongs to another record.
    #[error("the seen stamp belongs to record {0}")]
    StampOfOther(RecordId),
    /// The record was merged into another one.
    #[error("record {id} was merged into {into}")]
    Merged {
        /// The record.
        id: RecordId,
        /// The record that it is now.
        into: RecordId,
    },
    /// The form token was used for other edits.
    #[error("the form token was used for other edits")]
    FormTokenReused,
    /// Nothing to keep, or more than a commit takes.
    #[error("a commit has 1 to {MAX_EDITS} edits")]
    EditCount,
    /// An archive, reopen or sign-off is a message of its own, so a group with other edits of the record could never go.
    #[error("record {0} cannot be archived, reopened or signed off together with other edits of it")]
    NotTogether(RecordId),
    /// More than one request can carry.
    #[error("the edits have {bytes} bytes, at most {MAX_COMMIT_BYTES} fit one commit")]
    TooLarge {
        /// Bytes of the new values.
        bytes: usize,
    },
    /// More than one record may hold.
    #[error("the record would have {bytes} bytes, it may have {MAX_RECORD_BYTES}")]
    RecordTooLarge {
        /// Bytes of its values.
        bytes: usize,
    },
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreFailure),
}

/// An internal failure behind a public error; turned into what a caller can do at the public face.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct StoreFailure(pub(crate) StoreError);

impl From<StoreError> for EditProblem {
    fn from(error: StoreError) -> Self {
        Self::Store(StoreFailure(error))
    }
}
