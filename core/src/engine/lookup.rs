//! Asking what became of shipments whose answer never came, before anything is sent again (pitfall P5).

use std::sync::Arc;

use super::step::{Engine, StepResult};
use crate::ledger::{Cleared, clear_doubt, doubtful};
use crate::store::{StoreError, Turn};
use crate::wire::{LookupRequest, RecordQuestion};

/// Shipments asked about in one request.
const QUESTIONS: usize = 50;

impl Engine {
    pub(super) async fn look_up(&mut self) -> StepResult {
        let Some(session) = self.session.clone() else { return Ok(()) };
        let cleared = &self.cleared;
        let asked = self.core.read(|unit, _| {
            let mut list = doubtful(unit, session.key_lifetime_ms)?;
            list.retain(|shipment| !cleared.contains(&shipment.no));
            list.truncate(QUESTIONS);
            let mut questions = LookupRequest::default();
            for shipment in &list {
                questions.shipments.push(shipment.key);
                if let Some((id, server_id)) = crate::store::records::ids_of(unit.db, shipment.record)? {
                    questions.records.push(server_id.map_or(RecordQuestion::LocalId(id), RecordQuestion::ServerId));
                }
            }
            Ok::<_, StoreError>((list, questions))
        })?;
        let (list, questions) = asked;
        let core = Arc::clone(&self.core);
        let answers = match self.race(core.remote.look_up(session.token, &questions)).await {
            Ok(answers) => answers,
            Err(failure) => return self.failed(failure),
        };
        let verdicts = self.core.write(Turn::Engine, |unit| {
            list.iter().map(|shipment| clear_doubt(unit, shipment, &answers)).collect::<Result<Vec<_>, StoreError>>()
        })?;
        for (shipment, verdict) in list.iter().zip(verdicts) {
            if verdict == Cleared::SendAgain {
                self.cleared.insert(shipment.no);
            }
        }
        self.core.lane_succeeded()?;
        self.rescan()
    }
}
