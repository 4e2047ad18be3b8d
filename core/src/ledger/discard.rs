//! What follows when a record that others refer to will never exist.

use super::hold::{self, Question};
use super::review::ReviewKind;
use super::unit::Unit;
use super::work::{Work, reference};
use crate::store::changes::{Change, State};
use crate::store::{StoreResult, records, refs};

/// The children that wait for this parent go to a person, each with its own question, so that none waits for ever.
pub(super) fn orphan_children(unit: &Unit<'_>, parent: i64) -> StoreResult<()> {
    let Some((parent_id, _)) = records::ids_of(unit.db, parent)? else { return Ok(()) };
    for child in refs::children(unit.db, parent)? {
        let mut work = Work::load(unit, child)?;
        let names_parent = |change: &Change| {
            let value = if change.is_create() {
                super::facts::created_fields(change).iter().any(|(_, value)| reference(value) == Some(parent_id))
            } else {
                change.to.as_ref().and_then(reference) == Some(parent_id)
            };
            value && change.state == State::Pending
        };
        if work.live().any(names_parent) {
            let question = Question {
                field: String::new(),
                kind: ReviewKind::ParentGone,
                base: None,
                theirs: None,
                by: None,
                detail: None,
            };
            hold::ask(unit, &mut work, question)?;
            work.save(unit)?;
        }
    }
    Ok(())
}
