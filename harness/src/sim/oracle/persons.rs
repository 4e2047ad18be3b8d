//! What people decide about what waits.

use fieldkeep::value::RecordId;
use fieldkeep::wire::ChangeKind;
use fieldkeep::{OutboxItem, Resolve};
use serde_json::Value as Json;

use super::intents::{Commit, End, Intent, Intents, Known, Meant};

/// Whether it is sure that it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Surely,
    /// The storage failed while it was being given up.
    Perhaps,
}

impl Intents {
    /// A question was answered, beside which `theirs` was shown.
    pub(crate) fn answered(
        &mut self,
        (phone, record, field): (usize, RecordId, &str),
        theirs: &Json,
        answer: &Resolve,
        merged: Option<&Commit>,
    ) {
        match answer {
            // What is given up is seen by what leaves the outbox.
            Resolve::Theirs => {}
            Resolve::Mine => self.told_again(phone, record, field, theirs),
            Resolve::Merged { .. } => {
                self.told_again(phone, record, field, theirs);
                if let Some(merged) = merged {
                    // Under which number it goes out is seen in the outbox.
                    self.kept(merged, &[Some(0)], &|_| true);
                }
            }
        }
    }

    /// After "mine" and "merge" the value goes out under the number of the first edit of the field that was held.
    pub(crate) fn renumber(&mut self, (phone, record, field): (usize, RecordId, &str), outbox: &[OutboxItem]) {
        let numbers = self.numbers_of(phone, record);
        let own = numbers.into_iter().filter(|no| self.all[*no].field() == Some(field)).collect::<Vec<_>>();
        // A question about one field never holds a create: that is one about the whole record.
        let concerned =
            |item: &&OutboxItem| item.fields.iter().any(|own| own == field) && item.kind != ChangeKind::Create;
        let waits = |operation: i64| outbox.iter().filter(concerned).any(|item| item.operation == operation);
        let known = own.iter().filter_map(|no| self.all[*no].operation).filter(|operation| waits(*operation)).min();
        // That of a save of which nobody knew whether it was kept.
        let here: Vec<RecordId> = own.iter().map(|no| self.all[*no].here).collect();
        let of_record = outbox.iter().filter(concerned).filter(|item| here.contains(&item.record));
        let first = known.or_else(|| of_record.map(|item| item.operation).min());
        for no in own {
            let intent = &mut self.all[no];
            if intent.is_due() && !intent.operation.is_some_and(waits) {
                intent.operation = first;
            }
        }
    }

    /// The storage failed while an answer was taken.
    pub(crate) fn perhaps_answered(&mut self, (phone, record, field): (usize, RecordId, &str), theirs: &Json) {
        self.told_again(phone, record, field, theirs);
        self.soften(phone, record);
    }

    fn told_again(&mut self, phone: usize, record: RecordId, field: &str, theirs: &Json) {
        for no in self.numbers_of(phone, record) {
            let intent = &mut self.all[no];
            if field.is_empty() || intent.field() == Some(field) {
                intent.told += 1;
                if !field.is_empty() {
                    intent.shown_later.push(theirs.clone());
                }
            }
        }
    }

    /// Of a record, what is not in the outbox any more after a person has decided against it is given up. A question about
    /// one field ends what was meant for that field alone. Says what that ended.
    pub(crate) fn let_go(&mut self, phone: usize, record: RecordId, field: &str, outbox: &[OutboxItem]) -> Vec<usize> {
        let mut given_up = Vec::new();
        for no in self.numbers_of(phone, record) {
            let intent = &self.all[no];
            let concerned = field.is_empty() || intent.field() == Some(field);
            let waits = outbox.iter().any(|item| {
                Some(item.operation) == intent.operation
                    && (intent.field().is_none_or(|field| item.fields.iter().any(|own| own == field))
                        || item.kind == ChangeKind::Create)
            });
            if concerned && !waits && matches!(intent.end, End::Open) {
                self.all[no].end = End::GivenUp;
                given_up.push(no);
            }
        }
        self.tidy();
        given_up
    }

    /// An operation is held back from now on, or goes on.
    pub(crate) fn pause(&mut self, phone: usize, operation: i64, paused: bool) {
        let own = |intent: &Intent| intent.phone == phone && intent.operation == Some(operation);
        // What was saved together goes on together.
        let group = self.all.iter().find(|intent| own(intent)).and_then(|intent| intent.together);
        for intent in self.all.iter_mut() {
            let with_it = !paused && group.is_some() && intent.together == group;
            if own(intent) || with_it {
                intent.paused = paused && intent.end == End::Open;
            }
        }
    }

    /// An operation was given up: these fields of it, or all of it when it has none. Says what that surely ended.
    pub(crate) fn given_up(
        &mut self,
        (phone, record, operation): (usize, RecordId, i64),
        fields: &[String],
        ended: Ended,
    ) -> Vec<usize> {
        let mut given_up = Vec::new();
        for no in self.numbers_of(phone, record) {
            let intent = &self.all[no];
            let concerned = match &intent.meant {
                Meant::Value { field, .. } => fields.is_empty() || fields.contains(field),
                Meant::Create | Meant::Barrier(_) => true,
            };
            if intent.operation == Some(operation) && concerned {
                let was_last = intent.end == End::Open && ended == Ended::Surely;
                self.end_as(no, ended);
                if was_last {
                    given_up.push(no);
                    self.revive(no);
                }
            }
        }
        self.tidy();
        given_up
    }

    /// A record that was never sent is no more.
    pub(crate) fn record_given_up(&mut self, phone: usize, record: RecordId, ended: Ended) {
        for no in self.numbers_of(phone, record) {
            self.end_as(no, ended);
        }
        self.tidy();
    }

    /// The last edit of a field was given up: the one before it counts again, if it still waits.
    fn revive(&mut self, no: usize) {
        let (phone, record) = (self.all[no].phone, self.all[no].record);
        let Some(field) = self.all[no].field().map(str::to_owned) else { return };
        // One with a number was kept, whatever became of it since.
        let was_kept = |earlier: &Intent| earlier.known == Known::Kept || earlier.operation.is_some();
        let own = |(other, earlier): &(usize, &Intent)| {
            *other < no && earlier.phone == phone && earlier.field() == Some(&field) && was_kept(earlier)
        };
        let last = self.of_record(record).rfind(own);
        let last = last.map(|(other, earlier)| (other, earlier.end, earlier.told));
        if let Some((before, End::Replaced, 1)) =
            last.filter(|(before, ..)| self.all[*before].operation != self.all[no].operation)
        {
            self.reopen(before);
        }
    }

    fn end_as(&mut self, no: usize, ended: Ended) {
        let intent = &mut self.all[no];
        match ended {
            Ended::Surely if matches!(intent.end, End::Open | End::Replaced) => intent.end = End::GivenUp,
            Ended::Perhaps if intent.end == End::Open => intent.known = Known::Perhaps,
            _ => {}
        }
    }

    /// What is open of a record may have been ended.
    fn soften(&mut self, phone: usize, record: RecordId) {
        for no in self.numbers_of(phone, record) {
            self.end_as(no, Ended::Perhaps);
        }
    }

    fn numbers_of(&self, phone: usize, record: RecordId) -> Vec<usize> {
        self.of_record(record).filter(|(_, intent)| intent.phone == phone).map(|(no, _)| no).collect()
    }
}
