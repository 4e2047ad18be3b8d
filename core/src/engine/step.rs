//! One step of the engine: look at the stored facts, do one thing.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use super::core::Core;
use super::lookup::QUESTIONS;
use super::session::Session;
use crate::clock::Moment;
use crate::ledger::{Settled, Unit, doubtful, next_to_send};
use crate::remote::Failure;
use crate::schedule::{Action, Due, LaneFacts, NetworkKind, Wake, next_action};
use crate::store::tidy::Tidy;
use crate::store::{StoreError, StoreResult, Turn, changes, dues, lanes, records, reviews, shipments, unseen};

/// The engine's own memory. All of it can be lost at any moment: what counts is stored.
pub(crate) struct Engine {
    pub(super) core: Arc<Core>,
    pub(super) session: Option<Session>,
    /// No live change has a lower number.
    low_water: i64,
    /// Where the search for the next pending change goes on.
    pub(super) scan_from: i64,
    /// Items of the next push; halved when a whole request is refused.
    pub(super) batch_items: usize,
    /// Items of the next question about what is in doubt; halved likewise.
    pub(super) questions: usize,
    /// Shipments in doubt that were looked up in this session and may be sent again.
    pub(super) cleared: HashSet<i64>,
    /// A person pressed "Sync now".
    pub(super) forced: bool,
    /// What was answered since the report was last taken.
    pub(super) settled: Vec<Settled>,
    pub(super) last_failure: Option<Failure>,
    /// Pushes since the last page of news.
    pushes_in_row: usize,
    /// How often in a row the page was one that contradicts this device.
    pub(super) faulty_pages: usize,
    /// Where a clean-up that is under way goes on.
    pub(super) tidying: Option<Tidy>,
    /// A clean-up has failed since the start.
    pub(super) untidy: bool,
    /// The boot in which the stored waits are counted.
    boot_id: String,
    /// Tokens that were refused since an exchange has succeeded.
    pub(super) refusals: u32,
}

/// A step that ends without a defect of ours.
pub(super) type StepResult = StoreResult<()>;

impl Engine {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            session: None,
            low_water: 0,
            scan_from: 0,
            batch_items: usize::MAX,
            questions: QUESTIONS,
            cleared: HashSet::new(),
            forced: false,
            settled: Vec::new(),
            last_failure: None,
            pushes_in_row: 0,
            faulty_pages: 0,
            tidying: None,
            untidy: false,
            boot_id: String::new(),
            refusals: 0,
        }
    }

    /// Does one thing and says when it wants to be called again.
    pub(crate) async fn step(&mut self) -> StoreResult<Wake> {
        if std::mem::take(&mut self.core.shared().session_lost) {
            self.session = None;
            self.cleared.clear();
        }
        if self.session.as_ref().is_some_and(|session| session.has_ended(&self.core.context.clock.now())) {
            self.session = None;
            self.cleared.clear();
        }
        let opened_with = self.session.as_ref().map(|session| session.token);
        let current = self.core.ask_for_token();
        if current.is_some() && current != opened_with {
            self.session = None;
        }
        match next_action(&self.facts()?) {
            Action::Wait(wake) => return Ok(if self.tidies()? { Wake::Now } else { wake }),
            Action::Hello => self.hello().await?,
            Action::LookUp => self.look_up().await?,
            Action::Push => {
                self.pushes_in_row = self.pushes_in_row.saturating_add(1);
                self.push().await?;
            }
            Action::Pull => {
                self.pushes_in_row = 0;
                self.pull().await?;
            }
            Action::Verify => self.verify().await?,
        }
        Ok(Wake::Now)
    }

    /// When it would want to be called, without doing anything.
    pub(crate) fn wake(&mut self) -> StoreResult<Wake> {
        Ok(match next_action(&self.facts()?) {
            Action::Wait(wake) => wake,
            _ => Wake::Now,
        })
    }

    fn facts(&mut self) -> StoreResult<LaneFacts> {
        self.carry_waits_over()?;
        let shared = self.core.shared().clone();
        let mut facts = LaneFacts {
            online: shared.conditions.network != NetworkKind::None,
            signed_out: shared.signed_out() || shared.wrong_user(),
            wait_left_ms: 0,
            server_floor: false,
            forced: self.forced,
            session: self.session.is_some(),
            to_send: false,
            in_doubt: false,
            to_pull: shared.pull_wanted,
            pushes_in_row: self.pushes_in_row,
            unseen: false,
            next_due_ms: None,
        };
        if !facts.online || facts.signed_out {
            // Nothing can move, so nothing is looked up: an edit made in a basement costs no walk over what waits.
            return Ok(facts);
        }
        let (scan_from, low_water) = (self.scan_from, self.low_water);
        let key_lifetime_ms = self.session.as_ref().map(|session| session.key_lifetime_ms);
        let cleared = &self.cleared;
        self.core.read(|unit, _| {
            facts.unseen = unseen::any(unit.db)?;
            let row = lanes::get(unit.db, lanes::FAST)?;
            facts.wait_left_ms = row.due.as_ref().map_or(0, |due| due.remaining_ms(&unit.now));
            facts.server_floor = row.server_floor;
            let waits = facts.wait_left_ms > 0 && (row.server_floor || !facts.forced);
            let open_dues = shipments::open_dues(unit.db)?;
            let left = waits_left(&open_dues, &unit.now);
            let bounced = records::bounce_dues(unit.db)?;
            let later = bounced.iter().map(|due| due.remaining_ms(&unit.now)).chain(left.iter().copied());
            facts.next_due_ms = later.filter(|left| *left > 0).min();
            if let Some(key_lifetime_ms) = key_lifetime_ms {
                let doubtful = doubtful(unit, key_lifetime_ms)?;
                facts.in_doubt = doubtful.iter().any(|shipment| !cleared.contains(&shipment.no));
            }
            facts.to_send = left.contains(&0)
                || if waits { anything_waits(unit, low_water)? } else { something_may_go(unit, scan_from, low_water)? };
            Ok::<_, StoreError>(())
        })?;
        Ok(facts)
    }

    /// The device was restarted since the waits were stored: what is left of them is counted in this boot from now on.
    fn carry_waits_over(&mut self) -> StoreResult<()> {
        let now = self.core.context.clock.now();
        if self.boot_id != now.boot_id {
            self.core.write(Turn::Engine, |unit| dues::carry_over(unit.db, &unit.now))?;
            self.boot_id = now.boot_id;
        }
        Ok(())
    }

    /// Moves the search back to the oldest live change: what waited may be ready by now.
    pub(super) fn rescan(&mut self) -> StoreResult<()> {
        // In one snapshot: what is saved between two looks would be passed by.
        self.low_water = self.core.store.read(|db| match changes::first_live_from(db, self.low_water)? {
            Some(seq) => Ok(seq),
            None => changes::last_seq(db).map(|last| last + 1),
        })?;
        self.scan_from = self.low_water;
        Ok(())
    }

    /// Runs an exchange, ending it when there is a reason to stop: what was sent stays open and is settled later.
    pub(super) async fn race<T>(&self, exchange: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.core.stop.wanted() => Err(Failure::Cancelled),
            result = exchange => result,
        }
    }
}

/// While the lane waits it is enough to know that it has something to come back for.
fn anything_waits(unit: &Unit<'_>, low_water: i64) -> StoreResult<bool> {
    Ok(!changes::pending_from(unit.db, low_water, 1)?.is_empty() || reviews::any_unreported(unit.db)?)
}

/// Looks on from where the last batch ended, then once from the oldest live change: an answer may have freed it.
fn something_may_go(unit: &Unit<'_>, scan_from: i64, low_water: i64) -> StoreResult<bool> {
    Ok(next_to_send(unit, scan_from)? || scan_from > low_water && next_to_send(unit, low_water)?)
}

/// Milliseconds until each open shipment may go; a group waits for the last of its members.
fn waits_left(dues: &[(Option<i64>, Due)], now: &Moment) -> Vec<i64> {
    let left = |own: &Option<i64>, due: &Due| {
        let members = dues.iter().filter(|(group, _)| own.is_some() && group == own);
        members.map(|(_, other)| other.remaining_ms(now)).max().unwrap_or(0).max(due.remaining_ms(now))
    };
    dues.iter().map(|(group, due)| left(group, due)).collect()
}
