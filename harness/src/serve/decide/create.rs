//! New records. A device's id makes one record, for ever (pitfall P5).

use std::collections::BTreeMap;

use fieldkeep::schema::{Policy, RecordType};
use fieldkeep::value::{Canonical, FieldKind, FieldMap};
use fieldkeep::wire::{ChangeKind, FieldAuthor, Outcome, RecordLife, Shipment};
use rusqlite::Connection;
use serde_json::Value as Json;

use super::fields::{ReadChange, check_size, normalised, parent_of};
use super::{Stop, Turn};
use crate::serve::error::ServeError;
use crate::serve::store::{self, AppliedRow, Change, Record};

impl Turn<'_> {
    /// Makes the record, or finds that this device has made it before. Gives its row number.
    pub(super) fn create(
        &self,
        tx: &Connection,
        record_type: &RecordType,
        shipment: &Shipment,
        existing: Option<Record>,
    ) -> Result<(Outcome, i64), Stop> {
        let existing = match existing {
            None => store::by_local_id(tx, shipment.local_id)?,
            found => found,
        };
        if let Some(record) = existing {
            return self.create_again(tx, shipment, &record).map(|outcome| (outcome, record.no));
        }
        let changes = self.read_changes(tx, record_type, shipment, true)?;
        check_size(record_type, &FieldMap::new(), &changes)?;
        let given = changes.iter().filter_map(|change| Some((change.field.name.clone(), change.stored.clone()?)));
        let fields: FieldMap = given.collect();
        let parent = parent_of(tx, record_type, &fields)?;
        if let Some(parent) = &parent
            && !store::may_see(tx, self.user, parent.no)?
        {
            return Err(Stop::Answered(Outcome::Forbidden));
        }
        let mut record = self.new_record(tx, record_type, shipment, fields)?;
        record.parent = parent.map(|parent| parent.no);
        store::insert(tx, &mut record)?;
        self.audit_create(tx, &record, shipment)?;
        store::announce(tx, record.no, record.seq)?;
        let outcome = self.applied(tx, shipment, &record, &changes)?;
        Ok((outcome, record.no))
    }

    /// A create whose record is there already is the same create, whatever became of the record since. Another user's
    /// is not.
    fn create_again(&self, tx: &Connection, shipment: &Shipment, record: &Record) -> Result<Outcome, Stop> {
        let same = record.local_id == Some(shipment.local_id)
            && record.creator == self.user
            && record.record_type == shipment.record_type;
        if !same {
            return Err(Stop::Answered(Outcome::Forbidden));
        }
        let stored = store::first_applied(tx, record)?.map(|row| row.stored).unwrap_or_default();
        let row = AppliedRow { record: record.no, seq: record.created_seq, stored: stored.clone() };
        store::remember_applied(tx, (shipment.id, self.user, ChangeKind::Create), &row, self.now_ms)?;
        Ok(Outcome::Applied { seq: record.created_seq, server_id: record.server_id.clone(), stored })
    }

    fn new_record(
        &self,
        tx: &Connection,
        record_type: &RecordType,
        shipment: &Shipment,
        mut fields: FieldMap,
    ) -> Result<Record, ServeError> {
        let server_id = store::next_server_id(tx, &record_type.name)?;
        // A text that the server owns is the record's readable number; other types have no value to fill in.
        let owned = |policy, kind| policy == Policy::ServerOwned && kind == FieldKind::Text;
        for field in record_type.fields.iter().filter(|field| owned(field.policy, field.kind)) {
            fields.set(&field.name, Canonical::of_undeclared(&Json::String(server_id.clone())));
        }
        let author = FieldAuthor { who: self.user.to_owned(), at_ms: self.now_ms };
        let authors: BTreeMap<_, _> = fields.iter().map(|(name, _)| (name.to_owned(), author.clone())).collect();
        let mut record = Record {
            no: 0,
            server_id,
            local_id: Some(shipment.local_id),
            record_type: record_type.name.clone(),
            life: RecordLife::Alive,
            parent: None,
            fields,
            authors,
            version: 0,
            seq: 0,
            created_seq: 0,
            creator: self.user.to_owned(),
            who: String::new(),
            at_ms: 0,
        };
        record.created_seq = self.stamp(tx, &mut record)?;
        Ok(record)
    }

    fn audit_create(&self, tx: &Connection, record: &Record, shipment: &Shipment) -> Result<(), ServeError> {
        let row = |kind, field, to| Change {
            record: record.no,
            kind,
            field,
            from: None,
            to,
            who: self.user,
            shipment: Some(shipment.id),
        };
        store::audit(tx, &row("create", "", None), self.now_ms)?;
        for (field, value) in record.fields.iter() {
            store::audit(tx, &row("field", field, Some(value)), self.now_ms)?;
        }
        Ok(())
    }

    /// Keeps that the shipment made it, and says so.
    pub(super) fn applied(
        &self,
        tx: &Connection,
        shipment: &Shipment,
        record: &Record,
        changes: &[ReadChange<'_>],
    ) -> Result<Outcome, ServeError> {
        let stored = normalised(changes);
        let row = AppliedRow { record: record.no, seq: record.seq, stored: stored.clone() };
        store::remember_applied(tx, (shipment.id, self.user, shipment.kind), &row, self.now_ms)?;
        Ok(Outcome::Applied { seq: record.seq, server_id: record.server_id.clone(), stored })
    }
}
