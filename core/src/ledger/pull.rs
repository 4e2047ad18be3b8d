//! One slice of a pull page, with the cursor when the page is complete (requirements F1, F3).

use super::theirs::{self, EntryProblem};
use super::unit::Unit;
use crate::store::StoreResult;
use crate::store::cursors::{self, CursorRow};
use crate::wire::Entry;

/// Where the download goes on after this slice.
pub(crate) struct CursorMove {
    pub(crate) cursor: String,
    /// Nothing more was waiting at the server: what is here is fresh as of now.
    pub(crate) complete: bool,
}

/// Takes entries in order. The cursor moves in the transaction that stores the page's last entries, so a cut or a kill
/// repeats entries and never skips one; taking an entry twice changes nothing.
pub(crate) fn take_page(unit: &Unit<'_>, entries: &[Entry], end: Option<&CursorMove>) -> StoreResult<()> {
    for entry in entries {
        match theirs::take_from_page(unit, entry) {
            Ok(()) => {}
            Err(EntryProblem::Store(error)) => return Err(error),
            Err(EntryProblem::Protocol(reason)) => theirs::report(unit, None, entry, &reason)?,
        }
    }
    if let Some(end) = end {
        let before = cursors::get(unit.db, cursors::ALL)?;
        let fresh_at_ms = if end.complete { Some(unit.now_ms) } else { before.fresh_at_ms };
        cursors::set(unit.db, cursors::ALL, &CursorRow { cursor: Some(end.cursor.clone()), fresh_at_ms })?;
    }
    Ok(())
}
