//! Archive, reopen and sign-off: what concerns the record as a whole.

use std::collections::BTreeMap;

use fieldkeep::schema::RecordType;
use fieldkeep::wire::{ChangeKind, Outcome, RecordLife};
use rusqlite::Connection;
use uuid::Uuid;

use super::{OFFICE, Stop, Turn};
use crate::serve::store::{self, AppliedRow, Change, Record};

impl Turn<'_> {
    /// Does it, or finds it done.
    pub(super) fn barrier(
        &self,
        tx: &Connection,
        record_type: &RecordType,
        (shipment, kind): (Uuid, ChangeKind),
        mut record: Record,
    ) -> Result<Outcome, Stop> {
        if record.life == RecordLife::Gone || (kind == ChangeKind::Signoff && record.life != RecordLife::Alive) {
            return Err(Stop::Answered(Outcome::Gone));
        }
        // A note is its author's, though the office keeps the house in order.
        if record_type.append_only.is_some() && record.creator != self.user && self.user != OFFICE {
            return Err(Stop::Answered(Outcome::NotOwner { owner: record.creator }));
        }
        let (life, word) = match kind {
            ChangeKind::Archive => (RecordLife::Archived, "archive"),
            ChangeKind::Reopen => (RecordLife::Alive, "reopen"),
            ChangeKind::Signoff | ChangeKind::Create | ChangeKind::Patch => (record.life, "signoff"),
        };
        // A sign-off, and a reopen after one, change no life and are events all the same.
        if life != record.life || kind != ChangeKind::Archive {
            record.life = life;
            let seq = self.stamp(tx, &mut record)?;
            store::update(tx, &record)?;
            let whole = Change {
                record: record.no,
                kind: word,
                field: "",
                from: None,
                to: None,
                who: self.user,
                shipment: Some(shipment),
            };
            store::audit(tx, &whole, self.now_ms)?;
            store::announce(tx, record.no, seq)?;
        }
        let row = AppliedRow { record: record.no, seq: record.seq, stored: BTreeMap::new() };
        store::remember_applied(tx, (shipment, self.user, kind), &row, self.now_ms)?;
        Ok(Outcome::Applied { seq: record.seq, server_id: record.server_id, stored: BTreeMap::new() })
    }
}
