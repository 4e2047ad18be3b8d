//! The lane's backoff: what a failure and a success do to it.

use super::core::Core;
use crate::mutants::{self, Mutant};
use crate::remote::Failure;
use crate::schedule::{Battery, Due, LaneReason, REGAINED_SPREAD_MS, own_wait_ms, server_wait_ms};
use crate::store::lanes::{self, LaneRow};
use crate::store::{StoreError, StoreResult, Turn};

impl Core {
    /// The exchange failed as a whole: the lane waits, and the wait is stored (requirement B5). Says how many failures there
    /// were in a row; 0 when this is none of the lane's.
    pub(super) fn lane_failed(&self, failure: &Failure) -> StoreResult<i64> {
        let (reason, named_ms, words) = match failure {
            Failure::Wait { reason, named_ms, words } => (*reason, *named_ms, words.clone()),
            Failure::SignIn { refused } => {
                let current = self.ask_for_token();
                let refused = refused.filter(|_| !mutants::is(Mutant::NewTokenBlamed)).or(current);
                let mut shared = self.shared();
                shared.no_token = current.is_none();
                shared.refused_token = refused.or(shared.refused_token);
                drop(shared);
                self.notices.everything();
                return Ok(0);
            }
            Failure::WholeRequest { words } => (LaneReason::ServerTrouble, None, words.clone()),
            Failure::CursorExpired => (LaneReason::ServerTrouble, None, "the cursor has expired".to_owned()),
            Failure::OtherToken { .. } | Failure::Cancelled => return Ok(0),
        };
        let battery_low = self.shared().conditions.battery != Battery::Ok;
        let failures = self.write(Turn::Engine, |unit| {
            let mut row = lanes::get(unit.db, lanes::FAST)?;
            row.failures += 1;
            let wait_ms = match named_ms {
                Some(named_ms) => server_wait_ms(named_ms, unit.random()),
                None => own_wait_ms(row.failures, battery_low, unit.random()),
            };
            row.due = Some(Due::after(&unit.now, wait_ms));
            row.server_floor = named_ms.is_some();
            let is_news = row.failures == 1 || row.reason != Some(reason);
            row.reason = Some(reason);
            if is_news {
                let detail = serde_json::json!({"reason": reason, "words": words});
                unit.journal(None, "lane_failed", &detail)?;
            }
            lanes::set(unit.db, lanes::FAST, &row)?;
            Ok::<_, StoreError>(row.failures)
        })?;
        self.notices.everything();
        Ok(failures)
    }

    /// `hello` was answered: the token is good, and nothing keeps the lane from trying.
    pub(super) fn lane_opened(&self) -> StoreResult<()> {
        self.token_is_good();
        let row = self.store.read(|connection| lanes::get(connection, lanes::FAST))?;
        if row.due.is_some() {
            let free = LaneRow { due: None, server_floor: false, ..row };
            self.write(Turn::Engine, |unit| lanes::set(unit.db, lanes::FAST, &free))?;
            self.notices.everything();
        }
        Ok(())
    }

    fn token_is_good(&self) {
        let mut shared = self.shared();
        shared.refused_token = None;
        shared.no_token = false;
    }

    /// An exchange succeeded: the lane is free.
    pub(super) fn lane_succeeded(&self) -> StoreResult<()> {
        let row = self.store.read(|connection| lanes::get(connection, lanes::FAST))?;
        self.token_is_good();
        if row == LaneRow::default() {
            return Ok(());
        }
        self.write(Turn::Engine, |unit| lanes::set(unit.db, lanes::FAST, &LaneRow::default()))?;
        self.notices.everything();
        Ok(())
    }

    /// A network has come back: what waits for our own backoff is due soon, spread by a small random delay; what the
    /// server named stays.
    pub(crate) fn lane_regained(&self) -> StoreResult<()> {
        self.write(Turn::App, |unit| {
            let mut row = lanes::get(unit.db, lanes::FAST)?;
            let left_ms = row.due.as_ref().map_or(0, |due| due.remaining_ms(&unit.now));
            if row.server_floor && left_ms > 0 {
                return Ok(());
            }
            let spread = u64::try_from(REGAINED_SPREAD_MS).unwrap_or(0) + 1;
            let wait_ms = i64::try_from(unit.random() % spread).unwrap_or(0);
            row.due = Some(Due::after(&unit.now, wait_ms));
            row.server_floor = false;
            row.reason = Some(LaneReason::Regained);
            lanes::set(unit.db, lanes::FAST, &row)
        })
    }
}
