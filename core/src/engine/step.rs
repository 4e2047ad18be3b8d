//! One step of the engine: look at the stored facts, do one thing.

use std::future::Future;
use std::sync::Arc;

use super::core::Core;
use super::session::Session;
use crate::ledger::{Settled, next_to_send};
use crate::remote::Failure;
use crate::schedule::{Action, LaneFacts, Network, Wake, next_action};
use crate::store::{StoreError, StoreResult, changes, lanes, records, shipments};

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
    /// A person pressed "Sync now".
    pub(super) forced: bool,
    /// What was answered since the report was last taken.
    pub(super) settled: Vec<Settled>,
    pub(super) last_failure: Option<Failure>,
    /// How often in a row the page was one that contradicts this device.
    pub(super) faulty_pages: usize,
    /// A token was refused and renewed, and nothing has succeeded since.
    pub(super) refused_before: bool,
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
            forced: false,
            settled: Vec::new(),
            last_failure: None,
            faulty_pages: 0,
            refused_before: false,
        }
    }

    /// Does one thing and says when it wants to be called again.
    pub(crate) async fn step(&mut self) -> StoreResult<Wake> {
        if std::mem::take(&mut self.core.shared().session_lost) {
            self.session = None;
        }
        let opened_with = self.session.as_ref().map(|session| session.token);
        let newer = self.core.tokens.current().filter(|token| opened_with != Some(token.generation));
        if newer.is_some() {
            self.session = None;
        }
        match next_action(&self.facts()?) {
            Action::Wait(wake) => return Ok(wake),
            Action::Hello => self.hello().await?,
            Action::Push => self.push().await?,
            Action::Pull => self.pull().await?,
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
        let shared = self.core.shared().clone();
        let online = shared.conditions.network != Network::None;
        let signed_out = self.core.signed_out(&shared) || self.core.wrong_user(&shared);
        let core = Arc::clone(&self.core);
        let facts = core.read(|unit, _| {
            let row = lanes::get(unit.db, lanes::FAST)?;
            let wait_left_ms = row.due.as_ref().map_or(0, |due| due.remaining_ms(&unit.now));
            let open_dues: Vec<i64> = shipments::open_from(unit.db, 0, usize::MAX)?
                .iter()
                .map(|shipment| shipment.due.remaining_ms(&unit.now))
                .collect();
            let bounce_dues = records::bounce_dues(unit.db)?;
            let later = bounce_dues.iter().map(|due| due.remaining_ms(&unit.now)).chain(open_dues.iter().copied());
            let to_send = open_dues.contains(&0)
                || next_to_send(unit, self.scan_from)?
                || self.scan_from > self.low_water && next_to_send(unit, self.low_water)?;
            Ok::<_, StoreError>(LaneFacts {
                online,
                signed_out,
                wait_left_ms,
                server_floor: row.server_floor,
                forced: self.forced,
                session: self.session.is_some(),
                to_send,
                to_pull: shared.pull_wanted,
                next_due_ms: later.filter(|left| *left > 0).min(),
            })
        })?;
        Ok(facts)
    }

    /// Moves the search back to the oldest live change: what waited may be ready by now.
    pub(super) fn rescan(&mut self) -> StoreResult<()> {
        let first = self.core.store.read(|db| changes::first_live_from(db, self.low_water))?;
        self.low_water = match first {
            Some(seq) => seq,
            None => self.core.store.read(changes::last_seq)? + 1,
        };
        self.scan_from = self.low_water;
        Ok(())
    }

    /// Runs an exchange, ending it when the engine is told to stop: what was sent stays open and is settled later.
    pub(super) async fn race<T>(&self, exchange: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.core.stop.notified() => Err(Failure::Cancelled),
            result = exchange => result,
        }
    }
}
