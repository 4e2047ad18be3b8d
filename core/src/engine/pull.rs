//! One page of news.

use std::sync::Arc;

use super::step::{Engine, StepResult};
use crate::ledger::{CursorMove, take_page};
use crate::remote::Failure;
use crate::store::cursors::{self, CursorRow};
use crate::store::{StoreError, Turn};

/// Entries of a page taken in one transaction: some milliseconds of work, so that a save never waits long.
const PULL_SLICE: usize = 50;

impl Engine {
    pub(super) async fn pull(&mut self) -> StepResult {
        let before = self.core.store.read(|db| cursors::get(db, cursors::ALL))?;
        let core = Arc::clone(&self.core);
        let mut defect: Option<StoreError> = None;
        let token = self.session.as_ref().map_or(0, |session| session.token);
        let page = core.remote.pull(token, before.cursor.as_deref(), PULL_SLICE, |entries, end| {
            let end = end.map(|end| CursorMove { cursor: end.cursor.clone(), complete: !end.more });
            let taken = core.write(Turn::Engine, |unit| take_page(unit, &entries, end.as_ref()));
            taken.map_err(|error: StoreError| {
                defect = Some(error);
                Failure::Cancelled
            })
        });
        let end = self.race(page).await;
        if let Some(error) = defect {
            return Err(error);
        }
        match end {
            Ok(page) => {
                self.refused_before = false;
                self.core.shared().pull_wanted = page.more;
                self.rescan()?;
                self.core.lane_succeeded()?;
                self.core.notices.everything();
                Ok(())
            }
            Err(Failure::CursorExpired | Failure::WholeRequest { .. }) if before.cursor.is_some() => {
                // A cursor that the server does not take would fail for ever. From the beginning, then: taking entries
                // again changes nothing that is there.
                self.core.write(Turn::Engine, |unit| {
                    unit.journal(None, "cursor_expired", &serde_json::json!({}))?;
                    cursors::set(unit.db, cursors::ALL, &CursorRow { cursor: None, ..before })
                })
            }
            Err(failure) => self.failed(failure),
        }
    }
}
