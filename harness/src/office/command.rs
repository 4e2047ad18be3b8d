//! What the office can be told.

use std::collections::BTreeMap;

use fieldkeep::value::RecordId;
use fieldkeep::wire::RecordQuestion;
use serde::Deserialize;
use serde_json::Value;

use crate::command_lines::Failure;

/// One command, `{"do": "...", ...}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Command {
    /// Change fields. `expect` says what the office saw, where that is not what the server has now.
    Set {
        #[serde(rename = "type")]
        record_type: String,
        #[serde(default)]
        id: Option<RecordId>,
        #[serde(default)]
        server_id: Option<String>,
        fields: BTreeMap<String, Value>,
        #[serde(default)]
        expect: BTreeMap<String, Value>,
    },
    /// Make a record.
    Create {
        #[serde(rename = "type")]
        record_type: String,
        fields: BTreeMap<String, Value>,
        #[serde(default)]
        id: Option<RecordId>,
    },
    /// Put a record away.
    Archive {
        #[serde(default)]
        id: Option<RecordId>,
        #[serde(default)]
        server_id: Option<String>,
    },
    /// Take a record up again.
    Reopen {
        #[serde(default)]
        id: Option<RecordId>,
        #[serde(default)]
        server_id: Option<String>,
    },
    /// Delete a record for good.
    Delete { server_id: String },
    /// Let a user see a record and all below it.
    Grant { user: String, server_id: String },
    /// Hide a record and all below it from a user.
    Revoke { user: String, server_id: String },
    /// A new version of a record without a change.
    Touch { server_id: String },
    /// Everything that the server has, or some of it.
    Dump {
        #[serde(default, rename = "type")]
        record_type: Option<String>,
        #[serde(default)]
        server_id: Option<String>,
    },
    /// Fill the server with the demo's working set, in batches.
    Load {
        work_orders: usize,
        #[serde(default)]
        seed: u64,
    },
    /// The virtual time from now on, milliseconds.
    Now { ms: i64 },
}

impl Command {
    /// Reads one command.
    pub(super) fn read(command: Value) -> Result<Self, Failure> {
        serde_json::from_value(command).map_err(|error| Failure::bad_input(error.to_string()))
    }
}

/// The record that a command names, by either id.
pub(super) fn question(id: Option<RecordId>, server_id: Option<String>) -> Result<RecordQuestion, Failure> {
    match (id, server_id) {
        (None, Some(server_id)) => Ok(RecordQuestion::ServerId(server_id)),
        (Some(id), None) => Ok(RecordQuestion::LocalId(id)),
        _ => Err(Failure::bad_input("name the record by `id` or by `server_id`")),
    }
}
