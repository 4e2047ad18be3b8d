//! Asking what became of shipments whose answer never came, before anything is sent again (pitfall P5), and of records that
//! a full refresh has not shown (requirement F2).

use std::sync::Arc;

use super::push::{Room, first_of};
use super::step::{Engine, StepResult};
use crate::ledger::{Cleared, clear_doubts, doubtful, take_unseen, unseen_records};
use crate::remote::Failure;
use crate::store::{StoreError, Turn};
use crate::wire::{LookupRequest, RecordQuestion};

/// Shipments, or records, asked about in one request. A group is asked about whole, also where it is larger.
pub(super) const QUESTIONS: usize = 50;

impl Engine {
    /// Asks about some of the records that a full refresh has not shown.
    pub(super) async fn verify(&mut self) -> StepResult {
        let asked = self.core.read(|unit, _| unseen_records(unit, self.questions))?;
        let records = asked.iter().map(|(_, question)| question.clone()).collect();
        let questions = LookupRequest { shipments: Vec::new(), records };
        let token = self.session.as_ref().map_or(0, |session| session.token);
        let core = Arc::clone(&self.core);
        let answers = match self.race(core.remote.look_up(token, &questions)).await {
            Ok(answers) => answers,
            Err(Failure::WholeRequest { .. }) if self.questions > 1 => {
                self.questions = (asked.len().min(self.questions) / 2).max(1);
                return Ok(());
            }
            Err(failure) => return self.failed(failure),
        };
        self.token_was_taken();
        self.core.write(Turn::Engine, |unit| take_unseen(unit, &asked, &answers))?;
        self.core.lane_succeeded()?;
        self.rescan()
    }

    pub(super) async fn look_up(&mut self) -> StepResult {
        let Some(session) = self.session.clone() else { return Ok(()) };
        let (cleared, items) = (&self.cleared, self.questions);
        let asked = self.core.read(|unit, _| {
            let mut list = doubtful(unit, session.key_lifetime_ms)?;
            list.retain(|shipment| !cleared.contains(&shipment.no));
            let list = first_of(list, Room { items, bytes: usize::MAX });
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
            Err(Failure::WholeRequest { .. }) if self.questions > 1 => {
                // Fewer questions may be taken; one alone waits like any other request that is refused.
                self.questions = (list.len().min(self.questions) / 2).max(1);
                return Ok(());
            }
            Err(failure) => return self.failed(failure),
        };
        self.questions = QUESTIONS;
        self.token_was_taken();
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
