//! Every value that a field has had on the server, and when: what "synced" may show.

use std::collections::HashMap;

use fieldkeep::state::SyncFact;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{Record, RecordStatus};
use serde_json::Value as Json;

use super::Verdict;
use super::intents::{End, Intents};
use crate::sim::marks::{Mark, mark_of};
use crate::sim::office::Audited;

/// Under this name goes whether a record is there.
pub(crate) const LIFE: &str = "(life)";

/// The server's past.
#[derive(Default)]
pub(crate) struct History {
    values: HashMap<(RecordId, String), Vec<(i64, Json)>>,
    /// Who wrote a value that carries a mark.
    writers: HashMap<(String, Mark), String>,
    away: bool,
}

impl History {
    /// Takes in a line of the book.
    pub(crate) fn note(&mut self, row: &Audited, now_ms: i64) {
        self.away |= matches!(row.kind.as_str(), "archive" | "delete");
        let Some(id) = row.local_id else { return };
        let (field, to) = match row.kind.as_str() {
            "field" => (row.field.clone(), row.to.clone().unwrap_or(Json::Null)),
            "create" | "archive" | "reopen" | "delete" => (LIFE.to_owned(), Json::String(row.kind.clone())),
            _ => return,
        };
        if let Some(mark) = mark_of(&field, &to) {
            self.writers.insert((field.clone(), mark), row.who.clone());
        }
        self.values.entry((id, field)).or_default().push((now_ms, to));
    }

    /// What the server has had in a field since then, oldest first.
    pub(crate) fn since(&self, id: RecordId, field: &str, since_ms: i64) -> Vec<&Json> {
        let Some(values) = self.values.get(&(id, field.to_owned())) else { return Vec::new() };
        let first = values.iter().rposition(|(at_ms, _)| *at_ms <= since_ms).unwrap_or(0);
        values[first..].iter().map(|(_, value)| value).collect()
    }

    /// Who wrote a value.
    pub(crate) fn who_wrote(&self, field: &str, mark: Mark) -> Option<&String> {
        self.writers.get(&(field.to_owned(), mark))
    }

    /// Whether any record was ever put away or deleted.
    pub(crate) fn was_ever_away(&self) -> bool {
        self.away
    }

    /// A screen never goes back: where nothing of a record waits on a phone, it shows what was stored of that phone's work last, or
    /// something newer.
    pub(crate) fn never_goes_back(&self, intents: &Intents, phone: usize, id: RecordId, record: &Record) -> Verdict {
        if record.status != RecordStatus::Open {
            return Ok(());
        }
        let landed = intents.of_record(id).filter(|(_, intent)| {
            let is_known = matches!(intent.end, End::Landed(_)) && !intent.landed_late;
            intent.phone == phone && intent.here == record.id && is_known
        });
        for (_, intent) in landed {
            let (Some(field), Some(mark)) = (intent.field(), intent.mark()) else { continue };
            let Some(values) = self.values.get(&(id, field.to_owned())) else { continue };
            let place = |mark: Mark| values.iter().rposition(|(_, value)| mark_of(field, value) == Some(mark));
            let shown = record.fields.get(field).map_or(Json::Null, Value::to_json);
            let there = match mark_of(field, &shown) {
                Some(mark) => place(mark),
                None => values.iter().rposition(|(_, value)| *value == shown),
            };
            if there < place(mark) {
                return Err(format!(
                    "lost: {field} of {id} shows {shown} again, which {:?} had replaced",
                    intent.meant
                ));
            }
        }
        Ok(())
    }

    /// What a record shows that is called synced is what the server had at some moment since `since_ms`.
    pub(crate) fn synced_is_true(&self, id: RecordId, record: &Record, since_ms: i64) -> Verdict {
        if !matches!(record.state.headline, SyncFact::Synced { .. }) || record.status != RecordStatus::Open {
            return Ok(());
        }
        for ((_, field), values) in self.values.iter().filter(|((of, name), _)| *of == id && name != LIFE) {
            if matches!(record.fields.get(field), Some(Value::Reference(_))) {
                continue;
            }
            let shown = record.fields.get(field).map_or(Json::Null, Value::to_json);
            // The value at that moment, and every later one.
            let first = values.iter().rposition(|(at_ms, _)| *at_ms <= since_ms).unwrap_or(0);
            let has_been_null = values.first().is_none_or(|(at_ms, _)| *at_ms > since_ms) && shown.is_null();
            if !has_been_null && !values[first..].iter().any(|(_, value)| *value == shown) {
                return Err(format!(
                    "says {:?}, but {field} of {id} is {shown} there, and on the server {:?}",
                    record.state.headline,
                    values.last()
                ));
            }
        }
        Ok(())
    }
}
