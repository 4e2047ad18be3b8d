//! The cursor of a pull: opaque to the phone, bound to its user and the schema.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fieldkeep::wire::MAX_ID_BYTES;
use serde::{Deserialize, Serialize};

use crate::serve::limits::TOMBSTONE_MS;
use crate::serve::problem::Problem;

/// Where a user's pull stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    #[serde(rename = "u")]
    pub(super) user: String,
    /// Schema version; another one has other records and fields to tell.
    #[serde(rename = "v")]
    pub(super) schema_version: i64,
    /// The last `seq` when page 1 was asked for.
    #[serde(rename = "h")]
    pub(super) high: i64,
    /// The `seq` of the last entry sent.
    #[serde(rename = "p")]
    pub(super) position: i64,
    /// When it was given out, milliseconds.
    #[serde(rename = "t")]
    pub(super) at_ms: i64,
    /// Within a first pull, which does not tell of what is gone.
    #[serde(rename = "f", default)]
    pub(super) fresh: bool,
}

impl Cursor {
    /// As it travels.
    pub(super) fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads a cursor of this user.
    pub(super) fn read(text: &str, user: &str) -> Result<Self, Problem> {
        let unreadable =
            || Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "this cursor was not made for this user");
        if text.len() > MAX_ID_BYTES {
            return Err(unreadable());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
        if cursor.user == user { Ok(cursor) } else { Err(unreadable()) }
    }

    /// Whether what happened since can still be told. Tombstones live so long; a cursor ahead of the counter comes from
    /// a database that was put back.
    pub(super) fn check(&self, schema_version: i64, last_seq: i64, now_ms: i64) -> Result<(), Problem> {
        let too_old = now_ms.saturating_sub(self.at_ms) > TOMBSTONE_MS;
        if too_old || self.schema_version != schema_version || self.high > last_seq || self.position > self.high {
            let detail = "this cursor cannot be continued; pull everything again";
            return Err(Problem::new(StatusCode::GONE, "cursor_expired", detail));
        }
        Ok(())
    }
}
