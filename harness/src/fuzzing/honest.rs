//! The server behind the lies: it takes what comes and remembers it, in memory, so that ten thousand inputs take seconds.

use std::collections::BTreeMap;

use fieldkeep::remote::HttpResponse;
use fieldkeep::value::{Canonical, RecordId};
use fieldkeep::wire::{
    AppliedShipment, ChangeKind, Entry, Hello, Limits, LookupRequest, Outcome, PageEnd, PullLine, PushLine,
    PushRequest, RecordAnswer, RecordLife, RecordQuestion, SchemaWindow, Shipment, ShipmentAnswer,
};
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::reply::good;

/// Seconds for which this server remembers what became of a shipment: longer than any input takes, so that nothing is in
/// doubt unless an input says so.
const KEY_LIFETIME_S: i64 = 90 * 86_400;

/// What it does with a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    /// Takes all of it.
    #[default]
    Takes,
    /// Not now: everything stays on its way.
    Later,
    /// Too old to be known: everything has to be looked up.
    Expired,
}

/// Its records and what it has taken.
pub(super) struct Honest {
    pub(super) mood: Mood,
    user: &'static str,
    seq: i64,
    records: BTreeMap<String, Entry>,
    applied: BTreeMap<Uuid, (i64, String)>,
}

impl Honest {
    pub(super) fn new(user: &'static str) -> Self {
        Self { mood: Mood::Takes, user, seq: 0, records: BTreeMap::new(), applied: BTreeMap::new() }
    }

    /// A record that was there before.
    pub(super) fn add(&mut self, record_type: &str, server_id: &str, id: RecordId, values: &Json) {
        let values: BTreeMap<String, Json> = serde_json::from_value(values.clone()).unwrap();
        self.seq += 1;
        let entry = Entry {
            server_id: server_id.to_owned(),
            local_id: Some(id),
            record_type: record_type.to_owned(),
            seq: self.seq,
            version: Some("1".to_owned()),
            life: RecordLife::Alive,
            values: values
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), Canonical::of_undeclared(value)?)))
                .collect(),
            who: "office".to_owned(),
            at_ms: 1_767_225_600_000,
            changed: BTreeMap::new(),
            by: Vec::new(),
        };
        self.records.insert(server_id.to_owned(), entry);
    }

    /// Whether it has taken that shipment.
    pub(super) fn has(&self, shipment: Uuid) -> bool {
        self.applied.contains_key(&shipment)
    }

    /// Whether one of its records has this text as a value.
    pub(super) fn has_value(&self, text: &str) -> bool {
        let quoted = Json::from(text).to_string();
        self.records.values().any(|entry| entry.values.iter().any(|(_, value)| value.as_str() == quoted))
    }

    pub(super) fn hello(&self, now_ms: i64) -> HttpResponse {
        let hello = Hello {
            user: self.user.to_owned(),
            server_time_ms: now_ms,
            schema: SchemaWindow { current: 1, new_from: 1, pending_from: 1 },
            key_lifetime_s: KEY_LIFETIME_S,
            limits: Limits { batch_items: 100, batch_bytes: 256 * 1024, page_entries: 500 },
        };
        good("/v1/hello", json!(hello).to_string())
    }

    /// All that changed since.
    pub(super) fn pull(&self, cursor: Option<&str>) -> HttpResponse {
        let since = cursor.and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut news: Vec<&Entry> = self.records.values().filter(|entry| entry.seq > since).collect();
        news.sort_by_key(|entry| entry.seq);
        let mut lines: Vec<PullLine> =
            news.into_iter().map(|entry| PullLine::Record(Box::new(entry.clone()))).collect();
        lines.push(PullLine::End { page: PageEnd { cursor: self.seq.to_string(), more: false } });
        good("/v1/pull", lines_of(&lines))
    }

    pub(super) fn push(&mut self, push: &PushRequest, shipments: &[Shipment]) -> HttpResponse {
        let mut lines: Vec<PushLine> = shipments.iter().map(|shipment| self.decide(shipment)).collect();
        let told = |id| PushLine { shipment: None, resolution: Some(id), outcome: None, record: None };
        lines.extend(push.resolutions.iter().map(|resolution| told(resolution.id)));
        good("/v1/push", lines_of(&lines))
    }

    fn decide(&mut self, sent: &Shipment) -> PushLine {
        let (outcome, record) = match self.mood {
            Mood::Later => (Outcome::Later { after_s: 3_600 }, None),
            Mood::Expired => (Outcome::Expired, None),
            Mood::Takes => self.take(sent),
        };
        PushLine { shipment: Some(sent.id), resolution: None, outcome: Some(outcome), record }
    }

    fn take(&mut self, sent: &Shipment) -> (Outcome, Option<Entry>) {
        if let Some((seq, server_id)) = self.applied.get(&sent.id) {
            let first = Outcome::Applied { seq: *seq, server_id: server_id.clone(), stored: BTreeMap::new() };
            return (Outcome::Duplicate { first: Box::new(first) }, self.records.get(server_id).cloned());
        }
        let known =
            |entry: &&Entry| sent.record.as_ref() == Some(&entry.server_id) || entry.local_id == Some(sent.local_id);
        let found = self.records.values().find(known).map(|entry| entry.server_id.clone());
        let server_id = match (found, sent.kind) {
            (Some(found), _) => found,
            (None, ChangeKind::Create) => format!("NEW-{}", sent.local_id),
            // A lie has told the phone of a record that there is not.
            (None, _) => return (Outcome::Gone, None),
        };
        if !self.records.contains_key(&server_id) {
            self.add(&sent.record_type, &server_id, sent.local_id, &json!({}));
        }
        self.seq += 1;
        let Some(entry) = self.records.get_mut(&server_id) else { return (Outcome::Gone, None) };
        for (field, change) in &sent.fields {
            entry.values.set(field, Canonical::of_undeclared(&change.to));
        }
        match sent.kind {
            ChangeKind::Archive => entry.life = RecordLife::Archived,
            ChangeKind::Reopen => entry.life = RecordLife::Alive,
            _ => {}
        }
        entry.seq = self.seq;
        entry.version = Some(self.seq.to_string());
        entry.by.push(AppliedShipment { shipment: sent.id, seq: self.seq, stored: BTreeMap::new() });
        let entry = entry.clone();
        self.applied.insert(sent.id, (self.seq, server_id.clone()));
        (Outcome::Applied { seq: self.seq, server_id, stored: BTreeMap::new() }, Some(entry))
    }

    pub(super) fn look_up(&self, asked: &LookupRequest) -> HttpResponse {
        let shipment = |&shipment: &Uuid| match self.applied.get(&shipment) {
            Some((seq, _)) => json!(ShipmentAnswer::Applied { shipment, seq: *seq, stored: BTreeMap::new() }),
            None => json!(ShipmentAnswer::Unknown { shipment }),
        };
        let record = |question: &RecordQuestion| {
            let known = |entry: &&Entry| match question {
                RecordQuestion::LocalId(id) => entry.local_id == Some(*id),
                RecordQuestion::ServerId(id) => entry.server_id == *id,
            };
            let record = self.records.values().find(known).cloned();
            json!(RecordAnswer { question: question.clone(), record })
        };
        let lines: Vec<Json> = asked.shipments.iter().map(shipment).chain(asked.records.iter().map(record)).collect();
        good("/v1/lookup", lines_of(&lines))
    }
}

fn lines_of(lines: &[impl Serialize]) -> String {
    lines.iter().map(|line| format!("{}\n", json!(line))).collect()
}
