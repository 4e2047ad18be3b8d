//! Giving up what waits: first a plan of all that would go with it, then the deed (requirement B9). The plan is found by
//! doing it in a transaction that is rolled back, so what is shown and what happens cannot differ.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::discard::{end_record, part_groups, references};
use super::facts::created_fields;
use super::hold::{self, Question};
use super::item::{ItemProblem, companions, waiting_item};
use super::review::{ReviewKind, mine_of};
use super::settle::journal_discarded;
use super::unit::Unit;
use super::work::{Work, is_live};
use crate::merge::{LiveWork, RecordStep, plan_life};
use crate::mutants::{self, Mutant};
use crate::store::changes::{self, Change, State};
use crate::store::records::{self, Life};
use crate::store::reviews::{self, ReviewRow};
use crate::store::{StoreError, StoreResult, refs};
use crate::value::{Canonical, RecordId, ReviewId};
use crate::wire::{ChangeKind, RecordLife};

/// What giving up an item of the outbox would do, all of it. Show it, then hand it to [`crate::Fieldkeep::discard`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct DiscardPlan {
    /// The operation that was asked about.
    pub operation: i64,
    /// The operations that would be given up, in the order in which they were made: that one, and with a create
    /// everything else that waits of its record.
    pub items: Vec<PlannedDiscard>,
    /// Records of which nothing would be left: they were made here and never sent.
    pub records: Vec<RecordId>,
    /// Open reviews that would end with it.
    pub reviews: Vec<ReviewId>,
    /// Operations that would be kept, and about which a person would be asked.
    pub questions: Vec<PlannedQuestion>,
    /// Says what was planned; opaque.
    pub stamp: String,
}

/// An operation that would be given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct PlannedDiscard {
    /// Its number.
    pub operation: i64,
    /// Its record.
    pub record: RecordId,
    /// The record's type.
    pub record_type: String,
    /// What it does.
    pub kind: ChangeKind,
    /// The fields it changes and that have not been sent; empty for an archive, reopen or sign-off.
    pub fields: Vec<String>,
    /// When it was made, corrected device time, milliseconds.
    pub made_ms: i64,
    /// Who made it.
    pub author: String,
}

/// An operation that would be kept until a person has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct PlannedQuestion {
    /// Its number.
    pub operation: i64,
    /// Its record.
    pub record: RecordId,
    /// What would be asked: `ParentGone` where it refers to a record that would be given up, `GroupParted` where it was to
    /// be sent together, `Gone` where the record is archived and would not be reopened.
    pub kind: ReviewKind,
}

/// Gives an operation up and says what that did. To be rolled back when only the plan is wanted.
pub(crate) fn give_up(unit: &Unit<'_>, op: i64) -> Result<DiscardPlan, ItemProblem> {
    let item = waiting_item(unit, op)?;
    let record = item[0].record;
    let before = concerned(unit, &item)?;
    let open_before = reviews::open_of(unit.db, record)?;
    end_operation(unit, &item)?;
    let open_after: Vec<i64> = reviews::open_of(unit.db, record)?.iter().map(|review| review.no).collect();
    let ended = open_before.into_iter().filter(|review| !open_after.contains(&review.no)).collect();
    Ok(plan_of(unit, op, &before, ended)?)
}

/// Gives up what the plan says, or nothing.
pub(crate) fn discard(unit: &Unit<'_>, plan: &DiscardPlan) -> Result<(), ItemProblem> {
    let done = give_up(unit, plan.operation)?;
    // An error rolls everything back.
    if done.stamp == plan.stamp { Ok(()) } else { Err(ItemProblem::PlanChanged) }
}

/// All live changes that may be touched: those of the record, of what goes together with them, and of records that refer to
/// one that would be given up.
fn concerned(unit: &Unit<'_>, item: &[Change]) -> StoreResult<Vec<Change>> {
    let record = item[0].record;
    let own = changes::live_of(unit.db, record)?;
    let mut all = companions(unit, &own)?;
    all.extend(own);
    if item.iter().any(Change::is_create) {
        for child in refs::children(unit.db, record)? {
            all.extend(changes::live_of(unit.db, child)?);
        }
    }
    all.sort_by_key(|change| change.seq);
    all.dedup_by_key(|change| change.seq);
    Ok(all)
}

fn end_operation(unit: &Unit<'_>, item: &[Change]) -> StoreResult<()> {
    let mut work = Work::load(unit, item[0].record)?;
    if item.iter().any(Change::is_create) {
        end_record(unit, &mut work)?;
    } else {
        end_changes(unit, &mut work, item)?;
    }
    let given_up: Vec<Change> =
        work.changes.iter().filter(|change| change.state == State::Discarded).cloned().collect();
    journal_discarded(unit, work.row.no, item[0].op, &given_up.iter().collect::<Vec<_>>())?;
    let groups: BTreeSet<i64> = given_up.iter().filter_map(|change| change.group).collect();
    part_groups(unit, &mut work, &groups)?;
    if item.iter().any(|change| change.kind == ChangeKind::Reopen) {
        ask_about_what_stays_archived(unit, &mut work)?;
    }
    if work.live().next().is_none() {
        work.row.bounces = 0;
        work.row.due = None;
    }
    work.save(unit)
}

/// Ends these changes, and the questions that hold nothing any more.
fn end_changes(unit: &Unit<'_>, work: &mut Work, item: &[Change]) -> StoreResult<()> {
    let asked: Vec<(ReviewRow, Option<Canonical>)> = work
        .reviews
        .iter()
        .filter(|review| review.closed_ms.is_none())
        .map(|review| (review.clone(), mine_of(work, review)))
        .collect();
    for ending in item {
        for change in work.changes.iter_mut().filter(|change| change.record == ending.record) {
            if change.seq == ending.seq {
                change.state = State::Discarded;
            } else if change.seq > ending.seq && change.field == ending.field && change.seen == ending.to {
                // Who made the later edit has seen through this one what was there before it.
                change.seen.clone_from(&ending.seen);
            }
        }
    }
    for (row, mine) in asked {
        if work.live().any(|change| change.state == State::Held && change.review == Some(row.no)) {
            continue;
        }
        hold::close(unit, work, &row, "theirs", mine, row.theirs.clone());
        hold::journal_closed(unit, work, &row, "theirs", row.theirs.as_ref())?;
    }
    // An earlier edit that counts again may say what the others say.
    if mutants::is(Mutant::AsksAboutTheSame) { Ok(()) } else { hold::withdraw_where_agreed(unit, work) }
}

/// Without the reopen the server takes none of the edits behind it.
fn ask_about_what_stays_archived(unit: &Unit<'_>, work: &mut Work) -> StoreResult<()> {
    if work.row.life != Life::Archived || work.shipment.is_some() {
        return Ok(());
    }
    let waiting = work.live().filter(|change| change.state == State::Pending);
    match plan_life(RecordLife::Archived, LiveWork::of(waiting.map(|change| change.kind))) {
        RecordStep::Follow => {}
        RecordStep::Converged => {
            for change in work.changes.iter_mut().filter(|change| change.state == State::Pending) {
                change.state = State::Done;
            }
            unit.journal(Some(work.row.no), "converged", &json!({"field": "", "life": "archived"}))?;
        }
        RecordStep::Hold(_) => {
            let question = Question {
                field: String::new(),
                kind: ReviewKind::Gone,
                base: None,
                theirs: None,
                by: None,
                detail: None,
            };
            let whole = hold::ask(unit, work, question)?;
            hold::absorb_field_questions(unit, work, whole)?;
        }
    }
    Ok(())
}

/// What became of the changes that were live before.
fn plan_of(unit: &Unit<'_>, op: i64, before: &[Change], ended: Vec<ReviewRow>) -> StoreResult<DiscardPlan> {
    let mut plan = DiscardPlan {
        operation: op,
        items: Vec::new(),
        records: Vec::new(),
        reviews: ended.iter().map(|review| review.id).collect(),
        questions: Vec::new(),
        stamp: String::new(),
    };
    let mut given_up = Vec::new();
    for was in before {
        let now = changes::by_seq(unit.db, was.seq)?;
        let now = now.ok_or_else(|| StoreError::Unreadable(format!("change {} is missing", was.seq)))?;
        let (record, record_type, life) = name_of(unit, was.record)?;
        if now.state == State::Discarded {
            if was.is_create() && life == Life::Gone {
                plan.records.push(record);
            }
            add_item(&mut plan, was, record, record_type);
            given_up.push(was);
        } else if let Some(kind) = question_of(unit, was, &now, &plan.records)? {
            let known = plan.questions.iter().any(|question| question.operation == was.op && question.kind == kind);
            if !known {
                plan.questions.push(PlannedQuestion { operation: was.op, record, kind });
            }
        }
    }
    plan.stamp = stamp_of(&plan, &given_up, &ended);
    Ok(plan)
}

fn name_of(unit: &Unit<'_>, no: i64) -> StoreResult<(RecordId, String, Life)> {
    let row = records::by_no(unit.db, no)?;
    let row = row.ok_or_else(|| StoreError::Unreadable(format!("record {no} is missing")))?;
    Ok((row.id, row.record_type, row.life))
}

fn add_item(plan: &mut DiscardPlan, change: &Change, record: RecordId, record_type: String) {
    let fields: Vec<String> = match change.field.as_str() {
        "" if change.is_create() => created_fields(change).iter().map(|(field, _)| field.to_owned()).collect(),
        "" => Vec::new(),
        field => vec![field.to_owned()],
    };
    if let Some(item) = plan.items.iter_mut().find(|item| item.operation == change.op) {
        item.fields.extend(fields);
        return;
    }
    plan.items.push(PlannedDiscard {
        operation: change.op,
        record,
        record_type,
        kind: change.kind,
        fields,
        made_ms: change.made_ms,
        author: change.author.clone(),
    });
}

/// What a person is asked about a change that is kept: now, or once nothing of its record is on its way.
fn question_of(unit: &Unit<'_>, was: &Change, now: &Change, given_up: &[RecordId]) -> StoreResult<Option<ReviewKind>> {
    if !is_live(now) {
        return Ok(None);
    }
    if let Some(no) = now.review.filter(|_| now.state == State::Held && now.review != was.review) {
        let open = reviews::open_of(unit.db, now.record)?;
        return Ok(open.iter().find(|review| review.no == no).map(|review| ReviewKind::parse(&review.kind)));
    }
    if now.state != State::Held && references(now).iter().any(|id| given_up.contains(id)) {
        return Ok(Some(ReviewKind::ParentGone));
    }
    let parted = now.state != State::Held && now.group != was.group;
    Ok(parted.then_some(ReviewKind::GroupParted))
}

/// The same for the same consequences, whatever the values of the rest. A review counts as it was shown.
fn stamp_of(plan: &DiscardPlan, given_up: &[&Change], ended: &[ReviewRow]) -> String {
    let values: Vec<Json> = given_up.iter().map(|change| json!([change.seq, change.to])).collect();
    let reviews: Vec<Json> = ended.iter().map(|review| json!([review.id, review.theirs_rev])).collect();
    let text = json!([plan.operation, values, plan.records, reviews, plan.questions]).to_string();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
