//! A shipment that was sent long ago without an answer: what became of it, from what the server says now.

use serde_json::Value as Json;

use super::hold::{self, Question};
use super::localise::localise_value;
use super::review::ReviewKind;
use super::settle::{applied_by_lookup, refused_by_lookup};
use super::theirs;
use super::unit::Unit;
use super::work::Work;
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
    shipments::in_doubt(unit.db, unit.now_ms - key_lifetime_ms / 2)
}

/// Settles a shipment from what was looked up, or finds that it may be sent again.
pub(crate) fn clear_doubt(unit: &Unit<'_>, shipment: &OpenShipment, answers: &LookupAnswers) -> StoreResult<Cleared> {
    let Some((id, server_id)) = records::ids_of(unit.db, shipment.record)? else { return Ok(Cleared::Settled) };
    let asked = server_id.map_or(RecordQuestion::LocalId(id), RecordQuestion::ServerId);
    let answer = answers.records.iter().find(|answer| answer.question == asked);
    let entry = answer.and_then(|answer| answer.record.as_ref());
    for known in &answers.shipments {
        match known {
            ShipmentAnswer::Applied { shipment: key, seq, stored } if *key == shipment.key => {
                let stored = stored.iter().collect();
                applied_by_lookup(unit, shipment, *seq, stored, entry)?;
                return Ok(Cleared::Settled);
            }
            ShipmentAnswer::Refused { shipment: key } if *key == shipment.key => {
                refused_by_lookup(unit, shipment, &Outcome::Conflict { fields: Vec::new() }, entry)?;
                return Ok(Cleared::Settled);
            }
            _ => {}
        }
    }
    unknown(unit, shipment, entry)
}

/// The server does not remember the shipment: the record itself tells.
fn unknown(unit: &Unit<'_>, shipment: &OpenShipment, entry: Option<&Entry>) -> StoreResult<Cleared> {
    let Ok(sent) = serde_json::from_str::<Shipment>(&shipment.body) else { return Ok(Cleared::SendAgain) };
    let Some(entry) = entry else {
        // No such record: a create never arrived. Anything else has lost its record.
        if sent.kind == ChangeKind::Create {
            return Ok(Cleared::SendAgain);
        }
        refused_by_lookup(unit, shipment, &Outcome::Gone, None)?;
        return Ok(Cleared::Settled);
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
        applied_by_lookup(unit, shipment, entry.seq, Vec::new(), Some(entry))?;
        return Ok(Cleared::Settled);
    }
    if !there {
        refused_by_lookup(unit, shipment, &Outcome::Gone, Some(entry))?;
        return Ok(Cleared::Settled);
    }
    let untouched = entry.version == sent.base_version && all_fields(unit, &sent, entry, |change| &change.from)?;
    if untouched {
        return Ok(Cleared::SendAgain);
    }
    uncertain(unit, shipment, &sent, entry)?;
    Ok(Cleared::Settled)
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
fn uncertain(unit: &Unit<'_>, shipment: &OpenShipment, sent: &Shipment, entry: &Entry) -> StoreResult<()> {
    let nothing_listed: Vec<FieldConflict> = Vec::new();
    let mut work = Work::load(unit, shipment.record)?;
    super::settle::take_back(unit, &mut work, shipment, &Outcome::Conflict { fields: nothing_listed })?;
    for (field, change) in &sent.fields {
        let theirs = now_on_server(unit, sent, entry, field)?;
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
    work.save(unit)
}
