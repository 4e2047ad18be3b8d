//! The public errors: few variants, chosen by what the caller can do. Causes stay inside and come along as words.

use thiserror::Error;

use crate::ledger::{EditProblem, ItemProblem, ResolveProblem, StoreFailure};
use crate::schema::FieldProblem;
use crate::store::query::QueryProblem;
use crate::store::{StorageFault, StoreError};
use crate::value::{RecordId, ReviewId};

/// Why a store was not opened. Nothing in it was changed; a damaged file was moved aside.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "ffi", derive(uniffi::Error))]
pub enum OpenError {
    /// Another process or instance has it open. Close that one, or wait.
    #[error("the store is in use")]
    InUse,
    /// A newer version of the app wrote it. Install that version; nothing is lost meanwhile.
    #[error("the store was written by a newer version")]
    Newer,
    /// It belongs to another user. Open that user's own folder.
    #[error("the store belongs to {owner}")]
    WrongUser {
        /// Whose it is.
        owner: String,
    },
    /// The schema is older than the one the store was last used with. Use the newer one.
    #[error("the store was last used with schema version {stored}, this is version {given}")]
    SchemaOlder {
        /// Version in the store.
        stored: i64,
        /// Version given.
        given: i64,
    },
    /// No space. Free some and try again.
    #[error("the device is full")]
    Full,
    /// The files cannot be read now: a locked phone, missing rights. Try again later.
    #[error("the storage is not available: {words}")]
    Unavailable {
        /// For a support desk.
        words: String,
    },
    /// The file is damaged. It was moved to `kept_at`, with all that is in it; nothing was deleted, and the next `open`
    /// begins with an empty store that loads everything from the server again. Tell the person: work that was not sent is in
    /// that file. Where `kept_at` is none the file is no store at all, or is gone since it was suspended; then nothing was
    /// touched.
    #[error("the store cannot be read: {words}")]
    Damaged {
        /// For a support desk.
        words: String,
        /// Where the damaged file lies now.
        kept_at: Option<String>,
    },
    /// It was closed, and cannot be resumed. Open it again.
    #[error("closed")]
    Closed,
    /// The set-up is not usable: the folder, the user, the server's address, a certificate.
    #[error("the set-up is not usable: {words}")]
    SetUp {
        /// What is wrong.
        words: String,
    },
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        let words = error.to_string();
        match error {
            StoreError::InUse => Self::InUse,
            StoreError::Newer { .. } => Self::Newer,
            StoreError::WrongUser { owner } => Self::WrongUser { owner },
            StoreError::SchemaOlder { stored, given } => Self::SchemaOlder { stored, given },
            StoreError::Foreign | StoreError::Vanished => Self::Damaged { words, kept_at: None },
            StoreError::SetAside { place, .. } => {
                Self::Damaged { words, kept_at: Some(place.to_string_lossy().into_owned()) }
            }
            StoreError::NoFolder => Self::SetUp { words },
            StoreError::Closed => Self::Closed,
            other => match other.fault() {
                StorageFault::Full => Self::Full,
                StorageFault::Damaged => Self::Damaged { words, kept_at: None },
                StorageFault::Unavailable | StorageFault::Internal => Self::Unavailable { words },
            },
        }
    }
}

/// Why a call failed. Nothing was changed by it, and nothing that was kept before is lost.
#[derive(Clone, Debug, PartialEq, Error)]
#[cfg_attr(feature = "ffi", derive(uniffi::Error))]
pub enum KeepError {
    /// Values that are not fit. Show the problems beside their fields.
    #[error("{}", problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "))]
    Invalid {
        /// One per field.
        problems: Vec<FieldProblem>,
    },
    /// There is no such record, record type, field, review or waiting operation. Look again.
    #[error("{words}")]
    NotFound {
        /// What there is not.
        words: String,
    },
    /// The record takes no such edit: archived, about to be, gone, or of a type that is only added to. Or the operation is
    /// on its way to the server, and cannot be called back.
    #[error("{words}")]
    NotEditable {
        /// Why.
        words: String,
    },
    /// The seen stamp is missing, damaged, or of another record. Read the record again and show it.
    #[error("{words}")]
    BadStamp {
        /// Why.
        words: String,
    },
    /// The record was merged into another one. Go on with that one.
    #[error("record {id} was merged into {into}")]
    Merged {
        /// The record that was named.
        id: RecordId,
        /// The record that it is now.
        into: RecordId,
    },
    /// The form token was used for other edits. Make a new token for a new form.
    #[error("the form token was used for other edits")]
    FormTokenReused,
    /// The request itself is not usable: too many edits, too large, an id that is taken, a bad query, a sync wished from
    /// inside of a token provider.
    #[error("{words}")]
    BadRequest {
        /// Why.
        words: String,
    },
    /// The other side of the review has moved since it was shown. Show it again.
    #[error("the other value has changed since it was shown")]
    Moved {
        /// What to hand back after showing it.
        theirs_rev: i64,
    },
    /// The review has been answered already, or is no question any more.
    #[error("review {id} is closed")]
    ReviewClosed {
        /// The review.
        id: ReviewId,
    },
    /// What would be given up is not what the plan says any more. Make a new plan and show it.
    #[error("what would be given up has changed since the plan was made")]
    PlanChanged,
    /// The engine is suspended. Resume it first.
    #[error("suspended")]
    Suspended,
    /// It was closed. Open it again.
    #[error("closed")]
    Closed,
    /// No space on the device. Free some and try again.
    #[error("the device is full")]
    Full,
    /// The files cannot be read or written now. Try again later.
    #[error("the storage is not available: {words}")]
    Unavailable {
        /// For a support desk.
        words: String,
    },
    /// The file is damaged. Close, and open again: then all of it is looked at, and a damaged file is moved aside (see
    /// [`OpenError::Damaged`]).
    #[error("the store is damaged: {words}")]
    Damaged {
        /// For a support desk.
        words: String,
    },
    /// A defect of Fieldkeep.
    #[error("internal: {words}")]
    Internal {
        /// For a support desk.
        words: String,
    },
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        let words = error.to_string();
        match error {
            StoreError::Suspended => Self::Suspended,
            StoreError::Closed => Self::Closed,
            StoreError::FromInside | StoreError::FileExists => Self::BadRequest { words },
            other => match other.fault() {
                StorageFault::Full => Self::Full,
                StorageFault::Unavailable => Self::Unavailable { words },
                StorageFault::Damaged => Self::Damaged { words },
                StorageFault::Internal => Self::Internal { words },
            },
        }
    }
}

impl From<StoreFailure> for KeepError {
    fn from(failure: StoreFailure) -> Self {
        failure.0.into()
    }
}

impl From<EditProblem> for KeepError {
    fn from(problem: EditProblem) -> Self {
        let words = problem.to_string();
        match problem {
            EditProblem::Fields { problems, .. } => Self::Invalid { problems },
            EditProblem::UnknownType(_) | EditProblem::NotFound(_) => Self::NotFound { words },
            EditProblem::OtherType { .. }
            | EditProblem::RecordExists(_)
            | EditProblem::NoId(_)
            | EditProblem::EditCount
            | EditProblem::NotTogether(_)
            | EditProblem::TooLarge { .. }
            | EditProblem::RecordTooLarge { .. } => Self::BadRequest { words },
            EditProblem::Archived(_)
            | EditProblem::WillBeArchived(_)
            | EditProblem::Gone(_)
            | EditProblem::AppendOnly(_) => Self::NotEditable { words },
            EditProblem::StampMissing(_) | EditProblem::StampDamaged | EditProblem::StampOfOther(_) => {
                Self::BadStamp { words }
            }
            EditProblem::Merged { id, into } => Self::Merged { id, into },
            EditProblem::FormTokenReused => Self::FormTokenReused,
            EditProblem::Store(failure) => failure.into(),
        }
    }
}

impl From<ResolveProblem> for KeepError {
    fn from(problem: ResolveProblem) -> Self {
        let words = problem.to_string();
        match problem {
            ResolveProblem::NotFound(_) => Self::NotFound { words },
            ResolveProblem::Closed(id) => Self::ReviewClosed { id },
            ResolveProblem::Moved { theirs_rev } => Self::Moved { theirs_rev },
            ResolveProblem::Value(problem) => Self::Invalid { problems: vec![problem] },
            ResolveProblem::Store(failure) => failure.into(),
        }
    }
}

impl From<ItemProblem> for KeepError {
    fn from(problem: ItemProblem) -> Self {
        let words = problem.to_string();
        match problem {
            ItemProblem::NotFound(_) => Self::NotFound { words },
            ItemProblem::OnItsWay(_) => Self::NotEditable { words },
            ItemProblem::PlanChanged => Self::PlanChanged,
            ItemProblem::Store(failure) => failure.into(),
        }
    }
}

impl From<QueryProblem> for KeepError {
    fn from(problem: QueryProblem) -> Self {
        let words = problem.to_string();
        match problem {
            QueryProblem::UnknownType(_) | QueryProblem::UnknownField(_) => Self::NotFound { words },
            _ => Self::BadRequest { words },
        }
    }
}
