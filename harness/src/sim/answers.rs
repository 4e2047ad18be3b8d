//! What people do with what waits: answer questions, pause, give up.

use std::collections::HashMap;

use fieldkeep::value::{RecordId, Value};
use fieldkeep::wire::ChangeKind;
use fieldkeep::{DiscardPlan, Fieldkeep, KeepError, OutboxItem, Resolve, Review, WhyWaiting};

use super::marks::type_in;
use super::oracle::{Ended, Meant, Verdict};
use super::plan::Habit;
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
            Habit::AnswerMerged if review.can_merge && !review.field.is_empty() => {
                let mark = self.new_mark();
                Resolve::Merged { value: type_in(&review.field, mark, &mut self.rng) }
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
        let merged = match &answer {
            Resolve::Merged { value } => {
                let meant = Meant::Value { field: field.clone(), value: value.to_json() };
                let one = vec![vec![(review.record, meant, review.theirs.to_json())]];
                Some(self.intents.begin((phone, self.time.now_ms()), one, &mut |_| record, false))
            }
            _ => None,
        };
        let result = keep.resolve(review.id, review.theirs_rev, answer.clone());
        let died = self.phones[phone].disk.is_dead();
        match &result {
            Ok(()) => {
                self.cover.count("review", &format!("{what} {}", choice(&answer)));
                self.phones[phone].answered.push(review.id);
                self.intents.answered((phone, record, &field), &review.theirs.to_json(), &answer, merged.as_ref());
            }
            Err(KeepError::Full | KeepError::Unavailable { .. }) => {
                self.intents.perhaps_answered((phone, record, &field), &review.theirs.to_json());
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
                Resolve::Theirs => self.intents.let_go(phone, record, &field, &outbox),
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
        if let Err(error) = result {
            self.refused_call(phone, &error)?;
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
        let ids = plan.items.iter().map(|item| item.record).chain(plan.records.iter().copied());
        let names = self.names_on_server(keep, ids);
        let result = keep.discard(&plan);
        self.say_of(phone, &format!("gives up {}: {result:?}", item.operation));
        match result {
            Ok(()) => {
                self.cover.count("review", "discard");
                self.given_up(phone, &plan, &names, Ended::Surely);
            }
            Err(KeepError::Full | KeepError::Unavailable { .. }) => self.given_up(phone, &plan, &names, Ended::Perhaps),
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

    fn given_up(&mut self, phone: usize, plan: &DiscardPlan, names: &HashMap<RecordId, RecordId>, ended: Ended) {
        let named = |id: &RecordId| names.get(id).copied().unwrap_or(*id);
        for item in &plan.items {
            self.intents.given_up((phone, named(&item.record), item.operation), &item.fields, ended);
        }
        for record in &plan.records {
            self.intents.record_given_up(phone, named(record), ended);
        }
    }

    fn name_on_server(&mut self, keep: &Fieldkeep, id: RecordId) -> RecordId {
        self.names_on_server(keep, std::iter::once(id)).get(&id).copied().unwrap_or(id)
    }
}

fn choice(answer: &Resolve) -> &'static str {
    match answer {
        Resolve::Mine => "mine",
        Resolve::Theirs => "theirs",
        Resolve::Merged { value: Value::Null } => "merged to nothing",
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
