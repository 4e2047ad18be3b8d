//! One page of news.

use std::sync::Arc;

use super::core::Core;
use super::step::{Engine, StepResult};
use crate::ledger::{CursorMove, Unit, begin_refresh, move_cursor, take_page};
use crate::mutants::{self, Mutant};
use crate::remote::Failure;
use crate::store::{StoreError, StoreResult, Turn, cursors, unseen};
use crate::wire::Entry;

/// Entries that are read from the network before they are taken in: a bound for the memory, not for the transactions, which
/// end by time.
const ENTRIES_AT_ONCE: usize = 500;
/// A page that contradicts this device is asked for again so often; a server that stays wrong about one record must not
/// stop the news of all others.
const FAULTY_PAGES: usize = 3;

impl Engine {
    pub(super) async fn pull(&mut self) -> StepResult {
        let before = self.core.store.read(|db| cursors::get(db, cursors::ALL))?;
        if before.cursor.is_none() {
            // A page that was cut, too, is asked for without a cursor again: what it showed may be gone since.
            self.core.write(Turn::Engine, |unit| unseen::begin(unit.db))?;
        }
        let core = Arc::clone(&self.core);
        let mut defect: Option<StoreError> = None;
        let (mut faults, mut leads_on) = (0, true);
        let patient = self.faulty_pages < FAULTY_PAGES;
        let token = self.session.as_ref().map_or(0, |session| session.token);
        let wishes = core.shared().wishes;
        let page = core.remote.pull(token, before.cursor.as_deref(), ENTRIES_AT_ONCE, |entries, end| {
            let too_long = end.map_or(0, |(_, too_long)| too_long);
            // A page that leads to itself would be fetched for ever.
            leads_on = end.is_none_or(|(end, _)| before.cursor.as_ref() != Some(&end.cursor));
            let in_a_circle = end.is_some_and(|(end, _)| end.more) && !leads_on;
            let end = end.map(|(end, _)| CursorMove { cursor: end.cursor.clone(), complete: !end.more });
            let taken = take_in_slices(&core, &entries, |unit, contradictions| {
                faults += contradictions + too_long + usize::from(in_a_circle);
                if in_a_circle {
                    unit.journal(None, "protocol_error", &serde_json::json!({"reason": "a page leads to itself"}))?;
                }
                if too_long > 0 {
                    let detail = serde_json::json!({"reason": "a line of the page is too long", "lines": too_long});
                    unit.journal(None, "protocol_error", &detail)?;
                }
                match end.filter(|_| faults == 0 || !patient) {
                    Some(end) => move_cursor(unit, &end),
                    None => Ok(()),
                }
            });
            taken.map_err(|error: StoreError| {
                defect = Some(error);
                Failure::Cancelled
            })
        });
        let end = self.race(page).await;
        if end.is_ok() || defect.is_some() {
            // The token is good, whatever becomes of the page here.
            self.token_was_taken();
        }
        if let Some(error) = defect {
            return Err(error);
        }
        match end {
            Ok(_) if faults > 0 && patient => {
                self.faulty_pages += 1;
                self.failed(Failure::unreadable("the page contradicts what is known here"))
            }
            Ok(page) => {
                self.faulty_pages = 0;
                self.core.shared().news_came(wishes, page.more && leads_on);
                self.rescan()?;
                self.core.lane_succeeded()?;
                self.core.notices.everything();
                Ok(())
            }
            Err(Failure::CursorExpired | Failure::WholeRequest { .. }) if before.cursor.is_some() => {
                // A cursor that the server does not take would fail for ever. From the beginning, then.
                self.core.write(Turn::Engine, begin_refresh)
            }
            Err(failure) => self.failed(failure),
        }
    }
}

/// Takes entries in as many transactions as they need time for; `finish` is part of the last, and hears how many entries
/// contradict this device.
fn take_in_slices(
    core: &Core,
    entries: &[Entry],
    finish: impl FnOnce(&Unit<'_>, usize) -> StoreResult<()>,
) -> StoreResult<()> {
    let (mut rest, mut contradictions, mut finish) = (entries, 0, Some(finish));
    if let Some(early) = finish.take_if(|_| mutants::is(Mutant::CursorBeforeData)) {
        core.write(Turn::Engine, |unit| early(unit, 0))?;
        core.write(Turn::Engine, |unit| take_page(unit, entries).map(|_| ()))?;
    }
    while let Some(last) = finish.take() {
        finish = core.write(Turn::Engine, |unit| {
            let slice = take_page(unit, rest)?;
            contradictions += slice.contradictions;
            rest = &rest[slice.taken..];
            if rest.is_empty() {
                return last(unit, contradictions).map(|()| None);
            }
            Ok(Some(last))
        })?;
    }
    Ok(())
}
