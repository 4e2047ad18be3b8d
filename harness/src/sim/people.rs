//! What people do with their phones.

use std::collections::HashMap;
use std::sync::Arc;

use fieldkeep::value::{RecordId, Value};
use fieldkeep::wire::ChangeKind;
use fieldkeep::{CommitOptions, Edit, Fieldkeep, KeepError, Query, Record, RecordStatus};
use serde_json::Value as Json;

use super::marks::type_in;
use super::oracle::{self, Meant, Verdict};
use super::phone::{Form, Tap, Wanted};
use super::plan::Habit;
use super::world::World;

/// An edit, and what a person means by it, with what the person saw.
pub(crate) type Meaning = (Edit, Vec<(RecordId, Meant, Json)>);

impl World {
    /// Somebody does something with a phone.
    pub(crate) fn habit(&mut self, phone: usize, habit: Habit) -> Verdict {
        self.cover.count("habit", &format!("{habit:?}"));
        match habit {
            Habit::CloseApp => return self.close_app(phone),
            Habit::Suspend => return self.suspend(phone),
            Habit::SignIn => return self.sign_in(phone),
            _ => {}
        }
        let Some(keep) = self.with_app(phone)? else { return Ok(()) };
        match habit {
            Habit::OpenForm => self.open_form(phone, &keep).map(|_| ()),
            Habit::Save | Habit::SaveAtOnce | Habit::DoubleTap | Habit::SaveClearing => self.save(phone, &keep, habit),
            Habit::TapAgain => self.tap_again(phone, &keep),
            Habit::SaveTogether => self.save_together(phone, &keep),
            Habit::CreateJob | Habit::CreateWithNote | Habit::CreateTogether => self.create_job(phone, &keep, habit),
            Habit::AddNote => self.add_note(phone, &keep),
            Habit::Archive | Habit::Reopen | Habit::SignOff => self.barrier(phone, &keep, habit),
            Habit::GiveUpAndRecreate | Habit::Discard | Habit::Pause | Habit::Unpause => {
                self.with_outbox(phone, &keep, habit)
            }
            Habit::LookAtReviews | Habit::AnswerMine | Habit::AnswerTheirs | Habit::AnswerMerged => {
                self.answer(phone, &keep, habit)
            }
            Habit::SyncNow => self.want(phone, Wanted::Sync, 1),
            Habit::Rage => self.want(phone, Wanted::Sync, 5),
            Habit::BackgroundSlice => {
                let within_ms = self.rng.i64(200..30_000);
                self.schedule(within_ms + 1, super::world::Event::Wake { phone });
                self.want(phone, Wanted::Slice(within_ms), 1)
            }
            Habit::SaveDraft => self.save_draft(phone, &keep),
            Habit::ReadWords | Habit::OpenApp | Habit::Resume => self.look(phone),
            Habit::CloseApp | Habit::Suspend | Habit::SignIn => Ok(()),
        }
    }

    fn want(&mut self, phone: usize, wanted: Wanted, times: usize) -> Verdict {
        self.say_of(phone, &format!("wants {wanted:?}"));
        if let Some(app) = &mut self.phones[phone].app {
            app.wanted.extend(std::iter::repeat_n(wanted, times));
        }
        self.pump(phone)
    }

    /// A record that the person can see in a list.
    pub(crate) fn pick(&mut self, keep: &Fieldkeep, record_type: &str) -> Option<Record> {
        let query = Query { limit: 40, ..Query::all(record_type) };
        let records = keep.find(&query).ok()?.records;
        if records.is_empty() {
            return None;
        }
        // People work on what is on top.
        let among = if self.rng.u32(0..3) > 0 { records.len().min(3) } else { records.len() };
        let no = self.rng.usize(0..among);
        records.into_iter().nth(no)
    }

    fn open_form(&mut self, phone: usize, keep: &Fieldkeep) -> Result<Option<Form>, String> {
        let record_type = if self.rng.u32(0..5) == 0 { "customer" } else { "work_order" };
        let Some(record) = self.pick(keep, record_type) else { return Ok(None) };
        self.say_of(phone, &format!("opens {record_type} {}", name_of(&record)));
        let form = form_of(keep, record);
        self.phones[phone].screen.form = Some(form.clone());
        Ok(Some(form))
    }

    fn save(&mut self, phone: usize, keep: &Fieldkeep, habit: Habit) -> Verdict {
        let open = self.phones[phone].screen.form.take().filter(|_| habit != Habit::SaveAtOnce);
        let form = match open {
            Some(form) => form,
            None => match self.open_form(phone, keep)? {
                Some(form) => form,
                None => return Ok(()),
            },
        };
        let edit = self.patch(phone, keep, &form, habit == Habit::SaveClearing);
        let Some(meaning) = edit else { return Ok(()) };
        let options = CommitOptions { form_token: Some(form.token), ..CommitOptions::default() };
        let again = meaning.0.clone();
        let kept = self.commit(phone, keep, vec![meaning], options.clone())?;
        if habit == Habit::DoubleTap && kept && self.phones[phone].app.is_some() {
            self.second_tap(phone, keep, again, options)?;
        }
        // Some forms stay open, and are saved again with what they showed at first.
        if self.rng.u32(0..3) == 0 && self.phones[phone].app.is_some() {
            self.phones[phone].screen.form = Some(Form { token: keep.new_form_token(), ..form });
        }
        Ok(())
    }

    fn second_tap(&mut self, phone: usize, keep: &Fieldkeep, edit: Edit, options: CommitOptions) -> Verdict {
        let second = keep.commit(vec![edit], options);
        self.mourn(phone)?;
        match second {
            Ok(receipt) if receipt.repeated => Ok(()),
            Ok(_) => Err(format!("{}: twice: the second tap was taken for another edit", self.phones[phone].name)),
            Err(error) => self.refused_call(phone, &error),
        }
    }

    /// Somebody taps again on what was saved long ago: it is the same operation still, also after a restart.
    fn tap_again(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        /// Tokens are kept for thirty days.
        const REMEMBERED_MS: i64 = 25 * 86_400_000;
        let now_ms = self.now_ms();
        let of = &self.phones[phone];
        let sure = of.clock.is_right();
        let Some(tap) = of.last_tap.as_ref().filter(|tap| sure && now_ms - tap.at_ms < REMEMBERED_MS) else {
            return Ok(());
        };
        let again = keep.commit(tap.edits.clone(), tap.options.clone());
        self.say_of(phone, "taps again");
        self.mourn(phone)?;
        match again {
            Ok(receipt) if receipt.repeated => Ok(()),
            Ok(_) => {
                Err(format!("{}: twice: a tap on what was saved was taken for another edit", self.phones[phone].name))
            }
            Err(error) => self.refused_call(phone, &error),
        }
    }

    /// The fields that a person changes in a form.
    pub(crate) fn patch(&mut self, phone: usize, keep: &Fieldkeep, form: &Form, clears: bool) -> Option<Meaning> {
        let fields = self.fields_of(phone, &form.record_type);
        let now = keep.get(form.record).ok().flatten().map(|record| record.fields).unwrap_or_default();
        let mut chosen: HashMap<String, Value> = HashMap::new();
        let mut meant = Vec::new();
        for _ in 0..self.rng.usize(1..=3) {
            // A few fields are where everybody works.
            let among = if self.rng.u32(0..4) > 0 { fields.len().min(4) } else { fields.len() };
            let field = fields[self.rng.usize(0..among)].clone();
            if chosen.contains_key(&field) {
                continue;
            }
            let clearable = matches!(field.as_str(), "description" | "billing_contact" | "city");
            let mark = self.new_mark();
            let value = if clears && clearable { Value::Null } else { type_in(&field, mark, &mut self.rng) };
            let shown = json(form.shown.get(&field));
            let to = value.to_json();
            let current = json(now.get(&field));
            chosen.insert(field.clone(), value);
            // What was typed back to what the form showed is meant, too, where another edit from here has come between.
            if to != current {
                meant.push((form.record, Meant::Value { field, value: to }, shown));
            }
        }
        let (record_type, id) = (form.record_type.clone(), form.record);
        let edit = Edit::Patch { record_type, id, seen: Some(form.seen.clone()), fields: chosen };
        (!meant.is_empty()).then_some((edit, meant))
    }

    pub(crate) fn fields_of(&self, phone: usize, record_type: &str) -> Vec<String> {
        let names: &[&str] = match record_type {
            "customer" => &["phone", "name", "city", "billing_contact"],
            _ => &["description", "status", "title", "labor_hours", "billing_contact", "priority", "due"],
        };
        let mut fields: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        if record_type == "work_order" && self.phones[phone].schema.version > 1 {
            fields.push("safety_note".to_owned());
        }
        fields
    }

    fn save_together(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        let (Some(job), Some(customer)) = (self.pick(keep, "work_order"), self.pick(keep, "customer")) else {
            return Ok(());
        };
        let forms = [form_of(keep, job), form_of(keep, customer)];
        let mut meanings = Vec::new();
        for form in &forms {
            meanings.extend(self.patch(phone, keep, form, false));
        }
        let options = CommitOptions { together: true, ..CommitOptions::default() };
        if meanings.len() == 2 { self.commit(phone, keep, meanings, options).map(|_| ()) } else { Ok(()) }
    }

    fn create_job(&mut self, phone: usize, keep: &Fieldkeep, habit: Habit) -> Verdict {
        let mut meanings = Vec::new();
        let customer = match self.pick(keep, "customer").filter(|_| habit != Habit::CreateTogether) {
            Some(customer) => customer.id,
            None => {
                let id = keep.new_record_id();
                meanings.push(self.create("customer", id, &["name", "phone"], &[]));
                id
            }
        };
        let job = keep.new_record_id();
        let fixed = [("customer", Value::Reference(customer)), ("status", Value::Choice("assigned".to_owned()))];
        meanings.push(self.create("work_order", job, &["title", "description"], &fixed));
        if habit != Habit::CreateJob {
            let note = keep.new_record_id();
            meanings.push(self.create("note", note, &["text"], &[("work_order", Value::Reference(job))]));
        }
        let options = CommitOptions {
            form_token: Some(keep.new_form_token()),
            together: habit == Habit::CreateTogether,
            draft: None,
        };
        let edits: Vec<Edit> = meanings.iter().map(|(edit, _)| edit.clone()).collect();
        let kept = self.commit(phone, keep, meanings, options.clone())?;
        if kept && self.rng.u32(0..4) == 0 && self.phones[phone].app.is_some() {
            let again = keep.commit(edits, options);
            self.mourn(phone)?;
            if again.is_ok_and(|receipt| !receipt.repeated) {
                return Err(format!("{}: twice: the second tap made new records", self.phones[phone].name));
            }
        }
        Ok(())
    }

    fn create(&mut self, record_type: &str, id: RecordId, fields: &[&str], fixed: &[(&str, Value)]) -> Meaning {
        let mut values: HashMap<String, Value> = HashMap::new();
        let mut meant = vec![(id, Meant::Create, Json::Null)];
        for &field in fields {
            let mark = self.new_mark();
            let value = type_in(field, mark, &mut self.rng);
            meant.push((id, Meant::Value { field: field.to_owned(), value: value.to_json() }, Json::Null));
            values.insert(field.to_owned(), value);
        }
        for (field, value) in fixed {
            if !matches!(value, Value::Reference(_)) {
                meant.push((id, Meant::Value { field: (*field).to_owned(), value: value.to_json() }, Json::Null));
            }
            values.insert((*field).to_owned(), value.clone());
        }
        (Edit::Create { record_type: record_type.to_owned(), id: Some(id), fields: values }, meant)
    }

    fn add_note(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        let Some(job) = self.pick(keep, "work_order") else { return Ok(()) };
        let note = keep.new_record_id();
        let meaning = self.create("note", note, &["text"], &[("work_order", Value::Reference(job.id))]);
        self.commit(phone, keep, vec![meaning], CommitOptions::default()).map(|_| ())
    }

    fn barrier(&mut self, phone: usize, keep: &Fieldkeep, habit: Habit) -> Verdict {
        let record_type = if self.rng.u32(0..4) == 0 { "note" } else { "work_order" };
        let picked = match habit {
            Habit::Reopen => self.pick_archived(keep)?,
            _ => self.pick(keep, record_type),
        };
        let Some(record) = picked else { return Ok(()) };
        let (id, seen) = (record.id, Some(record.seen.clone()));
        let (kind, edit) = match habit {
            Habit::Archive => (ChangeKind::Archive, Edit::Archive { id, seen }),
            Habit::Reopen => (ChangeKind::Reopen, Edit::Reopen { id, seen }),
            _ => (ChangeKind::Signoff, Edit::Signoff { id, seen }),
        };
        let meaning = (edit, vec![(id, Meant::Barrier(kind), Json::Null)]);
        self.commit(phone, keep, vec![meaning], CommitOptions::default()).map(|_| ())
    }

    /// A record that was put away, as the phone shows it.
    fn pick_archived(&mut self, keep: &Fieldkeep) -> Result<Option<Record>, String> {
        let records = self.office.records()?;
        let away: Vec<_> = records.into_iter().filter(|record| record.life == "archived").collect();
        if away.is_empty() {
            return Ok(None);
        }
        let record = &away[self.rng.usize(0..away.len())];
        let shown = keep.get_by_server_id(&record.record_type, &record.server_id).ok().flatten();
        Ok(shown.filter(|shown| shown.status == RecordStatus::Archived))
    }

    fn save_draft(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        let Some(form) = self.phones[phone].screen.form.clone() else { return Ok(()) };
        let mark = self.new_mark();
        let text = format!("half a sentence {mark}");
        let saved = keep.save_draft("form", Some(form.record), Some(form.seen), &text);
        self.mourn(phone)?;
        match saved {
            Ok(()) => {
                self.phones[phone].draft = Some(text);
                Ok(())
            }
            Err(error) => {
                self.phones[phone].draft = None;
                self.refused_call(phone, &error)
            }
        }
    }

    /// Keeps edits, and tells the oracle what was meant and what came of it. Says whether they were kept.
    pub(crate) fn commit(
        &mut self,
        phone: usize,
        keep: &Fieldkeep,
        meanings: Vec<Meaning>,
        options: CommitOptions,
    ) -> Result<bool, String> {
        let (edits, meant): (Vec<Edit>, Vec<_>) = meanings.into_iter().unzip();
        self.say_of(phone, &format!("saves {}", words_of(&meant)));
        let names = self.names_on_server(keep, meant.iter().flatten().map(|(id, ..)| *id));
        let mut record_of = |id| names.get(&id).copied().unwrap_or(id);
        let commit = self.intents.begin((phone, self.time.now_ms()), meant, &mut record_of, options.together);
        let count = edits.len();
        let tap = Tap { at_ms: self.now_ms(), edits: edits.clone(), options: options.clone() };
        let result = keep.commit(edits, options);
        let kept = match result {
            Ok(receipt) => {
                let outbox = keep.outbox().unwrap_or_default();
                let some = receipt.operations.iter().map(|operation| Some(*operation));
                let operations: Vec<_> =
                    if receipt.operations.len() == count { some.collect() } else { vec![None; count] };
                let lost = self.intents.marked_without(&commit, &operations);
                if let (Some(lost), false) = (lost, self.phones[phone].disk.is_dead()) {
                    return Err(format!("{}: lost: {lost} was kept without an operation", self.phones[phone].name));
                }
                self.intents.kept(&commit, &operations, &|intent| oracle::waits(&outbox, intent));
                self.cover.count("commit", "kept");
                if tap.options.form_token.is_some() {
                    self.phones[phone].last_tap = Some(tap);
                }
                true
            }
            Err(error) => {
                self.commit_refused(phone, &commit, &error)?;
                false
            }
        };
        self.mourn(phone)?;
        self.look(phone)?;
        self.pump(phone)?;
        Ok(kept)
    }

    /// The ids that the makers of these records gave them, where the phone has another one.
    pub(crate) fn names_on_server(
        &mut self,
        keep: &Fieldkeep,
        ids: impl Iterator<Item = RecordId>,
    ) -> HashMap<RecordId, RecordId> {
        let mut names = HashMap::new();
        for id in ids {
            let server_id = keep.get(id).ok().flatten().and_then(|record| record.server_id);
            if let Some(known) = server_id.and_then(|server_id| self.office.local_id_of(&server_id)) {
                names.insert(id, known);
            }
        }
        names
    }

    fn commit_refused(&mut self, phone: usize, commit: &super::oracle::Commit, error: &KeepError) -> Verdict {
        self.say_of(phone, &format!("not kept: {error}"));
        self.cover.count("commit", "refused");
        match error {
            // The storage failed under it: it may be there or not.
            KeepError::Full | KeepError::Unavailable { .. } => {}
            _ => self.intents.refused(commit),
        }
        self.refused_call(phone, error)
    }

    /// What a call may be refused for.
    pub(crate) fn refused_call(&mut self, phone: usize, error: &KeepError) -> Verdict {
        // A process that died in the call has been buried by now, or will be.
        let of = &self.phones[phone];
        let ill = of.storage_is_ill || of.disk.is_dead() || of.app.is_none();
        match error {
            KeepError::Full | KeepError::Unavailable { .. } if ill => Ok(()),
            KeepError::Full
            | KeepError::Unavailable { .. }
            | KeepError::Internal { .. }
            | KeepError::Damaged { .. } => {
                Err(format!("{}: a call failed on a sound disk: {error}", self.phones[phone].name))
            }
            _ => Ok(()),
        }
    }
}

/// The form of a record, as it is shown now.
pub(crate) fn form_of(keep: &Fieldkeep, record: Record) -> Form {
    Form {
        record: record.id,
        record_type: record.record_type,
        shown: record.fields,
        seen: record.seen,
        token: keep.new_form_token(),
    }
}

fn json(value: Option<&Value>) -> Json {
    value.map_or(Json::Null, Value::to_json)
}

fn name_of(record: &Record) -> String {
    let title = record.fields.get("title").or(record.fields.get("name"));
    match title {
        Some(Value::Text(text)) => format!("{text:?} {}", record.id),
        _ => record.id.to_string(),
    }
}

fn words_of(meant: &[Vec<(RecordId, Meant, Json)>]) -> String {
    let one = |(id, meant, shown): &(RecordId, Meant, Json)| match meant {
        Meant::Value { field, value } => format!("{field} of {id}: {shown} -> {value}"),
        Meant::Create => format!("new {id}"),
        Meant::Barrier(kind) => format!("{kind:?} {id}"),
    };
    meant.iter().flatten().map(one).collect::<Vec<_>>().join("; ")
}

/// Shared between calls of one step.
pub(crate) type Keep = Arc<Fieldkeep>;
