//! A shipment that was sent long ago without an answer: what became of it, from what the server says now.

use serde_json::{Value as Json, json};

use super::hold::{self, Question};
use super::localise::localise_value;
use super::review::ReviewKind;
use super::settle::{applied_by_lookup, refused_by_lookup};
use super::theirs;
use super::unit::Unit;
use super::work::Work;
use crate::mutants::{self, Mutant};
use crate::store::changes::State;
use crate::store::shipments::{self, OpenShipment};
use crate::store::{StoreResult, records};
use crate::value::Canonical;
use crate::wire::{
    ChangeKind, Entry, FieldConflict, LookupAnswers, Outcome, RecordLife, RecordQuestion, Shipment, ShipmentAnswer,
};

/// What became of a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cleared {
    /// The shipment is settled, or a person decides.
    Settled,
    /// It never arrived: the same row may be sent again.
    SendAgain,
}

/// Open shipments of which the server may have forgotten the outcome: older than half of the time that it remembers.
pub(crate) fn doubtful(unit: &Unit<'_>, key_lifetime_ms: i64) -> StoreResult<Vec<OpenShipment>> {
    shipments::in_doubt(unit.db, unit.now_ms - key_lifetime_ms / 2, unit.now_ms)
}

/// What the answers say of one shipment.
enum Verdict<'a> {
    /// It is stored. `proven` when the server knows the shipment, or the record that it made: equal values alone may have
    /// come from somebody else, which is the same for one record and says nothing of the others of a group.
    Applied { seq: i64, stored: Vec<(&'a String, &'a Json)>, proven: bool },
    /// It was refused, or its record is gone.
    Refused(Outcome),
    /// It never arrived.
    SendAgain,
    /// It may have arrived and been changed since, or not.
    Uncertain,
}

/// Settles shipments from what was looked up, or finds that they may be sent again; one answer for each, in order. A group
/// arrived whole or not at all, so one verdict stands for all its members.
pub(crate) fn clear_doubts(
    unit: &Unit<'_>,
    shipments: &[OpenShipment],
    answers: &LookupAnswers,
) -> StoreResult<Vec<Cleared>> {
    let mut verdicts = Vec::with_capacity(shipments.len());
    for shipment in shipments {
        let entry = entry_of(unit, shipment, answers)?;
        verdicts.push((verdict(unit, shipment, answers, entry)?, entry));
    }
    let mut cleared = Vec::with_capacity(shipments.len());
    for (shipment, (own, entry)) in shipments.iter().zip(&verdicts) {
        let of_group = || {
            let members = shipments.iter().zip(&verdicts);
            members.filter(|(other, _)| other.group == shipment.group).map(|(_, (verdict, _))| verdict)
        };
        let alone = shipment.group.is_none();
        // A group of which one member has arrived and another was never there: both cannot be. The server knows the keys, and
        // says again what became of them.
        let never_there = |(other, (verdict, entry)): (&OpenShipment, &(Verdict<'_>, Option<&Entry>))| {
            other.group == shipment.group && entry.is_none() && !matches!(verdict, Verdict::Applied { .. })
        };
        let arrived = !alone && of_group().any(|verdict| matches!(verdict, Verdict::Applied { proven: true, .. }));
        let all_there = alone || of_group().all(|verdict| matches!(verdict, Verdict::Applied { .. }));
        // Where the server has the values already, sending them again changes nothing.
        let again = |verdict: &Verdict<'_>| matches!(verdict, Verdict::SendAgain | Verdict::Applied { .. });
        let all_again = alone || of_group().all(again);
        if arrived && shipments.iter().zip(&verdicts).any(never_there) {
            let detail = json!({"shipment": shipment.key, "reason": "the answers about a group contradict each other"});
            unit.journal(Some(shipment.record), "protocol_error", &detail)?;
            cleared.push(Cleared::SendAgain);
            continue;
        }
        cleared.push(match (own, entry) {
            (Verdict::Applied { seq, stored, .. }, _) if arrived || all_there => {
                applied_by_lookup(unit, shipment, *seq, stored.clone(), *entry)?;
                Cleared::Settled
            }
            // Another member arrived, so this one did, too, and was changed since.
            (_, Some(now)) if arrived => {
                applied_by_lookup(unit, shipment, now.seq, Vec::new(), *entry)?;
                Cleared::Settled
            }
            (Verdict::SendAgain | Verdict::Applied { .. }, _) if all_again => Cleared::SendAgain,
            (Verdict::SendAgain | Verdict::Applied { .. }, _) => {
                refuse(unit, shipment, &Outcome::GroupRefused, *entry)?
            }
            (Verdict::Uncertain, _) => uncertain(unit, shipment, *entry)?,
            (Verdict::Refused(outcome), _) => refuse(unit, shipment, outcome, *entry)?,
        });
    }
    Ok(cleared)
}

fn refuse(unit: &Unit<'_>, shipment: &OpenShipment, outcome: &Outcome, entry: Option<&Entry>) -> StoreResult<Cleared> {
    refused_by_lookup(unit, shipment, outcome, entry)?;
    Ok(Cleared::Settled)
}

/// What the server has of the shipment's record.
fn entry_of<'a>(
    unit: &Unit<'_>,
    shipment: &OpenShipment,
    answers: &'a LookupAnswers,
) -> StoreResult<Option<&'a Entry>> {
    let Some((id, server_id)) = records::ids_of(unit.db, shipment.record)? else { return Ok(None) };
    let asked = server_id.map_or(RecordQuestion::LocalId(id), RecordQuestion::ServerId);
    let answer = answers.records.iter().find(|answer| answer.question == asked);
    Ok(answer.and_then(|answer| answer.record.as_ref()))
}

fn verdict<'a>(
    unit: &Unit<'_>,
    shipment: &OpenShipment,
    answers: &'a LookupAnswers,
    entry: Option<&Entry>,
) -> StoreResult<Verdict<'a>> {
    for known in &answers.shipments {
        match known {
            ShipmentAnswer::Applied { shipment: key, seq, stored } if *key == shipment.key => {
                return Ok(Verdict::Applied { seq: *seq, stored: stored.iter().collect(), proven: true });
            }
            ShipmentAnswer::Refused { shipment: key } if *key == shipment.key => {
                return Ok(Verdict::Refused(Outcome::Conflict { fields: Vec::new() }));
            }
            _ => {}
        }
    }
    by_the_record(unit, shipment, entry)
}

/// The server does not remember the shipment: the record itself tells.
fn by_the_record<'a>(unit: &Unit<'_>, shipment: &OpenShipment, entry: Option<&Entry>) -> StoreResult<Verdict<'a>> {
    let Ok(sent) = serde_json::from_str::<Shipment>(&shipment.body) else { return Ok(Verdict::SendAgain) };
    let Some(entry) = entry else {
        // No such record: a create never arrived. Anything else has lost its record.
        let never = sent.kind == ChangeKind::Create;
        return Ok(if never { Verdict::SendAgain } else { Verdict::Refused(Outcome::Gone) });
    };
    let there = matches!(entry.life, RecordLife::Alive | RecordLife::Archived);
    let arrived = match sent.kind {
        // Found by its local id, a create has arrived, whatever its values are by now.
        ChangeKind::Create => there,
        ChangeKind::Archive => entry.life == RecordLife::Archived,
        ChangeKind::Patch => there && all_fields(unit, &sent, entry, |change| &change.to)?,
        ChangeKind::Reopen | ChangeKind::Signoff => false,
    };
    if arrived {
        let proven = sent.kind == ChangeKind::Create;
        return Ok(Verdict::Applied { seq: entry.seq, stored: Vec::new(), proven });
    }
    if entry.life == RecordLife::Hidden && !mutants::is(Mutant::HiddenIsGone) {
        return Ok(Verdict::Refused(Outcome::Forbidden));
    }
    if !there {
        return Ok(Verdict::Refused(Outcome::Gone));
    }
    let untouched = entry.version == sent.base_version && all_fields(unit, &sent, entry, |change| &change.from)?;
    Ok(if untouched { Verdict::SendAgain } else { Verdict::Uncertain })
}

/// Whether each field of a shipment has, on the server, the value that `side` names.
fn all_fields(
    unit: &Unit<'_>,
    sent: &Shipment,
    entry: &Entry,
    side: impl Fn(&crate::wire::FieldChange) -> &Json,
) -> StoreResult<bool> {
    for (field, change) in &sent.fields {
        let now = now_on_server(unit, sent, entry, field)?;
        if now != localise_value(unit, &sent.record_type, field, side(change))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn now_on_server(unit: &Unit<'_>, sent: &Shipment, entry: &Entry, field: &str) -> StoreResult<Option<Canonical>> {
    let value = entry.values.get(field).map_or(Json::Null, Canonical::json);
    localise_value(unit, &sent.record_type, field, &value)
}

/// It may have arrived and been changed since, or not: only a person can tell whether it is still meant.
fn uncertain(unit: &Unit<'_>, shipment: &OpenShipment, entry: Option<&Entry>) -> StoreResult<Cleared> {
    let sent = serde_json::from_str::<Shipment>(&shipment.body).ok();
    let (Some(sent), Some(entry)) = (sent, entry) else {
        return refuse(unit, shipment, &Outcome::Gone, entry);
    };
    let nothing_listed: Vec<FieldConflict> = Vec::new();
    let mut work = Work::load(unit, shipment.record)?;
    super::settle::take_back(unit, &mut work, shipment, &Outcome::Conflict { fields: nothing_listed })?;
    for (field, change) in &sent.fields {
        let theirs = now_on_server(unit, &sent, entry, field)?;
        if theirs == localise_value(unit, &sent.record_type, field, &change.to)? {
            continue;
        }
        let question = Question {
            field: field.clone(),
            kind: ReviewKind::Uncertain,
            base: localise_value(unit, &sent.record_type, field, &change.from)?,
            theirs,
            by: Some(entry.author_of(field)),
            detail: None,
        };
        hold::ask(unit, &mut work, question)?;
    }
    let barrier = sent.fields.is_empty() && work.live().any(|change| change.state == State::Pending);
    if barrier {
        let question = Question {
            field: String::new(),
            kind: ReviewKind::Uncertain,
            base: None,
            theirs: None,
            by: None,
            detail: None,
        };
        hold::ask(unit, &mut work, question)?;
    }
    theirs::take_or_report(unit, &mut work, entry)?;
    theirs::unpark(unit, &mut work)?;
    work.save(unit)?;
    Ok(Cleared::Settled)
}
