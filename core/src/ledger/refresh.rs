//! A full refresh, when the server does not take the cursor any more: everything is loaded again, and what the pages do not
//! show is asked about, so that nothing that is gone stays on the screen as "Synced" (requirement F2).

use serde_json::json;

use super::theirs::{self, EntryProblem};
use super::unit::Unit;
use crate::store::cursors::{self, CursorRow};
use crate::store::records::{self, RecordRow};
use crate::store::{StoreResult, shipments, unseen};
use crate::value::FieldMap;
use crate::wire::{Entry, LookupAnswers, RecordLife, RecordQuestion};

/// Forgets how far the download has come. The next page is asked for without a cursor, and what is here has to be seen again
/// (`unseen::begin`). Taking entries again changes nothing that is there.
pub(crate) fn begin_refresh(unit: &Unit<'_>) -> StoreResult<()> {
    let before = cursors::get(unit.db, cursors::ALL)?;
    unit.journal(None, "cursor_expired", &json!({}))?;
    cursors::set(unit.db, cursors::ALL, &CursorRow { cursor: None, partial: true, ..before })
}

/// Records that no page has shown, at most so many, as questions.
pub(crate) fn unseen_records(unit: &Unit<'_>, limit: usize) -> StoreResult<Vec<(i64, RecordQuestion)>> {
    let mut questions = Vec::new();
    for no in unseen::first(unit.db, limit)? {
        if let Some((id, server_id)) = records::ids_of(unit.db, no)? {
            questions.push((no, server_id.map_or(RecordQuestion::LocalId(id), RecordQuestion::ServerId)));
        }
    }
    Ok(questions)
}

/// Takes in what the server says of them.
pub(crate) fn take_unseen(
    unit: &Unit<'_>,
    asked: &[(i64, RecordQuestion)],
    answers: &LookupAnswers,
) -> StoreResult<()> {
    for (no, question) in asked {
        unseen::remove(unit.db, *no)?;
        // Where something is on its way, its own answer will say it.
        let Some(mut row) = records::by_no(unit.db, *no)?.filter(|row| row.merged_into.is_none()) else { continue };
        if shipments::open_of(unit.db, *no)?.is_some() {
            continue;
        }
        let answer = answers.records.iter().find(|answer| answer.question == *question);
        let entry = answer.and_then(|answer| answer.record.clone()).unwrap_or_else(|| gone(&row));
        // What the server says now counts, also where nothing but the sight of it has changed.
        row.stale = true;
        records::update_standing(unit.db, &row)?;
        match theirs::take_from_page(unit, &entry) {
            Ok(()) => {}
            Err(EntryProblem::Store(error)) => return Err(error),
            Err(EntryProblem::Protocol(reason)) => theirs::report(unit, Some(*no), &entry, &reason)?,
        }
    }
    Ok(())
}

/// A record of which the server knows nothing any more.
fn gone(row: &RecordRow) -> Entry {
    Entry {
        server_id: row.server_id.clone().unwrap_or_default(),
        local_id: None,
        record_type: row.record_type.clone(),
        seq: row.server_seq.unwrap_or(0),
        version: None,
        life: RecordLife::Gone,
        values: FieldMap::new(),
        who: String::new(),
        at_ms: 0,
        changed: std::collections::BTreeMap::new(),
        by: Vec::new(),
    }
}
