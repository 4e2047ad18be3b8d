//! What the server's book of changes may say: each thing meant once, by somebody who had seen what it replaces, in order.

use fieldkeep::value::RecordId;
use fieldkeep::wire::ChangeKind;
use serde_json::Value as Json;

use super::Verdict;
use super::intents::{End, Intents, Known, Meant, alike};
use super::wire::Wire;
use crate::sim::marks::mark_of;
use crate::sim::office::Audited;

impl Intents {
    /// Takes in one line of the book.
    ///
    /// `late`: the network has repeated a request, or held it up. Where the server has forgotten that it refused it, what a
    /// person has given up since may be stored all the same; no phone can prevent that.
    pub(crate) fn audited(&mut self, wire: &Wire, row: &Audited, late: bool) -> Verdict {
        let Some(shipment) = &row.shipment else { return Ok(()) };
        if row.who.is_empty() {
            return Err(format!("nobody changed {} of {}", row.field, row.record));
        }
        // People at the server see what they change.
        let Some(phone) = wire.phone_of(shipment) else { return Ok(()) };
        let Some(id) = row.local_id else { return Ok(()) };
        let what = format!("{} {} of {id} by {}", row.kind, row.field, row.who);
        match row.kind.as_str() {
            "field" => self.value_landed(phone, id, row, late, &what),
            "create" => self.create_landed(phone, id, row, &what),
            "archive" => self.barrier_landed(phone, id, (ChangeKind::Archive, late), row, &what),
            "reopen" => self.barrier_landed(phone, id, (ChangeKind::Reopen, late), row, &what),
            "signoff" => self.barrier_landed(phone, id, (ChangeKind::Signoff, late), row, &what),
            _ => Ok(()),
        }
    }

    /// What is stored is what was typed, to the letter, unless the server has its own form for the field.
    pub(crate) fn stored_as_typed(&self, row: &Audited) -> Verdict {
        let (Some(id), Some(to)) = (row.local_id, row.to.as_ref().filter(|_| row.kind == "field")) else {
            return Ok(());
        };
        let mark = mark_of(&row.field, to);
        let typed = self
            .of_record(id)
            .find(|(_, intent)| mark.is_some() && intent.mark() == mark && intent.field() == Some(row.field.as_str()));
        match typed.map(|(_, intent)| &intent.meant) {
            Some(Meant::Value { value, .. }) if value != to && !same_number(value, to) => {
                Err(format!("lost: {value} was typed, and {to} was stored"))
            }
            _ => Ok(()),
        }
    }

    fn value_landed(&mut self, phone: usize, id: RecordId, row: &Audited, late: bool, what: &str) -> Verdict {
        let to = row.to.clone().unwrap_or(Json::Null);
        let from = row.from.clone().unwrap_or(Json::Null);
        if row.field == "number" || alike(&row.field, &from, &to) && row.from.is_some() {
            return Ok(());
        }
        let candidates = self.candidates(phone, id, (&row.field, &to), late);
        let Some(no) = candidates.last().copied() else {
            return Err(format!("nobody meant this: {what}: {from} -> {to}"));
        };
        if !candidates.iter().any(|no| self.had_seen(*no, &from)) {
            let shown = &self.all[no].shown;
            return Err(format!("overwritten unseen: {what}: {from} -> {to}, who had seen {shown}"));
        }
        if mark_of(&row.field, &to).is_some() {
            let intent = &self.all[no];
            if intent.landed >= intent.told {
                return Err(format!("twice: {what}: {from} -> {to}"));
            }
            if let Some(newer) = self.newer_landed(no) {
                return Err(format!("out of order: {what}: {to} after {newer:?}"));
            }
        }
        // An answer to a question about it sends it all the same.
        if !late && candidates.iter().all(|no| self.all[*no].paused && self.all[*no].told == 1) {
            return Err(format!("nobody meant this now, it is paused: {what}: {to}"));
        }
        // A value without a mark may be an earlier one like it.
        let passed = |no: &usize| self.barrier_before(*no);
        if let (Some(barrier), true) = (passed(&no), candidates.iter().all(|no| passed(no).is_some())) {
            return Err(format!("out of order: passed {barrier:?}: {what}: {to}"));
        }
        self.note_landed(no);
        for no in candidates {
            self.all[no].landed += 1;
            self.all[no].landed_ms = row.at_ms;
            self.all[no].landed_late = late;
            self.all[no].landed_on.clone_from(&from);
            self.confirm(no, None);
            let intent = &mut self.all[no];
            if matches!(intent.end, End::Open | End::Replaced) {
                intent.end = End::Landed(row.no);
            }
        }
        Ok(())
    }

    /// Intents of that phone for that value, in order. A value that carries a mark has one at most.
    fn candidates(&self, phone: usize, id: RecordId, (field, to): (&str, &Json), late: bool) -> Vec<usize> {
        let means = |meant: &Meant| matches!(meant, Meant::Value { field: own, value } if own == field && alike(field, value, to));
        self.of_record(id)
            .filter(|(_, intent)| intent.phone == phone && means(&intent.meant))
            .filter(|(_, intent)| late || intent.end != End::GivenUp)
            .map(|(no, _)| no)
            .collect()
    }

    /// A value for the same field that was meant later on the same phone and is on the server already, unless a person has
    /// told the phone to send the older one since.
    fn newer_landed(&self, no: usize) -> Option<&Json> {
        let intent = &self.all[no];
        if intent.told > 1 {
            return None;
        }
        self.of_record(intent.record).find_map(|(other, later)| {
            let newer = other > no && later.phone == intent.phone && later.field() == intent.field();
            match (&later.meant, later.landed) {
                (Meant::Value { value, .. }, 1..) if newer => Some(value),
                _ => None,
            }
        })
    }

    /// An archive or sign-off of the same record that was meant before on the same phone and has not landed, unless a person
    /// has told the phone to send this since.
    fn barrier_before(&self, no: usize) -> Option<&Meant> {
        let intent = &self.all[no];
        let before = self.of_record(intent.record).find(|(other, earlier)| {
            *other < no
                && earlier.phone == intent.phone
                && earlier.is_due()
                && matches!(earlier.meant, Meant::Barrier(ChangeKind::Archive | ChangeKind::Signoff))
        });
        before.filter(|_| intent.told == 1).map(|(_, earlier)| &earlier.meant)
    }

    fn create_landed(&mut self, phone: usize, id: RecordId, row: &Audited, what: &str) -> Verdict {
        // The last one: what could not be saved may have been saved again.
        let found = self.of_record(id).rfind(|(_, intent)| intent.phone == phone && intent.meant == Meant::Create);
        let Some(no) = found.map(|(no, _)| no) else { return Err(format!("nobody meant this: {what}")) };
        self.all[no].landed += 1;
        if self.all[no].landed > 1 {
            return Err(format!("twice: {what}"));
        }
        self.confirm(no, None);
        self.all[no].end = End::Landed(row.no);
        Ok(())
    }

    fn barrier_landed(
        &mut self,
        phone: usize,
        id: RecordId,
        (kind, late): (ChangeKind, bool),
        row: &Audited,
        what: &str,
    ) -> Verdict {
        let own = self.of_record(id).filter(|(_, intent)| {
            // Somebody who was asked whether it is still meant may have said so after it had landed late.
            let told_again = matches!(intent.end, End::Landed(_)) && intent.landed < intent.told;
            let open = intent.end == End::Open || told_again || late && intent.end == End::GivenUp;
            intent.phone == phone && intent.meant == Meant::Barrier(kind) && open
        });
        let Some(no) = own.min_by_key(|(no, intent)| (intent.known == Known::Perhaps, *no)).map(|(no, _)| no) else {
            return Err(format!("nobody meant this, or not again: {what}"));
        };
        // A reopen is what an archived record takes before anything else.
        let overtakes = kind != ChangeKind::Reopen;
        let overtaken = self.of_record(id).find(|(other, earlier)| {
            overtakes
                && *other < no
                && earlier.phone == phone
                && earlier.end == End::Open
                && earlier.known == Known::Kept
        });
        if let Some((_, earlier)) = overtaken {
            return Err(format!("overtook {:?}, which had not landed: {what}", earlier.meant));
        }
        self.confirm(no, None);
        self.all[no].landed += 1;
        self.all[no].end = End::Landed(row.no);
        Ok(())
    }
}

/// Whether both are the same number, in whatever form.
fn same_number(one: &Json, other: &Json) -> bool {
    let number = |value: &Json| value.as_str().and_then(|text| text.parse::<f64>().ok());
    number(one).is_some() && number(one) == number(other)
}
