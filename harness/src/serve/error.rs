//! Why the server cannot go on.

use std::path::PathBuf;

use fieldkeep::schema::SchemaError;
use thiserror::Error;

/// Why the server did not start, or could not answer.
#[derive(Debug, Error)]
pub enum ServeError {
    /// A file or folder cannot be used.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
    /// The schema file is not valid.
    #[error("the schema is not valid")]
    Schema(#[from] SchemaError),
    /// Stored JSON does not read back.
    #[error("stored JSON does not read back")]
    Stored(#[from] serde_json::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The runtime or the listener stopped.
    #[error("the server stopped")]
    Stopped(#[source] std::io::Error),
    /// The thread that works on the database ended early.
    #[error("the thread that decides ended early")]
    Worker(#[from] tokio::task::JoinError),
    /// The working set does not fit the server's schema.
    #[error("the working set cannot be made: {0}")]
    Fill(String),
    /// Something does not exist; says what.
    #[error("there is no {0}")]
    Unknown(String),
}
