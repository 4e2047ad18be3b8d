//! What can go wrong with the store, with causes. The public face turns these into what a caller can do.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

/// A failure of the local store.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("the folder is in use by another process or instance")]
    InUse,
    #[error("the store has version {found}, this build knows {known}")]
    Newer { found: i64, known: i64 },
    #[error("the file is not a Fieldkeep store")]
    Foreign,
    #[error("the store belongs to user {owner}")]
    WrongUser { owner: String },
    #[error("the store was last used with schema version {stored}, this is version {given}")]
    SchemaOlder { stored: i64, given: i64 },
    #[error("there is a file where the folder should be")]
    NoFolder,
    #[error("the files of the store are not there any more")]
    Vanished,
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    #[error("{cause}; it lies at {}", place.display())]
    SetAside { place: PathBuf, cause: Box<StoreError> },
    #[error("there is such a file already")]
    FileExists,
    #[error("the store is suspended")]
    Suspended,
    #[error("the store is closed")]
    Closed,
    #[error("folder: {0}")]
    Folder(#[from] io::Error),
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("called from inside of a call that Fieldkeep made and waits for")]
    FromInside,
    #[error("a step of the engine failed by a defect; it goes on")]
    Panicked,
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
}

/// What a storage failure means for the person holding the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageFault {
    /// No space left.
    Full,
    /// The file cannot be read or written right now.
    Unavailable,
    /// The file is damaged.
    Damaged,
    /// Something else; a defect of ours.
    Internal,
}

impl StoreError {
    /// Whether the file itself is broken, as opposed to not being ours, or not being readable now.
    pub(crate) fn is_damage(&self) -> bool {
        self.fault() == StorageFault::Damaged
    }

    /// The same with the place to which the file was moved.
    pub(crate) fn with_place(self, place: PathBuf) -> Self {
        Self::SetAside { place, cause: Box::new(self) }
    }

    /// Sorts a failure by what it means.
    pub(crate) fn fault(&self) -> StorageFault {
        match self {
            Self::Folder(error) if error.kind() == io::ErrorKind::StorageFull => StorageFault::Full,
            Self::Folder(_) => StorageFault::Unavailable,
            Self::Corrupt(_) | Self::SetAside { .. } => StorageFault::Damaged,
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => match error.code {
                ErrorCode::DiskFull => StorageFault::Full,
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::AuthorizationForStatementDenied
                | ErrorCode::DatabaseBusy
                | ErrorCode::OperationInterrupted => StorageFault::Unavailable,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StorageFault::Damaged,
                _ => StorageFault::Internal,
            },
            _ => StorageFault::Internal,
        }
    }
}

/// Short form used throughout the store.
pub(crate) type StoreResult<T> = Result<T, StoreError>;
