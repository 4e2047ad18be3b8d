//! One slice of a pull page, with the cursor when the page is complete (requirements F1, F3).

use super::theirs::{self, EntryProblem};
use super::unit::Unit;
use crate::store::cursors::{self, CursorRow};
use crate::store::{StoreResult, unseen};
use crate::wire::Entry;

/// Where the download goes on after this slice.
pub(crate) struct CursorMove {
    pub(crate) cursor: String,
    /// Nothing more was waiting at the server: what is here is fresh as of now.
    pub(crate) complete: bool,
}

/// What became of a part of a page.
pub(crate) struct PageSlice {
    /// Entries looked at, from the first on.
    pub(crate) taken: usize,
    /// How many of them contradict this device; they are in the journal, and left.
    pub(crate) contradictions: usize,
}

/// Takes entries in order, as many as the time of one transaction allows. Taking an entry twice changes nothing.
pub(crate) fn take_page(unit: &Unit<'_>, entries: &[Entry]) -> StoreResult<PageSlice> {
    let mut slice = PageSlice { taken: 0, contradictions: 0 };
    let refreshing = unseen::any(unit.db)?;
    for entry in entries {
        match theirs::take_from_page(unit, entry) {
            Ok(()) if refreshing => unseen::seen(unit.db, &entry.record_type, &entry.server_id)?,
            Ok(()) => {}
            Err(EntryProblem::Store(error)) => return Err(error),
            Err(EntryProblem::Protocol(reason)) => {
                theirs::report(unit, None, entry, &reason)?;
                slice.contradictions += 1;
            }
        }
        slice.taken += 1;
        if unit.has_had_its_slice() {
            break;
        }
    }
    Ok(slice)
}

/// The page is in: the next one begins behind it. The cursor moves in the transaction that stores the page's last
/// entries, so a cut or a kill repeats entries and never skips one.
pub(crate) fn move_cursor(unit: &Unit<'_>, end: &CursorMove) -> StoreResult<()> {
    let before = cursors::get(unit.db, cursors::ALL)?;
    let fresh_at_ms = if end.complete { Some(unit.now_ms) } else { before.fresh_at_ms };
    let row = CursorRow { cursor: Some(end.cursor.clone()), fresh_at_ms, partial: !end.complete };
    cursors::set(unit.db, cursors::ALL, &row)
}
