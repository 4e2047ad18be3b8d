//! What people do with what waits: answer questions, pause, give up.

use std::collections::HashMap;

use fieldkeep::value::RecordId;
use fieldkeep::wire::ChangeKind;
use fieldkeep::{DiscardPlan, Fieldkeep, KeepError, OutboxItem, Resolve, Review, WhyWaiting};
use serde_json::Value as Json;

use super::marks::is_reference;
use super::oracle::{Ended, Known, Meant, Verdict};
use super::plan::Habit;
use super::saving::is_storage;
use super::world::World;

impl World {
    /// Looks at the questions, or answers one that was looked at, be it long ago.
    pub(crate) fn answer(&mut self, phone: usize, keep: &Fieldkeep, habit: Habit) -> Verdict {
        let on_screen = std::mem::take(&mut self.phones[phone].screen.reviews);
        let reviews = if on_screen.is_empty() || habit == Habit::LookAtReviews {
            keep.reviews().unwrap_or_default()
        } else {
            on_screen
        };
        if habit == Habit::LookAtReviews || reviews.is_empty() {
            self.phones[phone].screen.reviews = reviews;
            return Ok(());
        }
        let review = reviews[self.rng.usize(0..reviews.len())].clone();
        self.phones[phone].screen.reviews = reviews.into_iter().filter(|other| other.id != review.id).collect();
        let answer = match habit {
            Habit::AnswerMine => Resolve::Mine,
            Habit::AnswerMerged if review.can_merge && !review.field.is_empty() && !is_reference(&review.field) => {
                let mark = self.new_mark();
                Resolve::Merged { value: self.typed_on(phone, &review.field, mark) }
            }
            Habit::AnswerMerged => Resolve::Mine,
            _ => Resolve::Theirs,
        };
        self.resolve(phone, keep, &review, answer).map(|_| ())
    }

    /// Answers a question as it was shown. Says whether the answer was taken.
    pub(crate) fn resolve(
        &mut self,
        phone: usize,
        keep: &Fieldkeep,
        review: &Review,
        answer: Resolve,
    ) -> Result<bool, String> {
        let (what, field) = (format!("{:?}", review.kind), review.field.clone());
        self.say_of(phone, &format!("answers {answer:?} to {what} about {field:?} of {}", review.record));
        let record = self.name_on_server(keep, review.record);
        let theirs = self.named(keep, &field, review.theirs.to_json());
        let merged = match &answer {
            Resolve::Merged { value } => {
                let meant = Meant::Value { field: field.clone(), value: value.to_json() };
                let one = vec![vec![(review.record, meant, theirs.clone())]];
                Some(self.intents.begin((phone, self.time.now_ms()), one, &mut |_| record, false))
            }
            _ => None,
        };
        let result = keep.resolve(review.id, review.theirs_rev, answer.clone());
        let died = self.phones[phone].disk.is_dead();
        match &result {
            Ok(()) => {
                self.cover.count("review", &format!("{what} {}", choice(&answer)));
                self.phones[phone].answered.push((review.id, choice(&answer)));
                self.intents.answered((phone, record, &field), &theirs, &answer, merged.as_ref());
            }
            Err(error) if is_storage(error) => {
                self.intents.perhaps_answered((phone, record, &field), &theirs);
            }
            Err(error) => {
                self.cover.count("answer refused", error_name(error));
                if let Some(merged) = &merged {
                    self.intents.refused(merged);
                }
            }
        }
        if !died && result.is_ok() {
            let outbox = keep.outbox().unwrap_or_default();
            match answer {
                // It gives up what the question was about, and what cannot be without it: all that has left the outbox.
                Resolve::Theirs => {
                    let ended = self.intents.let_go(phone, record, &field, &outbox);
                    self.is_in_history(phone, keep, &ended)?;
                }
                _ => self.intents.renumber((phone, record, &field), &outbox),
            }
        }
        if let Err(error) = &result {
            self.say_of(phone, &format!("not taken: {error}"));
            self.refused_call(phone, error)?;
        }
        self.mourn(phone)?;
        self.look(phone)?;
        self.pump(phone)?;
        Ok(result.is_ok())
    }

    /// Pauses, takes up again, or gives up something that waits.
    pub(crate) fn with_outbox(&mut self, phone: usize, keep: &Fieldkeep, habit: Habit) -> Verdict {
        let Ok(outbox) = keep.outbox() else { return Ok(()) };
        let wanted = |item: &&OutboxItem| match habit {
            Habit::Unpause => item.why == WhyWaiting::Paused,
            Habit::GiveUpAndRecreate => item.kind == ChangeKind::Create,
            _ => true,
        };
        let items: Vec<&OutboxItem> = outbox.iter().filter(wanted).collect();
        if items.is_empty() {
            return Ok(());
        }
        let item = items[self.rng.usize(0..items.len())];
        let result = match habit {
            Habit::Pause => keep.pause(item.operation),
            Habit::Unpause => keep.unpause(item.operation),
            _ => return self.give_up(phone, keep, item, habit),
        };
        self.say_of(phone, &format!("{habit:?} {}: {result:?}", item.operation));
        match result {
            Ok(()) => self.intents.pause(phone, item.operation, habit == Habit::Pause),
            Err(error) => {
                // It may have gone on for all that is known.
                self.intents.pause(phone, item.operation, false);
                self.refused_call(phone, &error)?;
            }
        }
        self.mourn(phone)?;
        self.look(phone)?;
        self.pump(phone)
    }

    fn give_up(&mut self, phone: usize, keep: &Fieldkeep, item: &OutboxItem, habit: Habit) -> Verdict {
        let plan = match keep.discard_plan(item.operation) {
            Ok(plan) => plan,
            Err(error) => {
                self.mourn(phone)?;
                return self.refused_call(phone, &error);
            }
        };
        let alone = plan.items.len() == 1 && plan.items[0].operation == item.operation && plan.records.is_empty();
        if item.kind != ChangeKind::Create && !alone {
            return Err(format!("{}: lost: giving up {item:?} would take more: {plan:?}", self.phones[phone].name));
        }
        let ids = plan.items.iter().map(|item| item.record).chain(plan.records.iter().copied());
        let names = self.names_on_server(keep, ids);
        let result = keep.discard(&plan);
        self.say_of(phone, &format!("gives up {}: {result:?}", item.operation));
        match result {
            Ok(()) => {
                self.cover.count("review", "discard");
                let ended = self.given_up(phone, &plan, &names, Ended::Surely);
                self.is_in_history(phone, keep, &ended)?;
            }
            Err(error) if is_storage(&error) => {
                self.given_up(phone, &plan, &names, Ended::Perhaps);
            }
            Err(ref error) => self.refused_call(phone, error)?,
        }
        self.mourn(phone)?;
        self.look(phone)?;
        self.pump(phone)?;
        match self.keep_of(phone) {
            Some(_) if habit == Habit::GiveUpAndRecreate => self.habit(phone, Habit::CreateJob),
            _ => Ok(()),
        }
    }

    fn given_up(
        &mut self,
        phone: usize,
        plan: &DiscardPlan,
        names: &HashMap<RecordId, RecordId>,
        ended: Ended,
    ) -> Vec<usize> {
        let mut all = Vec::new();
        let named = |id: &RecordId| names.get(id).copied().unwrap_or(*id);
        for item in &plan.items {
            all.extend(self.intents.given_up((phone, named(&item.record), item.operation), &item.fields, ended));
        }
        for record in &plan.records {
            self.intents.record_given_up(phone, named(record), ended);
        }
        all
    }

    /// What somebody typed and gave up can be read in the record's history.
    fn is_in_history(&self, phone: usize, keep: &Fieldkeep, ended: &[usize]) -> Verdict {
        for intent in ended.iter().map(|no| &self.intents.all[*no]).filter(|intent| intent.mark().is_some()) {
            if intent.known == Known::Perhaps {
                continue;
            }
            let Meant::Value { field, value } = &intent.meant else { continue };
            let Ok(history) = keep.history(intent.here) else { continue };
            // A number is stored without its last noughts.
            let typed = value.to_string();
            let stored = typed.trim_end_matches('"').trim_end_matches('0');
            if !history.iter().any(|entry| entry.detail.contains(stored)) {
                let (name, record) = (&self.phones[phone].name, intent.record);
                return Err(format!("{name}: lost: {value} for {field} of {record} was given up and is in no history"));
            }
        }
        Ok(())
    }

    /// A reference by the id that the record's maker gave it; any other value as it is.
    fn named(&mut self, keep: &Fieldkeep, field: &str, value: Json) -> Json {
        let id = value.as_str().filter(|_| is_reference(field)).and_then(|text| text.parse().ok());
        id.map_or(value, |id| Json::String(self.name_on_server(keep, id).to_string()))
    }

    fn name_on_server(&mut self, keep: &Fieldkeep, id: RecordId) -> RecordId {
        self.names_on_server(keep, std::iter::once(id)).get(&id).copied().unwrap_or(id)
    }
}

fn choice(answer: &Resolve) -> &'static str {
    match answer {
        Resolve::Mine => "mine",
        Resolve::Theirs => "theirs",
        Resolve::Merged { .. } => "merged",
    }
}

fn error_name(error: &KeepError) -> &'static str {
    match error {
        KeepError::Moved { .. } => "moved",
        KeepError::ReviewClosed { .. } => "closed",
        KeepError::NotFound { .. } => "not found",
        KeepError::Invalid { .. } => "invalid",
        _ => "other",
    }
}
