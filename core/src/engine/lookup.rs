//! Asking what became of shipments whose answer never came, before anything is sent again (pitfall P5).

use std::sync::Arc;

use super::step::{Engine, StepResult};
use crate::ledger::{Cleared, clear_doubts, doubtful};
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
            // A group is asked about whole; one request takes the largest group with room to spare.
            let last_group = list.get(QUESTIONS - 1).and_then(|shipment| shipment.group);
            let whole = list.iter().skip(QUESTIONS).take_while(|next| last_group.is_some() && next.group == last_group);
            let questions_asked = QUESTIONS + whole.count();
            list.truncate(questions_asked);
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
        let verdicts = self.core.write(Turn::Engine, |unit| clear_doubts(unit, &list, &answers))?;
        for (shipment, verdict) in list.iter().zip(verdicts) {
            if verdict == Cleared::SendAgain {
                self.cleared.insert(shipment.no);
            }
        }
        self.core.lane_succeeded()?;
        self.rescan()
    }
}
