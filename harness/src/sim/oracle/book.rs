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
    pub(crate) fn audited(&mut self, wire: &Wire, row: &Audited) -> Verdict {
        let Some(shipment) = &row.shipment else { return Ok(()) };
        if row.who.is_empty() {
            return Err(format!("nobody changed {} of {}", row.field, row.record));
        }
        // People at the server see what they change.
        let Some(phone) = wire.phone_of(shipment) else { return Ok(()) };
        let Some(id) = row.local_id else { return Ok(()) };
        let what = format!("{} {} of {id} by {}", row.kind, row.field, row.who);
        match row.kind.as_str() {
            "field" => self.value_landed(phone, id, row, &what),
            "create" => self.create_landed(phone, id, row, &what),
            "archive" => self.barrier_landed(phone, id, ChangeKind::Archive, row, &what),
            "reopen" => self.barrier_landed(phone, id, ChangeKind::Reopen, row, &what),
            "signoff" => self.barrier_landed(phone, id, ChangeKind::Signoff, row, &what),
            _ => Ok(()),
        }
    }

    fn value_landed(&mut self, phone: usize, id: RecordId, row: &Audited, what: &str) -> Verdict {
        let to = row.to.clone().unwrap_or(Json::Null);
        let from = row.from.clone().unwrap_or(Json::Null);
        // References go by other names on the server.
        if matches!(row.field.as_str(), "number" | "customer" | "work_order")
            || alike(&row.field, &from, &to) && row.from.is_some()
        {
            return Ok(());
        }
        let candidates = self.candidates(phone, id, &row.field, &to);
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
        for no in candidates {
            self.all[no].landed += 1;
            self.confirm(no, None);
            let intent = &mut self.all[no];
            if matches!(intent.end, End::Open | End::Replaced) {
                intent.end = End::Landed(row.no);
            }
        }
        Ok(())
    }

    /// Intents of that phone for that value, in order. A value that carries a mark has one at most.
    fn candidates(&self, phone: usize, id: RecordId, field: &str, to: &Json) -> Vec<usize> {
        let means = |meant: &Meant| matches!(meant, Meant::Value { field: own, value } if own == field && alike(field, value, to));
        self.of_record(id)
            .filter(|(_, intent)| intent.phone == phone && intent.end != End::GivenUp && means(&intent.meant))
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

    fn create_landed(&mut self, phone: usize, id: RecordId, row: &Audited, what: &str) -> Verdict {
        let found = self.of_record(id).find(|(_, intent)| intent.phone == phone && intent.meant == Meant::Create);
        let Some(no) = found.map(|(no, _)| no) else { return Err(format!("nobody meant this: {what}")) };
        self.all[no].landed += 1;
        if self.all[no].landed > 1 {
            return Err(format!("twice: {what}"));
        }
        self.confirm(no, None);
        self.all[no].end = End::Landed(row.no);
        Ok(())
    }

    fn barrier_landed(&mut self, phone: usize, id: RecordId, kind: ChangeKind, row: &Audited, what: &str) -> Verdict {
        let own = self.of_record(id).find(|(_, intent)| {
            intent.phone == phone && intent.meant == Meant::Barrier(kind) && matches!(intent.end, End::Open)
        });
        let Some(no) = own.map(|(no, _)| no) else {
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
