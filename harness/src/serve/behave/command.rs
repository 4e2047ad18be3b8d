//! What an admin may tell the server to do: `POST /admin/behave`.

use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};

use super::rules::{NormaliseRule, RecordRefusal};

/// One command, `{"do": "...", ...}`. Behaviour lives in memory: a restart forgets it. Data (delete, touch, grant,
/// revoke, sees_all, tokens) is kept.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Store another value than was sent, for `type.field`; null ends it.
    Normalise { field: String, rule: Option<NormaliseRule> },
    /// Refuse what touches `type.field` with this message; null ends it.
    RefuseField { field: String, message: Option<String> },
    /// Refuse work on a record; null ends it.
    RefuseRecord {
        server_id: String,
        #[serde(rename = "as")]
        refusal: Option<RecordRefusal>,
    },
    /// Answer 429 to the next `times` requests, or until that time.
    RateLimit {
        #[serde(default)]
        times: u32,
        #[serde(default)]
        until_ms: Option<i64>,
        #[serde(default = "default_after_s")]
        after_s: i64,
        #[serde(default)]
        retry_after: RetryAfter,
    },
    /// Answer the next `times` requests with this status.
    Fail {
        #[serde(deserialize_with = "status")]
        status: StatusCode,
        #[serde(default = "once")]
        times: u32,
        /// Only requests of this path.
        #[serde(default)]
        path: Option<String>,
    },
    /// Answer single items of pushes without deciding them, after letting `skip` items pass.
    Answer {
        outcome: OpenOutcome,
        #[serde(default = "once")]
        times: u32,
        #[serde(default)]
        skip: u32,
        #[serde(default)]
        after_s: i64,
    },
    /// Spoil the next `times` replies of this path.
    Tamper {
        path: TamperPath,
        how: Tamper,
        #[serde(default = "once")]
        times: u32,
    },
    /// Change what hello announces and the server then enforces; what is left out stays.
    Limits {
        #[serde(default)]
        batch_items: Option<usize>,
        #[serde(default)]
        batch_bytes: Option<usize>,
        #[serde(default)]
        page_entries: Option<usize>,
        #[serde(default)]
        key_lifetime_s: Option<i64>,
        #[serde(default)]
        schema_new_from: Option<i64>,
        #[serde(default)]
        schema_pending_from: Option<i64>,
    },
    /// Whether a repeated shipment is answered as it was the first time, with the record as it was then, as servers do that
    /// keep whole answers with their keys.
    KeepAnswers { value: bool },
    /// Back to a well-behaved server.
    Reset {},
    /// Forget all idempotency keys now.
    ForgetKeys {},
    /// End a user's token: 401 until it is renewed.
    ExpireToken { user: String },
    /// Give a user a new token; the reply and `tokens.json` hold it.
    RenewToken { user: String },
    /// Whether a user sees the records that no grant speaks of.
    SeesAll { user: String, value: bool },
    /// Let a user see a record and all below it.
    Grant { user: String, server_id: String },
    /// Hide a record and all below it from a user.
    Revoke { user: String, server_id: String },
    /// Delete a record for good.
    Delete { server_id: String },
    /// A new version of a record without a change of any value.
    Touch { server_id: String },
}

/// How 429 says when to come back.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RetryAfter {
    #[default]
    Seconds,
    HttpDate,
    None,
}

/// Answers that leave a shipment open.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OpenOutcome {
    Later,
    NotAttempted,
    ParentMissing,
    Expired,
}

/// Whose replies are spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TamperPath {
    Push,
    Pull,
}

/// How a reply is spoilt: `"html"`, or `{"drop_lines": 2}`. The request itself is worked on as always.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tamper {
    /// 200 with a login page, as captive portals do.
    Html,
    /// Bytes that are no text.
    NotUtf8,
    /// More than a phone takes.
    TooLarge,
    /// JSON nested deeper than a phone reads.
    TooDeep,
    /// Each record carries another record's local id.
    WrongRecord,
    /// Each record carries another record's server id.
    TakenServerId,
    /// No line carries a record.
    NoRecord,
    /// Each `seq` is 1.
    SeqBack,
    /// Only so many lines, with a proper end of the body.
    DropLines(usize),
}

fn once() -> u32 {
    1
}

fn default_after_s() -> i64 {
    30
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusCode, D::Error> {
    StatusCode::from_u16(u16::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
