//! Whether a sentence is true at the moment it is read, from what this process can see with its own eyes: the phone's
//! outbox and reviews, the network as it set it, the server's database.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use super::DemoError;
use super::stage::Phone;

/// How far a time named to a person may be from the time when the phone acts, milliseconds.
const TIME_TOLERANCE_MS: i64 = 1_000;

/// Sentences read so far, and those that were not true.
#[derive(Default)]
pub(super) struct Truth {
    pub(super) read: usize,
    pub(super) false_words: Vec<String>,
    /// Items seen waiting in outboxes, each with a named reason.
    pub(super) waiting_seen: usize,
    pub(super) without_reason: Vec<String>,
}

/// What this process knows when the sentence is read.
pub(super) struct Moment<'a> {
    pub(super) server: &'a Connection,
    pub(super) online: bool,
    /// The network wants a log-in of its own.
    pub(super) portal: bool,
    pub(super) now_ms: i64,
}

impl Truth {
    /// Checks what a phone says of a record.
    pub(super) fn check(&mut self, phone: &mut Phone, record: &Value, moment: &Moment<'_>) -> Result<(), DemoError> {
        let id = record["id"].as_str().unwrap_or_default();
        let outbox = phone.ask(&json!({ "do": "outbox" }))?;
        let reviews = phone.ask(&json!({ "do": "reviews" }))?;
        let next_wake = phone.ask(&json!({ "do": "next_wake" }))?;
        let of_record = |list: &Value| -> Vec<Value> {
            let all = list.as_array().cloned().unwrap_or_default();
            all.into_iter().filter(|item| item["record"] == id).collect()
        };
        let waiting = of_record(&outbox["items"]);
        let asked = of_record(&reviews["reviews"]);
        self.note_reasons(&outbox["items"]);
        let headline = &record["state"]["headline"];
        let on_server = known_to(moment.server, id)?;
        let waits_for = |why: &str| waiting.iter().any(|item| item["why"]["why"] == why);
        let timely = || {
            let named_ms = headline["next_at_ms"].as_i64().unwrap_or_default() - moment.now_ms;
            let wakes_ms = next_wake["next_wake_ms"].as_i64().unwrap_or(i64::MAX);
            moment.online && (named_ms - wakes_ms).abs() <= TIME_TOLERANCE_MS
        };
        let holds = match headline["fact"].as_str().unwrap_or_default() {
            "synced" => on_server && waiting.is_empty() && asked.is_empty(),
            "saved" => !waiting.is_empty(),
            "offline" => !moment.online && !waiting.is_empty(),
            "behind" => waits_for("for_parent"),
            "failed" | "server_busy" | "next_sync" => !waiting.is_empty() && timely(),
            "portal" => moment.portal && !waiting.is_empty(),
            "needs_review" => asked.iter().any(|review| review["kind"] == "conflict"),
            "not_accepted" => asked.iter().any(|review| review["kind"] == "rejected"),
            _ => false,
        };
        self.read += 1;
        if !holds {
            let words = record["state"]["words"].as_str().unwrap_or_default();
            self.false_words.push(format!("{}: {words}", phone.name));
        }
        Ok(())
    }

    fn note_reasons(&mut self, items: &Value) {
        for item in items.as_array().into_iter().flatten() {
            self.waiting_seen += 1;
            if item["why"]["why"].as_str().is_none_or(str::is_empty) {
                self.without_reason.push(item["operation"].to_string());
            }
        }
    }
}

/// Whether the server has the record.
fn known_to(server: &Connection, local_id: &str) -> Result<bool, DemoError> {
    let mut statement = server.prepare_cached("SELECT 1 FROM records WHERE local_id=?1")?;
    Ok(statement.query_row([local_id], |_| Ok(())).optional()?.is_some())
}
