//! `GET /v1/hello`: opens every session.

use serde::{Deserialize, Serialize};

/// Who the server takes us for, what time it has, and what it accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The user that the token names. The phone refuses to send when it is not its own (pitfall P16).
    pub user: String,
    /// Server time, milliseconds since 1970 UTC.
    pub server_time_ms: i64,
    /// Schema versions the server understands.
    pub schema: SchemaWindow,
    /// How long the server remembers the outcome of a shipment, in seconds. An unanswered shipment older than that is
    /// looked up, never resent blindly (pitfall P5).
    pub key_lifetime_s: i64,
    /// What one request may hold.
    pub limits: Limits,
}

/// Which schema versions are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaWindow {
    /// The server's own version.
    pub current: i64,
    /// Oldest version from which new work is taken.
    pub new_from: i64,
    /// Oldest version from which work that was waiting is still taken.
    pub pending_from: i64,
}

/// Limits of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Items in one push.
    pub batch_items: usize,
    /// Bytes of one push body before compression.
    pub batch_bytes: usize,
    /// Entries of one pull page.
    pub page_entries: usize,
}
