//! One commit, one transaction: validate, place each field, write operation and changes and view. When it returns, the
//! edits are durable (promise 1).

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::convert::convert_values;
use super::edit::{CommitOptions, Edit, EditProblem, MAX_COMMIT_BYTES, MAX_EDITS, Receipt};
use super::hold::{self, Question};
use super::localise::blank;
use super::placing::{Placing, place, what_became_of_it};
use super::review::ReviewKind;
use super::stamp::{Seen, SeenStamp};
use super::unit::Unit;
use super::work::{Work, reference, save_references, save_words};
use crate::mutants::{self, Mutant};
use crate::schema::{FieldProblem, ProblemKind, RecordType};
use crate::store::changes::{self, Change, Origin, State};
use crate::store::forms::{self, FormRow};
use crate::store::records::{self, Life, RecordRow};
use crate::store::{StoreError, StoreResult, drafts};
use crate::value::{Canonical, FieldKind, FieldMap, RecordId, Value};
use crate::wire::{ChangeKind, MAX_RECORD_BYTES};

/// Keeps the edits, all or none.
pub(crate) fn commit(unit: &Unit<'_>, edits: &[Edit], options: &CommitOptions) -> Result<Receipt, EditProblem> {
    if edits.is_empty() || edits.len() > MAX_EDITS {
        return Err(EditProblem::EditCount);
    }
    if options.form_token.is_some_and(|token| token.0.is_nil()) {
        return Err(EditProblem::NoId("form token"));
    }
    let form = options.form_token.map(|token| (token, digest_of(edits, options.together)));
    if let Some((token, digest)) = &form
        && let Some(known) = forms::find(unit.db, *token)?
    {
        return repeated(&known, digest);
    }
    if options.together {
        check_group(edits)?;
    }
    let mut act = Act::new(unit, options.together)?;
    let mut receipt = Receipt { operations: Vec::new(), records: Vec::new(), repeated: false };
    for edit in edits {
        let (record, operation) = act.keep(edit)?;
        receipt.records.push(record);
        receipt.operations.extend(operation);
    }
    if act.bytes > MAX_COMMIT_BYTES {
        return Err(EditProblem::TooLarge { bytes: act.bytes });
    }
    if let Some((token, digest)) = form {
        let text = serde_json::to_string(&receipt).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        forms::insert(unit.db, token, &FormRow { digest, receipt: text }, unit.now_ms)?;
    }
    if let Some(form) = &options.draft {
        drafts::delete(unit.db, form)?;
    }
    Ok(receipt)
}

/// A group is refused here or never: what could not be sent as one would wait for ever.
fn check_group(edits: &[Edit]) -> Result<(), EditProblem> {
    for alone in edits.iter().filter(|edit| edit.goes_alone()) {
        let of_record = edits.iter().filter(|edit| edit.record() == alone.record());
        if let (Some(id), true) = (alone.record(), of_record.count() > 1) {
            return Err(EditProblem::NotTogether(id));
        }
    }
    Ok(())
}

fn repeated(known: &FormRow, digest: &[u8]) -> Result<Receipt, EditProblem> {
    if known.digest != digest {
        return Err(EditProblem::FormTokenReused);
    }
    let receipt: Receipt =
        serde_json::from_str(&known.receipt).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    Ok(Receipt { repeated: true, ..receipt })
}

/// A digest of what was asked for. Stamps take no part: a second tap may come from a form that was opened again.
fn digest_of(edits: &[Edit], together: bool) -> Vec<u8> {
    let sorted = |fields: &HashMap<String, Value>| {
        let ordered: BTreeMap<&String, &Value> = fields.iter().collect();
        json!(ordered).to_string()
    };
    let mut text = format!("{together}");
    for edit in edits {
        text.push_str(&match edit {
            Edit::Create { record_type, id, fields } => format!("|create {record_type} {id:?} {}", sorted(fields)),
            Edit::Patch { record_type, id, fields, .. } => format!("|patch {record_type} {id} {}", sorted(fields)),
            Edit::Archive { id, .. } => format!("|archive {id}"),
            Edit::Reopen { id, .. } => format!("|reopen {id}"),
            Edit::Signoff { id, .. } => format!("|signoff {id}"),
        });
    }
    Sha256::digest(text.as_bytes()).to_vec()
}

/// The commit at work.
struct Act<'u, 'a> {
    unit: &'u Unit<'a>,
    origin: Origin,
    next_seq: i64,
    act: i64,
    group: Option<i64>,
    bytes: usize,
}

impl<'u, 'a> Act<'u, 'a> {
    fn new(unit: &'u Unit<'a>, together: bool) -> StoreResult<Self> {
        let next_seq = changes::last_seq(unit.db)? + 1;
        let origin = Origin {
            device: unit.context.device.clone(),
            made_boot_ms: unit.now.boot_ms,
            boot_id: unit.now.boot_id.clone(),
        };
        Ok(Self { unit, origin, next_seq, act: next_seq, group: together.then_some(next_seq), bytes: 0 })
    }

    /// Keeps one edit; says which record it concerns and which operation it became.
    fn keep(&mut self, edit: &Edit) -> Result<(RecordId, Option<i64>), EditProblem> {
        match edit {
            Edit::Create { record_type, id, fields } => self.create(record_type, *id, fields),
            Edit::Patch { record_type, id, seen, fields } => self.patch(record_type, *id, seen.as_ref(), fields),
            Edit::Archive { id, seen } => self.barrier(ChangeKind::Archive, *id, seen.as_ref()),
            Edit::Reopen { id, seen } => self.barrier(ChangeKind::Reopen, *id, seen.as_ref()),
            Edit::Signoff { id, seen } => self.barrier(ChangeKind::Signoff, *id, seen.as_ref()),
        }
    }

    fn create(
        &mut self,
        type_name: &str,
        id: Option<RecordId>,
        fields: &HashMap<String, Value>,
    ) -> Result<(RecordId, Option<i64>), EditProblem> {
        let unit = self.unit;
        let record_type = known_type(unit, type_name)?;
        let values: FieldMap = checked(unit, record_type, fields)?
            .into_iter()
            .filter_map(|(field, value)| Some((field, value?)))
            .collect();
        let problems = record_type.check_create(&values);
        if !problems.is_empty() {
            return Err(EditProblem::Fields { record_type: type_name.to_owned(), problems });
        }
        check_size(&values)?;
        let id = id.unwrap_or_else(|| RecordId(unit.new_uuid()));
        if id.0.is_nil() {
            return Err(EditProblem::NoId("record's id"));
        }
        if records::no_of(unit.db, id)?.is_some() {
            return Err(EditProblem::RecordExists(id));
        }
        let mut row = blank(id, type_name, Life::Alive, None);
        row.view.clone_from(&values);
        row.no = records::insert(unit.db, &row)?;
        save_references(unit, &row, &FieldMap::new(), &values)?;
        save_words(unit, &row, &FieldMap::new(), &values)?;
        let json = values.to_json();
        self.bytes += json.len();
        let change = Change {
            kind: ChangeKind::Create,
            to: Some(Canonical::from_stored(json)),
            ..self.change(row.no, "", self.next_seq)
        };
        self.insert(&change)?;
        unit.touch(row.no);
        Ok((id, Some(change.op)))
    }

    fn patch(
        &mut self,
        type_name: &str,
        id: RecordId,
        stamp: Option<&SeenStamp>,
        fields: &HashMap<String, Value>,
    ) -> Result<(RecordId, Option<i64>), EditProblem> {
        let unit = self.unit;
        let record_type = known_type(unit, type_name)?;
        let (mut work, seen) = self.open(id, stamp)?;
        if work.row.record_type != type_name {
            let actual = work.row.record_type;
            return Err(EditProblem::OtherType { id, expected: type_name.to_owned(), actual });
        }
        if record_type.append_only.is_some() {
            return Err(EditProblem::AppendOnly(type_name.to_owned()));
        }
        check_open(&work)?;
        let op = self.next_seq;
        for (field, to) in checked(unit, record_type, fields)? {
            self.bytes += to.as_ref().map_or(0, |value| value.as_str().len());
            self.keep_field(&mut work, &seen, op, &field, to)?;
        }
        let kept = self.next_seq > op;
        if kept {
            check_size(&work.view())?;
        }
        work.save(unit)?;
        Ok((id, kept.then_some(op)))
    }

    fn keep_field(
        &mut self,
        work: &mut Work,
        seen: &Seen,
        op: i64,
        field: &str,
        to: Option<Canonical>,
    ) -> StoreResult<()> {
        let unit = self.unit;
        let placing = place(unit, work, seen, field, to.as_ref())?;
        if placing == Placing::Nothing {
            return Ok(());
        }
        let shown = what_became_of_it(unit, work, seen, field)?;
        let from = work.view().get(field).cloned();
        let mut change = Change { seen: shown.clone(), from, to, ..self.change(work.row.no, field, op) };
        match placing {
            Placing::Join(review) => {
                change.state = State::Held;
                change.review = Some(review);
            }
            Placing::FreeOverOwn => {
                let detail = json!({"field": field, "seen": shown, "over": change.from});
                unit.journal(Some(work.row.no), "over_own_edit", &detail)?;
            }
            Placing::Free | Placing::Nothing | Placing::Ask => {}
        }
        work.changes.push(change.clone());
        if placing == Placing::Ask {
            let theirs = work.base.get(field).cloned();
            let question = Question {
                field: field.to_owned(),
                kind: ReviewKind::Conflict,
                base: shown,
                theirs,
                by: work.row.author_of(field),
                detail: None,
            };
            hold::ask(unit, work, question)?;
        }
        if let Some(last) = work.changes.last().cloned() {
            self.insert(&last)?;
            work.note_stored(&last);
            unit.touch(last.record);
        }
        let same = work.open_review(field).is_some_and(|review| review.theirs == change.to);
        if same && !hold::is_on_its_way(work, field) {
            hold::withdraw(unit, work, field)?;
        }
        Ok(())
    }

    fn barrier(
        &mut self,
        kind: ChangeKind,
        id: RecordId,
        stamp: Option<&SeenStamp>,
    ) -> Result<(RecordId, Option<i64>), EditProblem> {
        let (mut work, seen) = self.open(id, stamp)?;
        let reopens_archived = kind == ChangeKind::Reopen && work.row.life == Life::Archived;
        if !reopens_archived {
            check_open(&work)?;
        }
        if self.says_it_again(kind, &work, &seen)? {
            return Ok((id, None));
        }
        let mut change = Change { kind, ..self.change(work.row.no, "", self.next_seq) };
        if let Some(review) = work.open_review("") {
            change.state = State::Held;
            change.review = Some(review.no);
        }
        self.insert(&change)?;
        self.unit.touch(work.row.no);
        work.note_stored(&change);
        work.changes.push(change.clone());
        work.save(self.unit)?;
        Ok((id, Some(change.op)))
    }

    /// Whether it was said already, and nothing else of the record since: a second tap, on a screen that did not show the
    /// first one yet, or that shows it waiting. Signed once is signed (promise 2).
    fn says_it_again(&self, kind: ChangeKind, work: &Work, seen: &Seen) -> StoreResult<bool> {
        let last_live = work.live().last().cloned();
        let last = match last_live {
            Some(last) => Some(last),
            None => changes::last_after(self.unit.db, work.row.no, seen.seq)?,
        };
        Ok(last.is_some_and(|last| last.is_barrier() && last.kind == kind))
    }

    /// The record and what the person saw of it.
    fn open(&self, id: RecordId, stamp: Option<&SeenStamp>) -> Result<(Work, Seen), EditProblem> {
        let unit = self.unit;
        let row = records::by_id(unit.db, id)?.ok_or(EditProblem::NotFound(id))?;
        if let Some(into) = row.merged_into {
            let into = records::ids_of(unit.db, into)?.map_or(id, |(other, _)| other);
            return Err(EditProblem::Merged { id, into });
        }
        let stamp = stamp.ok_or(EditProblem::StampMissing(id))?;
        let mut seen = Seen::read(stamp).ok_or(EditProblem::StampDamaged)?;
        if seen.id != id {
            return Err(EditProblem::StampOfOther(seen.id));
        }
        let record_type = unit.record_type(&row.record_type).filter(|_| !mutants::is(Mutant::SeenNotConverted));
        if let Some(record_type) = record_type {
            convert_values(record_type, &mut seen.values);
        }
        follow_references(unit, &row.record_type, &mut seen.values)?;
        match row.life {
            Life::Shell => Err(EditProblem::NotFound(id)),
            Life::Gone | Life::Hidden => Err(EditProblem::Gone(id)),
            Life::Alive | Life::Archived => {
                let mut work = Work::of(unit, row)?;
                if let Some(record_type) = record_type {
                    // An upgrade converts what waits; the rest when it is worked on.
                    convert_values(record_type, &mut work.base);
                }
                Ok((work, seen))
            }
        }
    }

    /// A blank patch of this commit.
    fn change(&self, record: i64, field: &str, op: i64) -> Change {
        Change {
            seq: self.next_seq,
            op,
            act: self.act,
            record,
            kind: ChangeKind::Patch,
            field: field.to_owned(),
            seen: None,
            from: None,
            to: None,
            state: State::Pending,
            shipment: None,
            review: None,
            group: self.group,
            paused: false,
            author: self.unit.context.user.clone(),
            schema_version: self.unit.context.schema.version,
            made_ms: self.unit.now_ms,
        }
    }

    fn insert(&mut self, change: &Change) -> StoreResult<()> {
        changes::insert(self.unit.db, change, &self.origin)?;
        self.next_seq = change.seq + 1;
        Ok(())
    }
}

fn known_type<'a>(unit: &Unit<'a>, name: &str) -> Result<&'a RecordType, EditProblem> {
    unit.record_type(name).ok_or_else(|| EditProblem::UnknownType(name.to_owned()))
}

fn check_open(work: &Work) -> Result<(), EditProblem> {
    if work.will_be_archived() {
        return Err(EditProblem::WillBeArchived(work.row.id));
    }
    if !work.will_be_open() {
        return Err(EditProblem::Archived(work.row.id));
    }
    Ok(())
}

/// A form may still hold the id of a stand-in that has been found to be another record: they are the same.
fn follow_references(unit: &Unit<'_>, record_type: &str, values: &mut FieldMap) -> StoreResult<()> {
    let Some(record_type) = unit.record_type(record_type) else { return Ok(()) };
    for field in record_type.fields.iter().filter(|field| field.kind == FieldKind::Reference) {
        let Some(id) = values.get(&field.name).and_then(reference) else { continue };
        let target = records::by_id(unit.db, id)?;
        if let Some(into) = followed(unit, target.as_ref())? {
            values.set(&field.name, Some(into));
        }
    }
    Ok(())
}

/// The reference to what a merged record is now; `None` for one that is not merged.
fn followed(unit: &Unit<'_>, target: Option<&RecordRow>) -> StoreResult<Option<Canonical>> {
    let Some(into) = target.and_then(|target| target.merged_into) else { return Ok(None) };
    let id = records::ids_of(unit.db, into)?.map(|(id, _)| id);
    Ok(id.and_then(|id| Canonical::of_undeclared(&json!(id.to_string()))))
}

/// What the server would reject, and no reply could carry, is not taken.
fn check_size(values: &FieldMap) -> Result<(), EditProblem> {
    let bytes = values.to_json().len();
    if bytes > MAX_RECORD_BYTES { Err(EditProblem::RecordTooLarge { bytes }) } else { Ok(()) }
}

/// Canonical values in name order, references checked against what is on this device.
fn checked(
    unit: &Unit<'_>,
    record_type: &RecordType,
    fields: &HashMap<String, Value>,
) -> Result<Vec<(String, Option<Canonical>)>, EditProblem> {
    let mut given: Vec<(String, Value)> = fields.iter().map(|(field, value)| (field.clone(), value.clone())).collect();
    given.sort_by(|left, right| left.0.cmp(&right.0));
    let refuse = |problems| EditProblem::Fields { record_type: record_type.name.clone(), problems };
    let mut values = record_type.canonical_edit(&given).map_err(refuse)?;
    let mut problems = Vec::new();
    for (name, value) in &mut values {
        let Some(field) = record_type.field(name).filter(|field| field.kind == FieldKind::Reference) else { continue };
        let Some(id) = value.as_ref().and_then(reference) else { continue };
        let target = records::by_id(unit.db, id)?;
        if let Some(into) = followed(unit, target.as_ref())? {
            *value = Some(into);
        }
        let fits = target.is_some_and(|row| Some(&row.record_type) == field.target.as_ref() && row.life != Life::Gone);
        if !fits {
            problems.push(FieldProblem {
                field: name.clone(),
                kind: ProblemKind::BadReference,
                message: format!(
                    "{} points to no {} on this device",
                    field.label,
                    field.target.as_deref().unwrap_or("")
                ),
            });
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(refuse(problems)) }
}
