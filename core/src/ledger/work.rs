//! One record at work: its row, its live changes, its open reviews. Edited in memory, written back once.
//!
//! The base is what the server last confirmed (for a record whose create is live: what the create says). Each field's
//! live changes form a chain on top of it: the first starts `from` the base, each next from the `to` before it, and the
//! view shows the last. [`Work::save`] derives all of that, so no caller can get it wrong.

use std::collections::BTreeMap;

use super::unit::Unit;
use crate::merge::Mine;
use crate::schema::Field;
use crate::store::changes::{Change, State};
use crate::store::records::{Life, RecordRow};
use crate::store::reviews::ReviewRow;
use crate::store::shipments::OpenShipment;
use crate::store::{StoreError, StoreResult, changes, paused, records, refs, reviews, search, shipments};
use crate::value::{Canonical, FieldKind, FieldMap, RecordId};
use crate::wire::ChangeKind;

/// A record with everything about it that is alive.
pub(crate) struct Work {
    pub(crate) row: RecordRow,
    pub(crate) base: FieldMap,
    /// Live changes as loaded, in the order of their numbers; they stay in the list when they end.
    pub(crate) changes: Vec<Change>,
    /// Open reviews as loaded or opened since; they stay in the list when they are closed.
    pub(crate) reviews: Vec<ReviewRow>,
    pub(crate) shipment: Option<OpenShipment>,
    loaded_row: RecordRow,
    loaded_changes: Vec<Change>,
    loaded_reviews: Vec<ReviewRow>,
}

impl Work {
    /// Loads a record by number.
    pub(crate) fn load(unit: &Unit<'_>, no: i64) -> StoreResult<Self> {
        let row = records::by_no(unit.db, no)?;
        Self::of(unit, row.ok_or_else(|| StoreError::Unreadable(format!("record {no} is missing")))?)
    }

    /// Loads what belongs to a row.
    pub(crate) fn of(unit: &Unit<'_>, row: RecordRow) -> StoreResult<Self> {
        let changes = changes::live_of(unit.db, row.no)?;
        let reviews = if changes.is_empty() { Vec::new() } else { reviews::open_of(unit.db, row.no)? };
        let shipment = if changes.is_empty() { None } else { shipments::open_of(unit.db, row.no)? };
        let mut base = row.view.clone();
        for change in changes.iter().rev().filter(|change| !change.field.is_empty()) {
            base.set(&change.field, change.from.clone());
        }
        Ok(Self {
            loaded_row: row.clone(),
            loaded_changes: changes.clone(),
            loaded_reviews: reviews.clone(),
            row,
            base,
            changes,
            reviews,
            shipment,
        })
    }

    /// Changes that have not ended.
    pub(crate) fn live(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.iter().filter(|change| is_live(change))
    }

    /// Live changes of one field.
    pub(crate) fn live_on<'a>(&'a self, field: &'a str) -> impl DoubleEndedIterator<Item = &'a Change> {
        self.live().filter(move |change| change.field == field)
    }

    /// The fields with live changes, each once.
    pub(crate) fn live_fields(&self) -> Vec<String> {
        let mut fields: Vec<String> =
            self.live().filter(|change| !change.field.is_empty()).map(|change| change.field.clone()).collect();
        fields.sort();
        fields.dedup();
        fields
    }

    /// What this device has to say about a field. Never asked while something of the record is on the wire.
    pub(crate) fn mine<'a>(&'a self, field: &str) -> Mine<'a> {
        match self.live().rfind(|change| change.field == field) {
            None => Mine::Untouched,
            Some(change) if change.state == State::Held => Mine::Held(change.to.as_ref()),
            Some(change) => Mine::Waiting(change.to.as_ref()),
        }
    }

    /// The view: base with the last live value of each field.
    pub(crate) fn view(&self) -> FieldMap {
        let mut view = self.base.clone();
        for change in self.live().filter(|change| !change.field.is_empty()) {
            view.set(&change.field, change.to.clone());
        }
        view
    }

    /// The open review of a field, or of the record as a whole for the empty name.
    pub(crate) fn open_review(&self, field: &str) -> Option<&ReviewRow> {
        self.reviews.iter().find(|review| review.closed_ms.is_none() && review.field == field)
    }

    /// The same, to change it.
    pub(crate) fn open_review_mut(&mut self, field: &str) -> Option<&mut ReviewRow> {
        self.reviews.iter_mut().find(|review| review.closed_ms.is_none() && review.field == field)
    }

    /// Whether an archive waits, after which nothing else is taken.
    pub(crate) fn will_be_archived(&self) -> bool {
        self.live().rfind(|change| change.is_barrier()).is_some_and(|change| change.kind == ChangeKind::Archive)
    }

    /// Whether edits are taken: alive, or about to be reopened.
    pub(crate) fn will_be_open(&self) -> bool {
        let reopens = self.live().any(|change| change.kind == ChangeKind::Reopen);
        self.row.life == Life::Alive || self.row.life == Life::Archived && reopens
    }

    /// Takes in a change that has just been inserted.
    pub(super) fn note_stored(&mut self, change: &Change) {
        self.loaded_changes.push(change.clone());
    }

    /// Writes back what changed.
    pub(crate) fn save(mut self, unit: &Unit<'_>) -> StoreResult<()> {
        self.chain();
        let changed = self.save_rows(unit)?;
        let view = self.view();
        let view_moved = view != self.loaded_row.view;
        if view_moved || self.row.life != self.loaded_row.life {
            self.row.rev += 1;
        }
        if view_moved {
            save_references(unit, &self.row, &self.loaded_row.view, &view)?;
            save_words(unit, &self.row, &self.loaded_row.view, &view)?;
            records::update_view(unit.db, self.row.no, &view, self.row.rev)?;
            self.row.view = view;
            self.loaded_row.view = self.row.view.clone();
            self.loaded_row.rev = self.row.rev;
        }
        let standing_moved = self.row != self.loaded_row;
        if standing_moved {
            records::update_standing(unit.db, &self.row)?;
        }
        if changed || view_moved || standing_moved {
            unit.touch(self.row.no);
        }
        Ok(())
    }

    /// Puts each field's live changes on top of each other.
    fn chain(&mut self) {
        let mut tops: BTreeMap<String, Option<Canonical>> = BTreeMap::new();
        for change in self.changes.iter_mut().filter(|change| is_live(change) && !change.field.is_empty()) {
            let top = tops.entry(change.field.clone()).or_insert_with(|| self.base.get(&change.field).cloned());
            change.from.clone_from(top);
            top.clone_from(&change.to);
        }
    }

    fn save_rows(&self, unit: &Unit<'_>) -> StoreResult<bool> {
        let mut changed = false;
        for (change, loaded) in self.changes.iter().zip(&self.loaded_changes) {
            if change != loaded {
                let moved = Change { state: change.state, shipment: change.shipment, ..loaded.clone() };
                let write = if moved == *change { changes::update_place } else { changes::update };
                write(unit.db, change, unit.now_ms)?;
                changed = true;
            }
            if change.paused && !is_live(change) && self.live().all(|other| other.op != change.op) {
                paused::remove(unit.db, change.op)?;
            }
        }
        for review in &self.reviews {
            if self.loaded_reviews.iter().all(|loaded| loaded != review) {
                reviews::update(unit.db, review)?;
                changed = true;
            }
        }
        Ok(changed)
    }
}

/// Whether a change has not ended.
pub(super) fn is_live(change: &Change) -> bool {
    matches!(change.state, State::Pending | State::Sealed | State::Held)
}

/// Keeps the table of references in step with the view.
pub(super) fn save_references(unit: &Unit<'_>, row: &RecordRow, old: &FieldMap, new: &FieldMap) -> StoreResult<()> {
    let Some(record_type) = unit.record_type(&row.record_type) else { return Ok(()) };
    for field in record_type.fields.iter().filter(|field| field.kind == FieldKind::Reference) {
        let target = new.get(&field.name);
        if target == old.get(&field.name) {
            continue;
        }
        let parent = match target.and_then(reference) {
            Some(id) => records::no_of(unit.db, id)?.map(|(no, _)| no),
            None => None,
        };
        refs::set(unit.db, row.no, &field.name, parent)?;
    }
    Ok(())
}

/// Keeps the index of words in step with the view. Most edits touch no searchable field, and then nothing is written.
pub(super) fn save_words(unit: &Unit<'_>, row: &RecordRow, old: &FieldMap, new: &FieldMap) -> StoreResult<()> {
    let Some(record_type) = unit.record_type(&row.record_type) else { return Ok(()) };
    let moved = |field: &Field| field.searchable && old.get(&field.name) != new.get(&field.name);
    if record_type.fields.iter().any(moved) {
        search::set(unit.db, row.no, &search::text_of(record_type, new))?;
    }
    Ok(())
}

/// The local id in a reference value.
pub(super) fn reference(value: &Canonical) -> Option<RecordId> {
    value.text()?.parse().ok()
}
