//! What people do on the stage, each act told, written down as an intent, and its words checked.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value, json};

use super::DemoError;
use super::intents::{IntentKind, Intents};
use super::narrator::Narrator;
use super::stage::{Phone, Stage};
use super::truth::{Moment, Truth};

/// The day as it is played.
pub(super) struct Day<'a> {
    pub(super) stage: Stage,
    pub(super) narrator: &'a Narrator,
    pub(super) intents: Intents,
    pub(super) truth: Truth,
    server: Connection,
}

impl<'a> Day<'a> {
    pub(super) fn begin(narrator: &'a Narrator, stage: Stage) -> Result<Self, DemoError> {
        let server = Connection::open_with_flags(stage.server_database(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self { stage, narrator, intents: Intents::default(), truth: Truth::default(), server })
    }

    pub(super) fn server(&self) -> &Connection {
        &self.server
    }

    /// Something happens.
    pub(super) fn tell(&self, who: &str, what: &str) {
        self.narrator.event(&self.stage.time(), who, what);
    }

    /// A person looks at a record on a phone and reads its sentence, which is checked.
    pub(super) fn read(&mut self, phone: &mut Phone, id: &str, about: &str, online: bool) -> Result<String, DemoError> {
        let record = self.open(phone, id)?;
        let state = &record["state"];
        let words = state["words"].as_str().unwrap_or_default().to_owned();
        let severity = state["severity"].as_str().unwrap_or_default();
        self.narrator.words(&self.stage.time(), phone.name, about, &words, severity);
        let moment =
            Moment { server: &self.server, online, portal: self.stage.shows_portal(), now_ms: self.stage.now_ms() };
        self.truth.check(phone, &record, &moment)?;
        Ok(words)
    }

    /// The record as a phone shows it.
    pub(super) fn open(&self, phone: &mut Phone, id: &str) -> Result<Value, DemoError> {
        let record = phone.ask(&json!({ "do": "get", "id": id }))?["record"].take();
        if record.is_null() {
            return Err(DemoError::Script(format!("record {id} is not on {}'s phone", phone.name)));
        }
        Ok(record)
    }

    /// A person saves a new record; `taps` times on the same button.
    pub(super) fn create(
        &mut self,
        phone: &mut Phone,
        who: &'static str,
        record_type: &str,
        fields: &Value,
        taps: usize,
    ) -> Result<String, DemoError> {
        let token = phone.ask(&json!({ "do": "new_form_token" }))?["form_token"].take();
        let edit = json!({ "kind": "create", "type": record_type, "fields": fields });
        let commit = json!({ "do": "commit", "edits": [edit], "form_token": token });
        let first = phone.ask(&commit)?;
        for _ in 1..taps {
            let again = phone.ask(&commit)?;
            if again["records"] != first["records"] || again["repeated"] != Value::Bool(true) {
                return Err(DemoError::Script("a second tap made a second record".to_owned()));
            }
        }
        let id = first["records"][0].as_str().unwrap_or_default().to_owned();
        self.intents.add(who, &id, IntentKind::Create(values(fields)));
        Ok(id)
    }

    /// A person changes fields of a record as it was shown.
    pub(super) fn set(
        &mut self,
        phone: &mut Phone,
        who: &'static str,
        shown: &Value,
        fields: &Value,
    ) -> Result<(), DemoError> {
        let id = shown["id"].as_str().unwrap_or_default();
        let edit = json!({
            "kind": "patch", "type": shown["record_type"], "id": id, "seen": shown["seen"], "fields": fields,
        });
        phone.ask(&json!({ "do": "commit", "edits": [edit] }))?;
        for (field, to) in values(fields) {
            let seen = shown["fields"].get(&field).cloned().unwrap_or(Value::Null);
            self.intents.add(who, id, IntentKind::Set { field, seen, to });
        }
        Ok(())
    }

    /// A person signs off or reopens a record as it was shown.
    pub(super) fn barrier(
        &mut self,
        phone: &mut Phone,
        who: &'static str,
        shown: &Value,
        kind: &'static str,
    ) -> Result<(), DemoError> {
        let id = shown["id"].as_str().unwrap_or_default();
        let edit = json!({ "kind": kind, "id": id, "seen": shown["seen"] });
        phone.ask(&json!({ "do": "commit", "edits": [edit] }))?;
        self.intents.add(who, id, IntentKind::Barrier(kind));
        Ok(())
    }

    /// The office changes fields of a record, having seen what the server has.
    pub(super) fn office_sets(&mut self, record: &str, record_type: &str, fields: &Value) -> Result<(), DemoError> {
        let answer = self.stage.office.ask(&json!({ "do": "dump", "type": record_type }))?;
        let all = answer["records"].as_array().cloned().unwrap_or_default();
        let before = all.into_iter().find(|known| known["local_id"] == record).unwrap_or(Value::Null);
        let command = json!({ "do": "set", "type": record_type, "id": record, "fields": fields });
        let line = self.stage.office.ask(&command)?;
        if line["outcome"] != "applied" {
            return Err(DemoError::Script(format!("the office was answered {}", line["outcome"])));
        }
        for (field, to) in values(fields) {
            let seen = before["values"].get(&field).cloned().unwrap_or(Value::Null);
            self.intents.add("office", record, IntentKind::Set { field, seen, to });
        }
        Ok(())
    }

    /// A phone's engine runs every step that is due.
    pub(super) fn run(&mut self, phone: &mut Phone) -> Result<Option<i64>, DemoError> {
        Ok(phone.ask(&json!({ "do": "run" }))?["next_wake_ms"].as_i64())
    }

    /// The host tells a phone what its network is like.
    pub(super) fn network(&mut self, phone: &mut Phone, network: &str) -> Result<(), DemoError> {
        phone.ask(&json!({ "do": "conditions", "network": network }))?;
        Ok(())
    }

    /// Everything that still waits on a phone.
    pub(super) fn waiting(&self, phone: &mut Phone) -> Result<Vec<String>, DemoError> {
        let outbox = phone.ask(&json!({ "do": "outbox" }))?;
        let items = outbox["items"].as_array().cloned().unwrap_or_default();
        Ok(items.iter().map(|item| format!("{}: {} {}", phone.name, item["kind"], item["why"]["why"])).collect())
    }
}

fn values(fields: &Value) -> BTreeMap<String, Value> {
    let none = Map::new();
    fields.as_object().unwrap_or(&none).iter().map(|(field, value)| (field.clone(), value.clone())).collect()
}
