//! The answer to a shipment, applied in one transaction: outcome first; then the record if its `seq` is newer; then the
//! parked entry.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::discard::ask_of_lost_parents;
use super::facts::created_fields;
use super::hold::{self, Question};
use super::identity::fault_of_answer;
use super::localise::localise_value;
use super::review::ReviewKind;
use super::theirs;
use super::unit::Unit;
use super::work::{Work, is_live};
use crate::mutants::{self, Mutant};
use crate::schedule::{ATTEMPTS_AT_ONCE, BOUNCES_BEFORE_WAIT, Due, own_wait_ms, server_wait_ms};
use crate::store::StoreResult;
use crate::store::changes::{Change, State};
use crate::store::records::Life;
use crate::store::shipments::{self, Ending, OpenShipment};
use crate::value::{Canonical, RecordId};
use crate::wire::{ChangeKind, Entry, FieldAuthor, FieldConflict, FieldError, Outcome, PushLine};

/// What an answer meant for a record, for the report of a sync.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settled {
    pub(crate) record: RecordId,
    pub(crate) server_id: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) outcome: Outcome,
}

/// Applies one line of a push reply to the shipment that it answers.
pub(crate) fn settle(unit: &Unit<'_>, shipment: &OpenShipment, line: &PushLine) -> StoreResult<Option<Settled>> {
    let Some(outcome) = &line.outcome else { return Ok(None) };
    let mut work = Work::load(unit, shipment.record)?;
    let still_open = work.shipment.as_ref().is_some_and(|open| open.no == shipment.no);
    if !still_open {
        return Ok(None);
    }
    let first = first_answer(outcome);
    let may_be_old = may_be_old(outcome);
    if let Some(reason) = fault_of_answer(unit, &work, first, line.record.as_ref())? {
        unit.journal(Some(work.row.no), "protocol_error", &json!({"shipment": shipment.key, "reason": reason}))?;
        let wait_ms = own_wait_ms(shipment.attempts, false, unit.random());
        return postponed(unit, work, shipment, wait_ms, "contradiction", &Outcome::NotAttempted);
    }
    match first {
        Outcome::Applied { seq, server_id, stored } => {
            let stored = stored.iter().collect();
            let news = Applied { seq: *seq, server_id: Some(server_id), stored, may_be_old };
            applied(unit, &mut work, shipment, &news, line.record.as_ref())?;
        }
        Outcome::Later { after_s } if *after_s > 0 => {
            let wait_ms = server_wait_ms(after_s.saturating_mul(1000), unit.random());
            let wait_ms = if mutants::is(Mutant::LaterIsNow) { wait_ms.min(1_000) } else { wait_ms };
            return postponed(unit, work, shipment, wait_ms, shipments::LATER, first);
        }
        // "Later" that names no time, too: at once is not later.
        Outcome::Later { .. }
        | Outcome::ParentMissing
        | Outcome::NotAttempted
        | Outcome::Expired
        | Outcome::Duplicate { .. } => {
            // What was not attempted goes on at once, what has expired is looked up at once; but not for ever.
            let at_once = matches!(first, Outcome::NotAttempted | Outcome::Expired);
            let failures = if at_once { shipment.attempts - ATTEMPTS_AT_ONCE } else { shipment.attempts };
            let wait_ms = if failures > 0 { own_wait_ms(failures, false, unit.random()) } else { 0 };
            return postponed(unit, work, shipment, wait_ms, name_of(first), first);
        }
        refusal => refused(unit, &mut work, shipment, refusal, (line.record.as_ref(), may_be_old))?,
    }
    let settled = Settled {
        record: work.row.id,
        server_id: work.row.server_id.clone(),
        version: work.row.version.clone(),
        outcome: first.clone(),
    };
    work.save(unit)?;
    Ok(Some(settled))
}

/// What was answered the first time, where the same was sent again.
fn first_answer(outcome: &Outcome) -> &Outcome {
    match outcome {
        Outcome::Duplicate { first } => first.as_ref(),
        other => other,
    }
}

/// What becomes of a shipment with an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Applied,
    Refused,
    /// It stays on its way.
    Open,
}

impl Fate {
    fn of(first: &Outcome) -> Self {
        match first {
            Outcome::Applied { .. } => Self::Applied,
            // A replay of a replay says nothing.
            Outcome::Duplicate { .. } => Self::Open,
            other if other.is_definite() => Self::Refused,
            _ => Self::Open,
        }
    }
}

/// Groups of which the answers contradict each other or this device: none of their members is settled, so that no group is
/// settled in part. They go out again, and the server says again what became of them.
pub(crate) fn contradictory_groups(
    unit: &Unit<'_>,
    answers: &[(&OpenShipment, &PushLine)],
) -> StoreResult<BTreeSet<i64>> {
    let mut contradictory = BTreeSet::new();
    let mut fates: BTreeMap<i64, Fate> = BTreeMap::new();
    for (shipment, line) in answers {
        let (Some(group), Some(outcome)) = (shipment.group, &line.outcome) else { continue };
        let first = first_answer(outcome);
        let work = Work::load(unit, shipment.record)?;
        let faulty = fault_of_answer(unit, &work, first, line.record.as_ref())?.is_some();
        let fate = Fate::of(first);
        if faulty || *fates.entry(group).or_insert(fate) != fate {
            contradictory.insert(group);
        }
    }
    Ok(contradictory)
}

/// The answer contradicts what is known here: the same row goes out again.
pub(crate) fn postpone_contradiction(unit: &Unit<'_>, shipment: &OpenShipment) -> StoreResult<()> {
    let detail = json!({"shipment": shipment.key, "reason": "the answers to a group contradict each other"});
    unit.journal(Some(shipment.record), "protocol_error", &detail)?;
    postpone_alone(unit, shipment)
}

fn postponed(
    unit: &Unit<'_>,
    work: Work,
    shipment: &OpenShipment,
    wait_ms: i64,
    error: &str,
    outcome: &Outcome,
) -> StoreResult<Option<Settled>> {
    shipments::postpone(unit.db, shipment.no, &Due::after(&unit.now, wait_ms), error)?;
    unit.touch(work.row.no);
    Ok(Some(Settled {
        record: work.row.id,
        server_id: work.row.server_id.clone(),
        version: work.row.version,
        outcome: outcome.clone(),
    }))
}

/// No answer came for this shipment: the same row goes out again when the lane is due.
pub(crate) fn postpone(unit: &Unit<'_>, shipment: &OpenShipment) -> StoreResult<()> {
    unanswered(unit, shipment, 0)
}

/// Its own answer cannot be read: it waits on its own, so that it does not hold up the others.
pub(crate) fn postpone_alone(unit: &Unit<'_>, shipment: &OpenShipment) -> StoreResult<()> {
    unanswered(unit, shipment, own_wait_ms(shipment.attempts, false, unit.random()))
}

fn unanswered(unit: &Unit<'_>, shipment: &OpenShipment, wait_ms: i64) -> StoreResult<()> {
    shipments::postpone(unit.db, shipment.no, &Due::after(&unit.now, wait_ms), "no answer")?;
    unit.touch(shipment.record);
    Ok(())
}

/// The server refuses the request as a whole though it carries this shipment alone: a person decides.
pub(crate) fn refuse_alone(unit: &Unit<'_>, shipment: &OpenShipment, message: &str) -> StoreResult<()> {
    let mut work = Work::load(unit, shipment.record)?;
    let errors = vec![FieldError { field: String::new(), message: message.to_owned() }];
    refused(unit, &mut work, shipment, &Outcome::Rejected { errors }, (None, false))?;
    work.save(unit)
}

/// A lookup says that it is stored.
pub(super) fn applied_by_lookup(
    unit: &Unit<'_>,
    shipment: &OpenShipment,
    seq: i64,
    stored: Vec<(&String, &Json)>,
    record: Option<&Entry>,
) -> StoreResult<()> {
    let mut work = Work::load(unit, shipment.record)?;
    let server_id = record.map(|entry| &entry.server_id);
    let news = Applied { seq, server_id, stored, may_be_old: false };
    applied(unit, &mut work, shipment, &news, record)?;
    work.save(unit)
}

/// A lookup says that it was refused, or leaves no other reading.
pub(super) fn refused_by_lookup(
    unit: &Unit<'_>,
    shipment: &OpenShipment,
    refusal: &Outcome,
    record: Option<&Entry>,
) -> StoreResult<()> {
    let mut work = Work::load(unit, shipment.record)?;
    refused(unit, &mut work, shipment, refusal, (record, false))?;
    work.save(unit)
}

/// A page names the open shipment: the page is its acknowledgement.
pub(super) fn settle_by_page(unit: &Unit<'_>, mut work: Work, entry: &Entry) -> StoreResult<()> {
    let Some(shipment) = work.shipment.clone() else { return Ok(()) };
    let named = entry.by.iter().find(|applied| applied.shipment == shipment.key);
    let Some(named) = named else { return Ok(()) };
    let stored = named.stored.iter().collect();
    let news = Applied { seq: named.seq, server_id: Some(&entry.server_id), stored, may_be_old: false };
    applied(unit, &mut work, &shipment, &news, Some(entry))?;
    work.save(unit)
}

/// Some servers keep whole answers: beside an answer that is given again the record may be as it was then (pitfall P3).
fn may_be_old(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Duplicate { .. }) && !mutants::is(Mutant::KeptAnswerIsFresh)
}

/// It comes again in a page, unless it is out of sight.
fn not_seen_yet(work: &mut Work) {
    work.row.stale |= matches!(work.row.life, Life::Alive | Life::Archived);
}

/// What an acknowledgement says.
struct Applied<'a> {
    seq: i64,
    server_id: Option<&'a String>,
    stored: Vec<(&'a String, &'a Json)>,
    /// Others may have changed the record since.
    may_be_old: bool,
}

fn applied(
    unit: &Unit<'_>,
    work: &mut Work,
    shipment: &OpenShipment,
    news: &Applied<'_>,
    record: Option<&Entry>,
) -> StoreResult<()> {
    let sent = sent_changes(work, shipment.no);
    // What changed nothing on the server comes in no page.
    let is_news = work.row.server_seq.unwrap_or(i64::MIN) < news.seq;
    shipments::settle(unit.db, shipment.no, Ending::Applied)?;
    journal_ops(unit, work, shipment, &sent, "applied", &json!({"seq": news.seq, "server_id": news.server_id}))?;
    for change in work.changes.iter_mut().filter(|change| is_sent(change, shipment.no)) {
        change.state = State::Done;
    }
    for change in &sent {
        match (change.kind, change.field.as_str()) {
            (ChangeKind::Archive, "") => work.row.life = Life::Archived,
            (ChangeKind::Reopen, "") => work.row.life = Life::Alive,
            (_, "") => {}
            (_, field) => {
                work.base.set(field, change.to.clone());
                if !mutants::is(Mutant::OldAuthorNamed) {
                    work.row.set_author(field, FieldAuthor { who: change.author.clone(), at_ms: unit.now_ms });
                }
            }
        }
    }
    for (field, value) in &news.stored {
        let stored = localise_value(unit, &work.row.record_type, field, value)?;
        work.base.set(field, stored.clone());
        note_stored(work, &sent, field, stored);
    }
    work.shipment = None;
    work.row.bounces = 0;
    work.row.due = None;
    work.row.synced_ms = Some(unit.now_ms);
    settle_what_now_agrees(unit, work)?;
    if let Some(entry) = record.filter(|entry| entry.seq >= news.seq) {
        theirs::take_or_report(unit, work, entry)?;
    }
    if news.may_be_old && is_news {
        not_seen_yet(work);
    }
    theirs::drop_older(work, news.seq);
    theirs::unpark(unit, work)?;
    ask_of_lost_parents(unit, work)?;
    attach_server_id(unit, work, news)?;
    if work.row.server_seq.unwrap_or(i64::MIN) < news.seq {
        // What else changed up to that moment is not known here: not "synced" before the record has been seen again.
        work.row.server_seq = Some(news.seq);
        work.row.stale = true;
    }
    Ok(())
}

/// What became of the edit is what later forms on this device start from; the journal has what was typed.
fn note_stored(work: &mut Work, sent: &[Change], field: &str, stored: Option<Canonical>) {
    let last =
        sent.iter().rfind(|change| change.field == field).or_else(|| sent.iter().find(|change| change.is_create()));
    let Some(last) = last else { return };
    let sent = if last.is_create() { created_fields(last).get(field).cloned() } else { last.to.clone() };
    // Edits made on top of it have seen the same value in its first form.
    for change in work.changes.iter_mut().filter(|change| change.field == field && is_live(change)) {
        if change.seen == sent {
            change.seen.clone_from(&stored);
        }
    }
    let last = last.seq;
    for change in work.changes.iter_mut().filter(|change| change.seq == last) {
        if change.is_create() {
            let mut created = created_fields(change);
            created.set(field, stored.clone());
            change.to = Some(Canonical::from_stored(created.to_json()));
        } else {
            change.to.clone_from(&stored);
        }
    }
}

/// The outcome alone names the record where no entry came with it.
fn attach_server_id(unit: &Unit<'_>, work: &mut Work, news: &Applied<'_>) -> StoreResult<()> {
    let (None, Some(server_id)) = (&work.row.server_id, news.server_id) else { return Ok(()) };
    match crate::store::records::by_server_id(unit.db, &work.row.record_type, server_id)? {
        None => work.row.server_id = Some(server_id.clone()),
        Some(other) => {
            let reason = format!("server id {server_id} belongs to record {}", other.id);
            unit.journal(Some(work.row.no), "protocol_error", &json!({"reason": reason}))?;
        }
    }
    Ok(())
}

/// A later edit may say what is stored by now anyway; where it says something else, that is what it is asked about.
fn settle_what_now_agrees(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    hold::withdraw_where_agreed(unit, work)?;
    let by = FieldAuthor { who: unit.context.user.clone(), at_ms: unit.now_ms };
    for field in work.live_fields() {
        let is_held = work.live_on(&field).next_back().is_some_and(|change| change.state == State::Held);
        let base = work.base.get(&field).cloned();
        if is_held && work.open_review(&field).is_some_and(|review| review.theirs != base) {
            hold::move_theirs(work, &field, base.as_ref(), &by);
        }
    }
    Ok(())
}

fn refused(
    unit: &Unit<'_>,
    work: &mut Work,
    shipment: &OpenShipment,
    refusal: &Outcome,
    (record, may_be_old): (Option<&Entry>, bool),
) -> StoreResult<()> {
    let sent = take_back(unit, work, shipment, refusal)?;
    let news = record.filter(|entry| is_news(work, entry));
    if let Some(entry) = news {
        theirs::take_or_report(unit, work, entry)?;
        if may_be_old && work.row.server_seq == Some(entry.seq) {
            not_seen_yet(work);
        }
    }
    theirs::unpark(unit, work)?;
    match refusal {
        Outcome::Conflict { fields } => conflict(unit, work, &sent, fields, news.is_some())?,
        Outcome::Rejected { errors } => rejected(unit, work, &sent, errors)?,
        // The session that is opened next, or the rest of the group, says what they wait for.
        Outcome::SchemaTooOld => {}
        // Or nothing does: where no member says why, they do not come back at once for ever.
        Outcome::GroupRefused => bounce(unit, work),
        other => hold_whole(unit, work, other)?,
    }
    ask_of_lost_parents(unit, work)
}

/// The shipment is over and its changes are pending again. Returns them as they were sent.
pub(super) fn take_back(
    unit: &Unit<'_>,
    work: &mut Work,
    shipment: &OpenShipment,
    refusal: &Outcome,
) -> StoreResult<Vec<Change>> {
    let sent = sent_changes(work, shipment.no);
    shipments::settle(unit.db, shipment.no, Ending::Refused)?;
    let detail = serde_json::to_value(refusal).unwrap_or(Json::Null);
    journal_ops(unit, work, shipment, &sent, "refused", &detail)?;
    for change in work.changes.iter_mut().filter(|change| is_sent(change, shipment.no)) {
        change.state = State::Pending;
        change.shipment = None;
    }
    work.shipment = None;
    Ok(sent)
}

fn is_news(work: &Work, entry: &Entry) -> bool {
    entry.seq > work.row.server_seq.unwrap_or(i64::MIN)
}

fn conflict(
    unit: &Unit<'_>,
    work: &mut Work,
    sent: &[Change],
    fields: &[FieldConflict],
    record_came: bool,
) -> StoreResult<()> {
    // The record sent along says it all; without it the listed values have to do.
    for listed in fields.iter().filter(|_| !record_came) {
        let theirs = localise_value(unit, &work.row.record_type, &listed.field, &listed.value)?;
        let shipped_from = sent.iter().find(|change| change.field == listed.field).map(|change| &change.from);
        if shipped_from.is_some_and(|from| from.as_ref() == work.base.get(&listed.field)) {
            let by = FieldAuthor { who: listed.by.clone(), at_ms: listed.at_ms };
            theirs::take_field(unit, work, &listed.field, theirs.as_ref(), &by)?;
            if !mutants::is(Mutant::OldAuthorNamed) {
                work.row.set_author(&listed.field, by);
            }
        }
    }
    bounce(unit, work);
    Ok(())
}

/// It goes out again at once, but not for ever.
fn bounce(unit: &Unit<'_>, work: &mut Work) {
    work.row.bounces += 1;
    if work.row.bounces >= BOUNCES_BEFORE_WAIT {
        let wait_ms = own_wait_ms(work.row.bounces - BOUNCES_BEFORE_WAIT + 1, false, unit.random());
        work.row.due = Some(Due::after(&unit.now, wait_ms));
    }
}

/// Fields that the server does not accept are held, each with its reason; the others go out again at once. A create, and
/// an error about the record as a whole, hold everything.
fn rejected(unit: &Unit<'_>, work: &mut Work, sent: &[Change], errors: &[FieldError]) -> StoreResult<()> {
    let whole = sent.iter().any(|change| change.field.is_empty())
        || errors.is_empty()
        || errors.iter().any(|error| sent.iter().all(|change| change.field != error.field));
    let detail = serde_json::to_string(errors).ok();
    if whole && mutants::is(Mutant::RefusalForgotten) && !errors.is_empty() {
        return Ok(());
    }
    if whole {
        return hold_record(unit, work, ReviewKind::Rejected, detail);
    }
    for error in errors {
        let pending = work.live_on(&error.field).any(|change| change.state == State::Pending);
        if !pending {
            continue;
        }
        let base = work.base.get(&error.field).cloned();
        let question = Question {
            field: error.field.clone(),
            kind: ReviewKind::Rejected,
            base: base.clone(),
            theirs: base,
            by: None,
            detail: serde_json::to_string(&[error]).ok(),
        };
        hold::ask(unit, work, question)?;
    }
    Ok(())
}

fn hold_whole(unit: &Unit<'_>, work: &mut Work, outcome: &Outcome) -> StoreResult<()> {
    let (kind, detail) = match outcome {
        Outcome::Locked { by } => (ReviewKind::Locked, Some(json!({"by": by}).to_string())),
        Outcome::NotOwner { owner } => (ReviewKind::NotOwner, Some(json!({"by": owner}).to_string())),
        // What was never there cannot be gone: the record that it belongs to is.
        Outcome::Gone if work.live().any(Change::is_create) => (ReviewKind::ParentGone, None),
        Outcome::Gone => (ReviewKind::Gone, None),
        _ => (ReviewKind::Forbidden, None),
    };
    hold_record(unit, work, kind, detail)
}

fn hold_record(unit: &Unit<'_>, work: &mut Work, kind: ReviewKind, detail: Option<String>) -> StoreResult<()> {
    let anything = work.live().any(|change| change.state == State::Pending);
    if !anything {
        return Ok(());
    }
    let question = Question { field: String::new(), kind, base: None, theirs: None, by: None, detail };
    hold::ask(unit, work, question).map(|_| ())
}

fn is_sent(change: &Change, shipment: i64) -> bool {
    change.state == State::Sealed && change.shipment == Some(shipment)
}

fn sent_changes(work: &Work, shipment: i64) -> Vec<Change> {
    work.changes.iter().filter(|change| is_sent(change, shipment)).cloned().collect()
}

/// One journal row a shipment: which operations, which values, what came of it (requirement D6).
fn journal_ops(
    unit: &Unit<'_>,
    work: &Work,
    shipment: &OpenShipment,
    sent: &[Change],
    kind: &str,
    outcome: &Json,
) -> StoreResult<()> {
    let changes: Vec<Json> = sent.iter().map(describe).collect();
    let detail = json!({
        "shipment": shipment.key, "attempts": shipment.attempts, "changes": changes, "outcome": outcome,
    });
    unit.journal(Some(work.row.no), kind, &detail)
}

/// Writes what a person gave up of a record into its history, so that it can be read and typed again.
pub(super) fn journal_discarded(unit: &Unit<'_>, record: i64, op: i64, given_up: &[&Change]) -> StoreResult<()> {
    let changes: Vec<Json> = given_up.iter().map(|change| describe(change)).collect();
    unit.journal(Some(record), "discarded", &json!({"op": op, "changes": changes, "by": unit.context.user}))
}

/// A change for the journal.
pub(super) fn describe(change: &Change) -> Json {
    let value = |value: &Option<Canonical>| value.as_ref().map_or(Json::Null, Canonical::json);
    json!({
        "op": change.op, "kind": change.kind, "field": change.field, "from": value(&change.from),
        "to": value(&change.to), "author": change.author, "made_ms": change.made_ms,
    })
}

fn name_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::ParentMissing => "parent_missing",
        Outcome::NotAttempted => "not_attempted",
        Outcome::Expired => shipments::EXPIRED,
        Outcome::Later { .. } => "later, without a time",
        _ => shipments::LATER,
    }
}
