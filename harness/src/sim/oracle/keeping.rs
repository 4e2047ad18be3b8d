//! What a phone owes: everything that was kept and is not on the server is in its outbox, and on its screen.

use fieldkeep::OutboxItem;
use fieldkeep::wire::ChangeKind;
use serde_json::Value as Json;

use super::Verdict;
use super::glance::Glance;
use super::history::{History, LIFE};
use super::intents::{End, Intent, Intents, Known, Meant, alike};
use crate::sim::marks::{is_reference, mark_of};

/// Looks for everything that the phone still owes.
pub(crate) fn nothing_is_lost(intents: &mut Intents, history: &History, phone: usize, glance: &Glance) -> Verdict {
    let outbox = &glance.outbox;
    confirm_what_is_there(intents, phone, glance);
    let mut needless = Vec::new();
    for (no, intent) in intents.open_of(phone) {
        if !intent.is_due() || waits(outbox, intent) {
            continue;
        }
        if is_needless(intents, no, intent, history) {
            needless.push(no);
            continue;
        }
        let of_record: Vec<&OutboxItem> = outbox.iter().filter(|item| item.record == intent.here).collect();
        let (meant, operation) = (&intent.meant, intent.operation);
        return Err(format!("lost: {meant:?} of {}, operation {operation:?}; there is {of_record:?}", intent.record));
    }
    if !needless.is_empty() {
        for no in needless {
            intents.end(no, End::Needless);
        }
        intents.tidy();
    }
    shown(intents, phone, glance)
}

/// What may have been kept, and is there, was.
fn confirm_what_is_there(intents: &mut Intents, phone: usize, glance: &Glance) {
    let outbox = &glance.outbox;
    let perhaps: Vec<usize> =
        intents.open_of(phone).filter(|(_, intent)| intent.known == Known::Perhaps).map(|(no, _)| no).collect();
    for no in perhaps {
        let intent = &intents.all[no];
        if shows_another(glance, intent) {
            continue;
        }
        let known: Vec<i64> = intents
            .of_record(intent.record)
            .filter_map(|(_, other)| other.operation.filter(|_| other.phone == phone))
            .collect();
        let item = outbox.iter().find(|item| carries(item, intent) && !known.contains(&item.operation));
        let operation = item.map(|item| item.operation);
        if operation.is_some() {
            intents.confirm(no, operation);
        }
    }
}

/// Whether the record shows another value than this one, which no other is like. Of two saves of which nobody knows the second may
/// be the one that was kept.
fn shows_another(glance: &Glance, intent: &Intent) -> bool {
    let (Some(mark), Some(field)) = (intent.mark(), intent.field()) else { return false };
    let Some(record) = glance.records.get(&intent.here) else { return false };
    let shown = record.fields.get(field).map_or(Json::Null, fieldkeep::value::Value::to_json);
    mark_of(field, &shown) != Some(mark)
}

fn carries(item: &OutboxItem, intent: &Intent) -> bool {
    if item.record != intent.here {
        return false;
    }
    match &intent.meant {
        Meant::Create => item.kind == ChangeKind::Create,
        Meant::Barrier(kind) => item.kind == *kind,
        Meant::Value { field, .. } => match item.kind {
            ChangeKind::Create => true,
            _ => item.fields.contains(field),
        },
    }
}

pub(crate) fn waits(outbox: &[OutboxItem], intent: &Intent) -> bool {
    outbox.iter().any(|item| Some(item.operation) == intent.operation && carries(item, intent))
}

/// Whether there is nothing left to send: the other side says the same, or it led back to where it started.
fn is_needless(intents: &Intents, no: usize, intent: &Intent, history: &History) -> bool {
    match &intent.meant {
        Meant::Value { field, value } => {
            if intent.mark().is_some() {
                return false;
            }
            let chain = intents.of_record(intent.record).filter(|(other, earlier)| {
                *other <= no && earlier.phone == intent.phone && earlier.field() == Some(field)
            });
            let back = chain.into_iter().any(|(_, earlier)| {
                alike(field, &earlier.shown, value) || earlier.shown_later.iter().any(|seen| alike(field, seen, value))
            });
            let since = history.since(intent.record, field, intent.at_ms);
            back || since.iter().any(|theirs| alike(field, theirs, value)) || since.is_empty() && value.is_null()
        }
        // Somebody else has put it away, or deleted it: what was wanted is so.
        Meant::Barrier(ChangeKind::Archive) => {
            let lives = history.since(intent.record, LIFE, intent.at_ms);
            lives.iter().any(|life| **life == "archive" || **life == "delete")
        }
        Meant::Barrier(_) | Meant::Create => false,
    }
}

/// The screen shows what was meant last, as long as it waits.
fn shown(intents: &Intents, phone: usize, glance: &Glance) -> Verdict {
    for (no, intent) in intents.open_of(phone).filter(|(_, intent)| intent.is_due()) {
        let Meant::Value { field, value } = &intent.meant else { continue };
        // A record has another id on each phone; where references lead is compared in the end.
        if is_reference(field) {
            continue;
        }
        let newer = intents.of_record(intent.record).any(|(other, later)| {
            other > no && later.phone == phone && later.field() == Some(field) && later.end != End::GivenUp
        });
        // What turned out to be kept just now is looked at the next time.
        let Some(record) = glance.records.get(&intent.here).filter(|_| !newer) else { continue };
        let shows = record.fields.get(field).map_or(Json::Null, fieldkeep::value::Value::to_json);
        if !alike(field, &shows, value) {
            return Err(format!("the screen shows {shows} for {field} of {}, not {value}", intent.record));
        }
    }
    Ok(())
}
