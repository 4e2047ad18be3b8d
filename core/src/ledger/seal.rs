//! Sealing: pending changes become immutable shipments, durable before the first byte goes out (pitfall P1).

use std::collections::BTreeSet;

use uuid::Uuid;

use super::body::{self, Folded, Message};
use super::discard::{ask_instead_of_sending, is_parted};
use super::facts::{Standing, created_fields, standings};
use super::hold::{self, Question};
use super::review::ReviewKind;
use super::unit::Unit;
use super::work::Work;
use crate::schedule::{Due, Stand};
use crate::schema::{FieldProblem, ProblemKind};
use crate::store::changes::{self, Change, State};
use crate::store::shipments::{self, NewShipment};
use crate::store::{StoreResult, reviews};
use crate::wire::ChangeKind;

/// Bytes of folded values above which the rest of a record waits for the next shipment (512 KiB): its answer comes first
/// anyway, and one request takes 1 MiB.
const MAX_FOLDED_BYTES: usize = 512 * 1024;
/// Pending changes looked at in one go; a transaction stays short whatever the length of the queue.
const CANDIDATES: usize = 200;

/// How much more a batch takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SealRoom {
    pub(crate) items: usize,
    pub(crate) bytes: usize,
}

/// What one pass made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SealPass {
    /// Shipments sealed.
    pub(crate) sealed: usize,
    /// Where to look next, or none when every pending change has been looked at.
    pub(crate) next_from: Option<i64>,
}

/// Whether anything pending may be sealed at all, and whether resolutions wait: a cheap question asked before each step.
pub(crate) fn next_to_send(unit: &Unit<'_>, from: i64) -> StoreResult<bool> {
    let mut from = from;
    loop {
        let candidates = changes::pending_from(unit.db, from, CANDIDATES)?;
        let mut looked_at = BTreeSet::new();
        for candidate in &candidates {
            from = candidate.seq + 1;
            // What an update has to come for does not go, and may be many thousands.
            if unit.needs_update(candidate.seq) {
                continue;
            }
            if looked_at.insert(candidate.record) && may_go(unit, candidate.record)? {
                return Ok(true);
            }
        }
        if candidates.len() < CANDIDATES {
            return reviews::any_unreported(unit.db);
        }
    }
}

fn may_go(unit: &Unit<'_>, record: i64) -> StoreResult<bool> {
    let standings = standings(unit, record)?;
    Ok(standings.iter().any(|standing| standing.stands.contains(&Stand::Ready)))
}

/// Seals what is ready, from change number `from` on, until the room is used up or the candidates of one go are.
pub(crate) fn seal(unit: &Unit<'_>, from: i64, room: &mut SealRoom) -> StoreResult<SealPass> {
    let candidates = changes::pending_from(unit.db, from, CANDIDATES)?;
    let mut pass = SealPass { sealed: 0, next_from: None };
    let mut looked_at = BTreeSet::new();
    for candidate in &candidates {
        if room.items == 0 || room.bytes == 0 {
            pass.next_from = Some(candidate.seq);
            return Ok(pass);
        }
        if !unit.needs_update(candidate.seq) && looked_at.insert(candidate.record) {
            pass.sealed += seal_record(unit, candidate.record, room)?;
        }
    }
    if candidates.len() == CANDIDATES {
        pass.next_from = candidates.last().map(|last| last.seq + 1);
    }
    Ok(pass)
}

fn seal_record(unit: &Unit<'_>, record: i64, room: &mut SealRoom) -> StoreResult<usize> {
    let mut standings = standings(unit, record)?;
    let Some(first) = standings.first() else { return Ok(0) };
    match first_ready_group(first) {
        Some(group) if is_parted(Some(group)) => {
            let mut work = standings.swap_remove(0).work;
            ask_instead_of_sending(unit, &mut work, group)?;
            work.save(unit)?;
            Ok(0)
        }
        Some(group) => seal_group(unit, standings, group, room),
        None => seal_one(unit, standings.swap_remove(0), None, room).map(usize::from),
    }
}

/// The group of the first ready change, if that has one: a record has one shipment at a time.
fn first_ready_group(standing: &Standing) -> Option<i64> {
    let mut ready = standing.facts.changes.iter().zip(&standing.stands).filter(|(_, stand)| **stand == Stand::Ready);
    ready.next().and_then(|(change, _)| change.group)
}

/// Seals all members in one transaction.
fn seal_group(unit: &Unit<'_>, standings: Vec<Standing>, group: i64, room: &mut SealRoom) -> StoreResult<usize> {
    let in_group = |standing: &Standing| standing.facts.changes.iter().any(|change| change.group == Some(group));
    let mut members: Vec<Standing> = standings.into_iter().filter(in_group).collect();
    members.sort_by_key(|member| {
        member.facts.changes.iter().filter(|change| change.group == Some(group)).map(|change| change.seq).min()
    });
    let mut members = parents_first(members, group);
    let mut held = false;
    for member in &mut members {
        let ready = ready_in(member, Some(group));
        held |= hold_what_no_longer_fits(unit, &mut member.work, &ready)?;
    }
    let mut sealed = 0;
    for member in members {
        if held {
            // One member goes to a person, so none goes out.
            member.work.save(unit)?;
        } else {
            sealed += usize::from(seal_one(unit, member, Some(group), room)?);
        }
    }
    Ok(sealed)
}

/// As they were made, but a record that the group makes comes before what refers to it: the server reads them in order.
fn parents_first(mut waiting: Vec<Standing>, group: i64) -> Vec<Standing> {
    let mut ordered: Vec<Standing> = Vec::new();
    while !waiting.is_empty() {
        let free = |member: &Standing| {
            let mut missing = member.facts.changes.iter().flat_map(|change| &change.missing);
            missing.all(|parent| {
                let placed = ordered.iter().any(|other| other.facts.record == parent.record);
                parent.create_group != Some(group) || placed || parent.record == member.facts.record
            })
        };
        // Records that refer to each other have no right order; the server says so.
        let next = waiting.iter().position(free).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// Numbers of the ready changes of a record that belong to the group, or to none.
fn ready_in(standing: &Standing, group: Option<i64>) -> Vec<i64> {
    let pairs = standing.facts.changes.iter().zip(&standing.stands);
    let ready = pairs.filter(|(change, stand)| **stand == Stand::Ready && change.group == group);
    ready.map(|(change, _)| change.seq).collect()
}

/// Seals the ready changes of one record, of one group or of none.
fn seal_one(unit: &Unit<'_>, standing: Standing, group: Option<i64>, room: &mut SealRoom) -> StoreResult<bool> {
    let ready = ready_in(&standing, group);
    let mut work = standing.work;
    if ready.is_empty() || hold_what_no_longer_fits(unit, &mut work, &ready)? {
        work.save(unit)?;
        return Ok(false);
    }
    let chosen: Vec<Change> = work.live().filter(|change| ready.contains(&change.seq)).cloned().collect();
    let folded = fold(&chosen);
    finish_what_cancels_out(unit, &mut work, &folded)?;
    if folded.shipped.is_empty() {
        work.save(unit)?;
        return Ok(false);
    }
    let shipped = write_shipment(unit, &mut work, &folded, group, room)?;
    work.save(unit)?;
    Ok(shipped)
}

/// Ready changes by field.
struct Fold {
    kind: ChangeKind,
    fields: Vec<Folded>,
    /// Numbers of the changes that go out.
    shipped: Vec<i64>,
    /// Numbers of changes that end where they began.
    cancelled: Vec<i64>,
    author: String,
    made_ms: i64,
}

/// Folds changes of one record: per field the first `from` and the last `to`; a create takes the patches behind it in.
fn fold(chosen: &[Change]) -> Fold {
    let first = chosen.first();
    let mut fold = Fold {
        kind: first.map_or(ChangeKind::Patch, |change| change.kind),
        fields: Vec::new(),
        shipped: Vec::new(),
        cancelled: Vec::new(),
        author: chosen.last().map(|change| change.author.clone()).unwrap_or_default(),
        made_ms: first.map_or(0, |change| change.made_ms),
    };
    if fold.kind == ChangeKind::Create {
        fold_create(&mut fold, chosen);
    } else if fold.kind == ChangeKind::Patch {
        fold_patches(&mut fold, chosen);
    } else {
        fold.shipped = chosen.iter().take(1).map(|change| change.seq).collect();
    }
    fold
}

fn fold_create(fold: &mut Fold, chosen: &[Change]) {
    let mut values = chosen.first().map(created_fields).unwrap_or_default();
    for change in chosen.iter().skip(1) {
        values.set(&change.field, change.to.clone());
    }
    let given =
        values.iter().map(|(field, value)| Folded { field: field.to_owned(), from: None, to: Some(value.clone()) });
    fold.fields = given.collect();
    fold.shipped = chosen.iter().map(|change| change.seq).collect();
}

fn fold_patches(fold: &mut Fold, chosen: &[Change]) {
    let mut bytes = 0;
    let mut fields: Vec<&str> = Vec::new();
    for change in chosen {
        if !fields.contains(&change.field.as_str()) {
            fields.push(&change.field);
        }
    }
    for field in fields {
        let of_field: Vec<&Change> = chosen.iter().filter(|change| change.field == field).collect();
        let (Some(first), Some(last)) = (of_field.first(), of_field.last()) else { continue };
        let numbers = of_field.iter().map(|change| change.seq);
        if first.from == last.to {
            fold.cancelled.extend(numbers);
            continue;
        }
        let size = [&first.from, &last.to].iter().map(|v| v.as_ref().map_or(4, |v| v.as_str().len())).sum::<usize>();
        if bytes > 0 && bytes + size > MAX_FOLDED_BYTES {
            continue;
        }
        bytes += size;
        fold.shipped.extend(numbers);
        fold.fields.push(Folded { field: field.to_owned(), from: first.from.clone(), to: last.to.clone() });
    }
}

fn finish_what_cancels_out(unit: &Unit<'_>, work: &mut Work, fold: &Fold) -> StoreResult<()> {
    if fold.cancelled.is_empty() {
        return Ok(());
    }
    for change in work.changes.iter_mut().filter(|change| fold.cancelled.contains(&change.seq)) {
        change.state = State::Done;
    }
    unit.journal(Some(work.row.no), "nothing_to_change", &serde_json::json!({"changes": fold.cancelled}))
}

fn write_shipment(
    unit: &Unit<'_>,
    work: &mut Work,
    fold: &Fold,
    group: Option<i64>,
    room: &mut SealRoom,
) -> StoreResult<bool> {
    let key = match shipments::key_to_reuse(unit.db, work.row.no)? {
        Some(key) => key,
        None => Uuid::from_bytes(*unit.new_uuid().as_bytes()),
    };
    // Whatever version it was made under, it has just been checked against this one.
    let schema_version = unit.context.schema.version;
    let message = Message {
        key,
        kind: fold.kind,
        fields: fold.fields.iter().map(copy).collect(),
        author: fold.author.clone(),
        made_ms: fold.made_ms,
        schema_version,
    };
    let body = body::write(unit, work, &message)?;
    let no = shipments::insert(
        unit.db,
        &NewShipment {
            key,
            record: work.row.no,
            group,
            body: &body,
            base_version: work.row.version.as_deref(),
            schema_version,
            sealed_ms: unit.now_ms,
            due: &Due::after(&unit.now, 0),
        },
    )?;
    for change in work.changes.iter_mut().filter(|change| fold.shipped.contains(&change.seq)) {
        change.state = State::Sealed;
        change.shipment = Some(no);
    }
    room.items = room.items.saturating_sub(1);
    room.bytes = room.bytes.saturating_sub(body.len());
    Ok(true)
}

fn copy(folded: &Folded) -> Folded {
    Folded { field: folded.field.clone(), from: folded.from.clone(), to: folded.to.clone() }
}

/// Changes made under an older schema are checked against today's rules: what does not fit is held, nothing is sent
/// (requirement F5). Says whether anything was held.
fn hold_what_no_longer_fits(unit: &Unit<'_>, work: &mut Work, ready: &[i64]) -> StoreResult<bool> {
    let version = unit.context.schema.version;
    let mut held = false;
    for change in what_is_sent(work, ready).into_iter().filter(|change| change.schema_version != version) {
        let problems = problems_of(unit, work, &change, ready);
        if problems.is_empty() {
            continue;
        }
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let base = work.base.get(&change.field).cloned();
        let question = Question {
            field: change.field.clone(),
            kind: ReviewKind::RuleChanged,
            base: base.clone(),
            theirs: base,
            by: None,
            detail: Some(serde_json::json!([{"field": change.field, "message": messages.join("; ")}]).to_string()),
        };
        hold::ask(unit, work, question)?;
        held = true;
    }
    Ok(held)
}

/// Of the ready changes those that decide what goes out: a create, which takes the others in, or the last of each field.
fn what_is_sent(work: &Work, ready: &[i64]) -> Vec<Change> {
    let sent: Vec<&Change> = work.live().filter(|change| ready.contains(&change.seq)).collect();
    if let Some(create) = sent.iter().find(|change| change.is_create()) {
        return vec![(*create).clone()];
    }
    let is_last = |change: &Change| sent.iter().rfind(|other| other.field == change.field).map(|last| last.seq);
    sent.iter().filter(|change| is_last(change) == Some(change.seq)).map(|change| (*change).clone()).collect()
}

fn problems_of(unit: &Unit<'_>, work: &Work, change: &Change, ready: &[i64]) -> Vec<FieldProblem> {
    let Some(record_type) = unit.record_type(&work.row.record_type) else {
        let message = format!("This app has no {} any more", work.row.record_type);
        return vec![FieldProblem { field: String::new(), kind: ProblemKind::UnknownField, message }];
    };
    if change.is_create() {
        // With the edits that are folded into it: they may be what mends it.
        let mut values = created_fields(change);
        for later in work.live().filter(|later| ready.contains(&later.seq) && !later.field.is_empty()) {
            values.set(&later.field, later.to.clone());
        }
        let kept = values.iter().filter_map(|(field, value)| record_type.check_kept(field, Some(value)));
        let missing = record_type.check_create(&values);
        return kept.chain(missing.into_iter().filter(|problem| problem.kind == ProblemKind::Missing)).collect();
    }
    let of_field = (!change.field.is_empty()).then(|| record_type.check_kept(&change.field, change.to.as_ref()));
    of_field.flatten().into_iter().collect()
}
