//! Taking in what the server says a record is now. Never while a shipment of it is unanswered: then the entry is parked.

use serde_json::json;
use thiserror::Error;

use super::hold::{self, Question};
use super::identity::fault_of_local_id;
use super::localise::{blank, localise};
use super::review::ReviewKind;
use super::unit::Unit;
use super::work::{Work, save_references, save_words};
use crate::merge::{FieldStep, HoldReason, LiveWork, RecordStep, plan_field, plan_life};
use crate::mutants::{self, Mutant};
use crate::store::changes::State;
use crate::store::records::{self, Life, RecordRow};
use crate::store::reviews::ReviewRow;
use crate::store::{StoreError, StoreResult};
use crate::value::{Canonical, FieldMap};
use crate::wire::{Entry, FieldAuthor, MAX_ID_BYTES, RecordLife};

/// Why an entry is not taken in, and nothing of it is.
#[derive(Debug, Error)]
pub(crate) enum EntryProblem {
    /// It contradicts what this device knows; a fault of the server, reported and left.
    #[error("{0}")]
    Protocol(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes an entry of a pull page: finds its record or makes one, or parks the entry.
pub(super) fn take_from_page(unit: &Unit<'_>, entry: &Entry) -> Result<(), EntryProblem> {
    check_entry(entry)?;
    let Some(row) = find(unit, entry)? else { return Ok(make(unit, entry)?) };
    // News comes in the order of the one counter: a page never knows less than this device.
    let in_order = !mutants::is(Mutant::NoOrderCheck);
    if let Some(known) = row.server_seq.filter(|known| in_order && entry.seq < *known) {
        return Err(EntryProblem::Protocol(format!(
            "record {} is at seq {known}, the page says {}",
            row.id, entry.seq
        )));
    }
    let mut work = Work::of(unit, row)?;
    if let Some(shipment) = &work.shipment {
        if entry.by.iter().any(|applied| applied.shipment == shipment.key) {
            return Ok(super::settle::settle_by_page(unit, work, entry)?);
        }
        if !mutants::is(Mutant::MergeWhileUnanswered) {
            park(&mut work, entry);
            return Ok(work.save(unit)?);
        }
    }
    take(unit, &mut work, entry)?;
    Ok(work.save(unit)?)
}

/// The shape of an entry, before anything of it is used (pitfall 13).
pub(super) fn check_entry(entry: &Entry) -> Result<(), EntryProblem> {
    let fits = |text: &str| !text.is_empty() && text.len() <= MAX_ID_BYTES;
    if !fits(&entry.server_id) || entry.who.len() > MAX_ID_BYTES {
        return Err(EntryProblem::Protocol("an entry without a proper server id or author".to_owned()));
    }
    Ok(())
}

/// By server id, else by local id, else by a shipment of ours that it names; never by value.
fn find(unit: &Unit<'_>, entry: &Entry) -> Result<Option<RecordRow>, EntryProblem> {
    if let Some(row) = records::by_server_id(unit.db, &entry.record_type, &entry.server_id)? {
        let other = match entry.local_id {
            Some(id) if id != row.id => records::by_id(unit.db, id)?,
            _ => None,
        };
        return match other {
            None => Ok(Some(row)),
            // Others referred to our own record by its server id before we knew that id.
            Some(own) if row.life == Life::Shell => Ok(Some(own)),
            Some(own) => Err(EntryProblem::Protocol(format!(
                "server id {} belongs to record {}, not to {}",
                entry.server_id, row.id, own.id
            ))),
        };
    }
    let Some(id) = entry.local_id else { return Ok(None) };
    match records::by_id(unit.db, id)? {
        Some(row) if row.record_type != entry.record_type => Err(EntryProblem::Protocol(format!(
            "record {id} is a {}, the server calls it a {}",
            row.record_type, entry.record_type
        ))),
        Some(row) if row.server_id.is_some() => Err(EntryProblem::Protocol(format!(
            "record {id} has server id {}, the server now says {}",
            row.server_id.unwrap_or_default(),
            entry.server_id
        ))),
        found => Ok(found),
    }
}

/// A record that this device has not seen.
fn make(unit: &Unit<'_>, entry: &Entry) -> StoreResult<()> {
    if !matches!(entry.life, RecordLife::Alive | RecordLife::Archived) {
        return Ok(());
    }
    let id = entry.local_id.unwrap_or_else(|| crate::value::RecordId(unit.new_uuid()));
    let mut row = blank(id, &entry.record_type, entry.life.into(), Some(entry.server_id.clone()));
    row.view = localise(unit, &entry.record_type, &entry.values)?;
    row.version.clone_from(&entry.version);
    row.set_authors(entry);
    row.server_seq = Some(entry.seq);
    row.synced_ms = Some(unit.now_ms);
    row.no = records::insert(unit.db, &row)?;
    save_references(unit, &row, &FieldMap::new(), &row.view)?;
    save_words(unit, &row, &FieldMap::new(), &row.view)?;
    unit.touch(row.no);
    Ok(())
}

/// The entry that waits for an answer.
fn parked(work: &Work) -> Option<Entry> {
    work.row.theirs.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

/// Keeps the newest entry until the open shipment is answered.
fn park(work: &mut Work, entry: &Entry) {
    let newer = parked(work).is_none_or(|parked| entry.seq > parked.seq);
    if newer && entry.seq > work.row.server_seq.unwrap_or(i64::MIN) {
        work.row.theirs = serde_json::to_string(entry).ok();
    }
}

/// An answer is newer than the parked entry, which would put back what the answer has replaced. The record comes again, in
/// a page that has both.
pub(super) fn drop_older(work: &mut Work, answered_seq: i64) {
    let in_order = !mutants::is(Mutant::OlderNewsOnTop) && !mutants::is(Mutant::NoOrderCheck);
    if in_order && parked(work).is_some_and(|entry| entry.seq < answered_seq) {
        work.row.theirs = None;
    }
}

/// Takes the parked entry, now that nothing of the record is on the wire.
pub(super) fn unpark(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    let Some(parked) = work.row.theirs.take() else { return Ok(()) };
    if mutants::is(Mutant::ParkedIsDropped) {
        return Ok(());
    }
    let Ok(entry) = serde_json::from_str::<Entry>(&parked) else { return Ok(()) };
    take_or_report(unit, work, &entry)
}

/// Takes an entry; one that contradicts this device is reported in the journal and left, so that it stops nothing else.
pub(super) fn take_or_report(unit: &Unit<'_>, work: &mut Work, entry: &Entry) -> StoreResult<()> {
    match check_entry(entry).and_then(|()| take(unit, work, entry)) {
        Ok(()) => Ok(()),
        Err(EntryProblem::Store(error)) => Err(error),
        Err(EntryProblem::Protocol(reason)) => report(unit, Some(work.row.no), entry, &reason),
    }
}

/// Notes a fault of the server.
pub(super) fn report(unit: &Unit<'_>, record: Option<i64>, entry: &Entry, reason: &str) -> StoreResult<()> {
    let detail = json!({"server_id": entry.server_id, "seq": entry.seq, "reason": reason});
    unit.journal(record, "protocol_error", &detail)
}

/// Takes an entry into a record that has nothing on the wire. Old news changes nothing (pitfall P3).
pub(super) fn take(unit: &Unit<'_>, work: &mut Work, entry: &Entry) -> Result<(), EntryProblem> {
    let known = work.row.server_seq.unwrap_or(i64::MIN);
    let newer = if work.row.stale { entry.seq >= known } else { entry.seq > known };
    check_identity(unit, work, entry)?;
    if !newer && !mutants::is(Mutant::NoOrderCheck) {
        return Ok(());
    }
    settle_create(unit, work, entry)?;
    let released = take_life(unit, work, entry)?;
    if matches!(entry.life, RecordLife::Alive | RecordLife::Archived) {
        let theirs = localise(unit, &work.row.record_type, &entry.values)?;
        for field in fields_of(&work.base, &theirs, &work.live_fields()) {
            take_field(unit, work, &field, theirs.get(&field), &entry.author_of(&field))?;
        }
        // Who deleted or hid a record has written none of its values.
        work.row.set_authors(entry);
    }
    if mutants::is(Mutant::DeleterIsAuthor) {
        work.row.set_authors(entry);
    }
    if released {
        hold::ask_about_what_moved(unit, work)?;
    }
    work.row.server_seq = Some(entry.seq);
    work.row.version.clone_from(&entry.version);
    work.row.synced_ms = Some(unit.now_ms);
    work.row.stale = false;
    unit.touch(work.row.no);
    Ok(())
}

fn check_identity(unit: &Unit<'_>, work: &mut Work, entry: &Entry) -> Result<(), EntryProblem> {
    let fault = |reason: String| Err(EntryProblem::Protocol(reason));
    if entry.record_type != work.row.record_type {
        return fault(format!("record {} is a {}, not a {}", work.row.id, work.row.record_type, entry.record_type));
    }
    if let Some(reason) = fault_of_local_id(unit, work, entry)? {
        return fault(reason);
    }
    match &work.row.server_id {
        Some(known) if *known == entry.server_id => Ok(()),
        Some(known) => fault(format!("record {} has server id {known}, not {}", work.row.id, entry.server_id)),
        None => {
            let taken = records::by_server_id(unit.db, &entry.record_type, &entry.server_id)?;
            match taken {
                Some(other) if other.life == Life::Shell => absorb_shell(unit, work, &other, entry),
                Some(other) => fault(format!("server id {} belongs to record {}", entry.server_id, other.id)),
                None => {
                    work.row.server_id = Some(entry.server_id.clone());
                    Ok(())
                }
            }
        }
    }
}

/// Another record referred to ours by its server id before we knew that id: what pointed to the shell points to the
/// record, and the shell is no more than an alias.
fn absorb_shell(unit: &Unit<'_>, work: &mut Work, shell: &RecordRow, entry: &Entry) -> Result<(), EntryProblem> {
    records::merge_shell(unit.db, shell, &work.row)?;
    work.row.server_id = Some(entry.server_id.clone());
    Ok(())
}

/// The server knows a record whose create is live here: the create has arrived, whatever its values are by now.
fn settle_create(unit: &Unit<'_>, work: &mut Work, entry: &Entry) -> StoreResult<()> {
    let arrived: Vec<usize> = work
        .changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.is_create() && matches!(change.state, State::Pending | State::Held))
        .map(|(position, _)| position)
        .collect();
    for position in arrived {
        let review = work.changes[position].review;
        work.changes[position].state = State::Done;
        unit.journal(Some(work.row.no), "create_found", &json!({"server_id": entry.server_id}))?;
        release(unit, work, review);
    }
    Ok(())
}

/// A review that holds nothing any more is withdrawn; what it held besides goes on.
fn release(unit: &Unit<'_>, work: &mut Work, review: Option<i64>) {
    let Some(no) = review else { return };
    for change in work.changes.iter_mut().filter(|change| change.review == Some(no) && change.state == State::Held) {
        change.state = State::Pending;
    }
    for row in work.reviews.iter_mut().filter(|row| row.no == no && row.closed_ms.is_none()) {
        row.choice = Some("withdrawn".to_owned());
        row.closed_by = Some(unit.context.user.clone());
        row.closed_ms = Some(unit.now_ms);
    }
}

/// Says whether a question was withdrawn because the record is back.
fn take_life(unit: &Unit<'_>, work: &mut Work, entry: &Entry) -> StoreResult<bool> {
    let came_back = entry.life == RecordLife::Alive && work.row.life != Life::Alive;
    let was_away =
        |review: &&ReviewRow| matches!(ReviewKind::parse(&review.kind), ReviewKind::Gone | ReviewKind::Forbidden);
    let back = work.open_review("").filter(was_away).map(|review| review.no).filter(|_| came_back);
    if let Some(no) = back {
        release(unit, work, Some(no));
        unit.journal(Some(work.row.no), "review_withdrawn", &json!({"field": "", "life": entry.life}))?;
    }
    // What is held under a question about the whole record stays there; a question about a field is overtaken.
    let whole = work.open_review("").map(|review| review.no);
    let concerned = work.live().filter(|change| change.state != State::Held || change.review != whole);
    match plan_life(entry.life, LiveWork::of(concerned.map(|change| change.kind))) {
        RecordStep::Follow => {}
        RecordStep::Converged => {
            for change in work.changes.iter_mut().filter(|change| change.state == State::Pending) {
                change.state = State::Done;
            }
            unit.journal(Some(work.row.no), "converged", &json!({"field": "", "life": entry.life}))?;
        }
        RecordStep::Hold(reason) => {
            let kind = match reason {
                HoldReason::Gone => ReviewKind::Gone,
                HoldReason::Hidden => ReviewKind::Forbidden,
            };
            let by = FieldAuthor { who: entry.who.clone(), at_ms: entry.at_ms };
            let question =
                Question { field: String::new(), kind, base: None, theirs: None, by: Some(by), detail: None };
            let whole = hold::ask(unit, work, question)?;
            hold::absorb_field_questions(unit, work, whole)?;
        }
    }
    work.row.life = entry.life.into();
    Ok(back.is_some())
}

fn fields_of(base: &FieldMap, theirs: &FieldMap, live: &[String]) -> Vec<String> {
    let mut fields: Vec<String> = base.iter().chain(theirs.iter()).map(|(field, _)| field.to_owned()).collect();
    fields.extend(live.iter().cloned());
    fields.sort();
    fields.dedup();
    fields
}

/// Plans one field and does what the plan says.
pub(super) fn take_field(
    unit: &Unit<'_>,
    work: &mut Work,
    field: &str,
    theirs: Option<&Canonical>,
    by: &FieldAuthor,
) -> StoreResult<()> {
    let policy = unit.policy(&work.row.record_type, field);
    let base = work.base.get(field).cloned();
    let step = plan_field(policy, base.as_ref(), work.mine(field), theirs);
    match step {
        FieldStep::Nothing => return Ok(()),
        FieldStep::Take => {}
        FieldStep::Converged | FieldStep::Cancelled => {
            for change in work.changes.iter_mut().filter(|change| change.field == field) {
                if change.state == State::Pending {
                    change.state = State::Done;
                }
            }
            let kind = if step == FieldStep::Converged { "converged" } else { "cancelled" };
            unit.journal(Some(work.row.no), kind, &json!({"field": field, "value": theirs, "by": by.who}))?;
        }
        FieldStep::Review if mutants::is(Mutant::FromThePage) => {
            let first = work.changes.iter_mut().find(|change| change.field == field && change.state == State::Pending);
            first.into_iter().for_each(|change| change.from = theirs.cloned());
        }
        FieldStep::Review => {
            let question = Question {
                field: field.to_owned(),
                kind: ReviewKind::Conflict,
                base,
                theirs: theirs.cloned(),
                by: Some(by.clone()),
                detail: None,
            };
            hold::ask(unit, work, question)?;
        }
        FieldStep::MoveTheirs => hold::move_theirs(work, field, theirs, by),
        FieldStep::Withdraw => hold::withdraw(unit, work, field)?,
    }
    work.base.set(field, theirs.cloned());
    Ok(())
}
