//! The verbs of a device.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fieldkeep::DiscardPlan;
use fieldkeep::schedule::{Battery, NetworkKind};
use fieldkeep::value::{FormToken, RecordId, ReviewId};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::command_lines::Failure;

/// One command line.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Command {
    Get {
        id: Option<RecordId>,
        #[serde(rename = "type")]
        record_type: Option<String>,
        server_id: Option<String>,
    },
    Find(Find),
    Watch(Watch),
    Unwatch {
        watch: u64,
    },
    SaveDraft {
        form: String,
        id: Option<RecordId>,
        seen: Option<String>,
        fields: Json,
    },
    Draft {
        form: String,
    },
    DiscardDraft {
        form: String,
    },
    NewFormToken {},
    NewRecordId {},
    Commit(Commit),
    State {
        id: Option<RecordId>,
    },
    Outbox {},
    Pause {
        operation: i64,
    },
    Unpause {
        operation: i64,
    },
    DiscardPlan {
        operation: i64,
    },
    Discard {
        plan: DiscardPlan,
    },
    Reviews {},
    Resolve {
        review: ReviewId,
        theirs_rev: i64,
        choice: Choice,
        value: Option<Json>,
    },
    History {
        id: RecordId,
    },
    SyncNow {
        id: Option<RecordId>,
    },
    RunUntil {
        within_ms: i64,
    },
    Run {},
    NextWake {},
    Export {
        to: PathBuf,
    },
    DamagedFiles {},
    Conditions {
        network: NetworkKind,
        battery: Option<Battery>,
    },
    Token {
        token: Option<String>,
    },
    NextToken {
        token: String,
    },
    Now {},
    Advance {
        ms: i64,
    },
    ClockSkew {
        ms: i64,
    },
    Reboot {},
    Suspend {
        within_ms: Option<i64>,
    },
    Resume {},
    Close {},
}

/// A list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Find {
    #[serde(rename = "type")]
    pub(super) record_type: String,
    /// Field to tests: `{"status": {"equal": "assigned"}, "due": {"below": "2026-03-05"}}`.
    #[serde(default, rename = "where")]
    pub(super) filters: BTreeMap<String, Map<String, Json>>,
    pub(super) sort: Option<String>,
    #[serde(default)]
    pub(super) descending: bool,
    pub(super) limit: Option<u32>,
    pub(super) after: Option<String>,
    /// Words that must stand in searchable fields.
    pub(super) search: Option<String>,
}

/// What to watch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watch {
    pub(super) target: Target,
    pub(super) id: Option<RecordId>,
    pub(super) find: Option<Find>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    Record,
    List,
    State,
    Outbox,
    Reviews,
}

/// Edits to keep.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Commit {
    pub(super) edits: Vec<EditLine>,
    pub(super) form_token: Option<FormToken>,
    #[serde(default)]
    pub(super) together: bool,
    pub(super) draft: Option<String>,
}

/// One edit.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum EditLine {
    Create {
        #[serde(rename = "type")]
        record_type: String,
        id: Option<RecordId>,
        fields: Map<String, Json>,
    },
    Patch {
        #[serde(rename = "type")]
        record_type: String,
        id: RecordId,
        seen: Option<String>,
        fields: Map<String, Json>,
    },
    Archive {
        id: RecordId,
        seen: Option<String>,
    },
    Reopen {
        id: RecordId,
        seen: Option<String>,
    },
    Signoff {
        id: RecordId,
        seen: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Choice {
    Mine,
    Theirs,
    Merged,
}

impl Command {
    pub(super) fn read(json: Json) -> Result<Self, Failure> {
        serde_json::from_value(json).map_err(|error| Failure::bad_input(error.to_string()))
    }
}
