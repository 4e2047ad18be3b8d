//! What people do with their phones.

use std::collections::HashMap;
use std::sync::Arc;

use fieldkeep::value::{RecordId, Value};
use fieldkeep::wire::ChangeKind;
use fieldkeep::{CommitOptions, Edit, Fieldkeep, Query, Record, RecordStatus};
use serde_json::Value as Json;

use super::marks::{Mark, type_in};
use super::oracle::{Meant, Verdict};
use super::phone::{DRAFT, Draft, Form, Wanted};
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
            Habit::SignInAsOther => return self.sign_in_as_other(phone),
            _ => {}
        }
        let Some(keep) = self.with_app(phone)? else { return Ok(()) };
        match habit {
            Habit::OpenForm => self.open_form(phone, &keep).map(|_| ()),
            Habit::Save | Habit::SaveAtOnce | Habit::DoubleTap | Habit::SaveClearing => self.save(phone, &keep, habit),
            Habit::TapAgain => self.tap_again(phone, &keep),
            Habit::MoveJob => self.move_job(phone, &keep),
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
            Habit::CloseApp | Habit::Suspend | Habit::SignIn | Habit::SignInAsOther => Ok(()),
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
        let record_type = match self.rng.u32(0..12) {
            0 | 1 => "customer",
            2 => "visit",
            _ => "work_order",
        };
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
        // A saved form is closed.
        self.phones[phone].screen.form = None;
        let edit = self.patch(phone, keep, &form, habit == Habit::SaveClearing);
        let Some(meaning) = edit else { return Ok(()) };
        let draft = self.phones[phone].draft.take_if(|draft| draft.form.record == form.record);
        let options = CommitOptions {
            form_token: Some(form.token),
            draft: draft.is_some().then(|| DRAFT.to_owned()),
            ..CommitOptions::default()
        };
        let again = meaning.0.clone();
        let kept = self.commit(phone, keep, vec![meaning], options.clone())?;
        self.draft_goes_with_it(phone, keep, draft, kept)?;
        if habit == Habit::DoubleTap && kept && self.phones[phone].app.is_some() {
            self.second_tap(phone, keep, again, options)?;
        }
        // Some forms stay open, and are saved again with what they showed at first.
        if self.rng.u32(0..3) == 0 && self.phones[phone].app.is_some() {
            self.phones[phone].screen.form = Some(Form { token: keep.new_form_token(), ..form });
        }
        Ok(())
    }

    /// What was put aside goes in the same step in which the work is kept.
    fn draft_goes_with_it(&mut self, phone: usize, keep: &Fieldkeep, draft: Option<Draft>, kept: bool) -> Verdict {
        let of = &mut self.phones[phone];
        if draft.is_none() || of.storage_is_ill || of.disk.is_dead() || of.app.is_none() {
            return Ok(());
        }
        match keep.draft(DRAFT) {
            Ok(None) if kept => Ok(()),
            Ok(Some(_)) if !kept => {
                of.draft = draft;
                Ok(())
            }
            found => Err(format!("{}: lost: of a draft, kept {kept}, there is {found:?}", of.name)),
        }
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
            let value = if clears && clearable { Value::Null } else { self.typed_on(phone, &field, mark) };
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

    /// What a person types into a field, as the kind that it has in the phone's version of the app.
    pub(crate) fn typed_on(&mut self, phone: usize, field: &str, mark: Mark) -> Value {
        let value = type_in(field, mark, &mut self.rng);
        match value {
            Value::Decimal(hours) if field == "labor_hours" && self.phones[phone].schema.version == 1 => {
                // As long as hours are a text they are written in more than one way.
                Value::Text(if mark.is_multiple_of(2) { format!("{mark}.50") } else { hours })
            }
            other => other,
        }
    }

    pub(crate) fn fields_of(&self, phone: usize, record_type: &str) -> Vec<String> {
        let names: &[&str] = match record_type {
            "customer" => &["phone", "name", "city", "billing_contact"],
            "visit" => &["summary", "started", "ended"],
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
            meant.push((id, Meant::Value { field: (*field).to_owned(), value: value.to_json() }, Json::Null));
            values.insert((*field).to_owned(), value.clone());
        }
        (Edit::Create { record_type: record_type.to_owned(), id: Some(id), fields: values }, meant)
    }

    /// Mostly a note; sometimes a part that was built in, or a visit.
    fn add_note(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        let Some(job) = self.pick(keep, "work_order") else { return Ok(()) };
        let id = keep.new_record_id();
        let (record_type, fields): (_, &[&str]) = match self.rng.u32(0..6) {
            0 => ("part", &["name", "part_number", "quantity"]),
            1 => ("visit", &["summary", "started"]),
            _ => ("note", &["text"]),
        };
        let meaning = self.create(record_type, id, fields, &[("work_order", Value::Reference(job.id))]);
        self.commit(phone, keep, vec![meaning], CommitOptions::default()).map(|_| ())
    }

    /// A job turns out to be another customer's, who may be new.
    fn move_job(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        let (Some(job), Some(customer)) = (self.pick(keep, "work_order"), self.pick(keep, "customer")) else {
            return Ok(());
        };
        let shown = job.fields.get("customer").cloned();
        let to = Value::Reference(customer.id);
        if shown.as_ref() == Some(&to) {
            return Ok(());
        }
        let meant = Meant::Value { field: "customer".to_owned(), value: to.to_json() };
        let fields = HashMap::from([("customer".to_owned(), to)]);
        let edit = Edit::Patch { record_type: "work_order".to_owned(), id: job.id, seen: Some(job.seen), fields };
        let meaning = (edit, vec![(job.id, meant, json(shown.as_ref()))]);
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
        let saved = keep.save_draft(DRAFT, Some(form.record), Some(form.seen.clone()), &text);
        self.mourn(phone)?;
        match saved {
            Ok(()) => {
                self.phones[phone].draft = Some(Draft { text, form });
                Ok(())
            }
            Err(error) => {
                self.phones[phone].draft = None;
                self.refused_call(phone, &error)
            }
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

/// Shared between calls of one step.
pub(crate) type Keep = Arc<Fieldkeep>;
