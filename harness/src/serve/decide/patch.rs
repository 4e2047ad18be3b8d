//! Changed fields: each is checked against what the person started from; one conflict refuses them all.

use fieldkeep::schema::RecordType;
use fieldkeep::wire::{FieldAuthor, FieldConflict, Outcome, RecordLife, Shipment};
use rusqlite::Connection;

use super::fields::{ReadChange, check_size, json_of, parent_of};
use super::{Stop, Turn, rejected};
use crate::serve::store::{self, Change, Record};

impl Turn<'_> {
    /// Applies the changes of fields. Without any difference nothing moves, not even the version.
    pub(super) fn patch(
        &self,
        tx: &Connection,
        record_type: &RecordType,
        shipment: &Shipment,
        mut record: Record,
    ) -> Result<Outcome, Stop> {
        if record.life != RecordLife::Alive {
            return Err(Stop::Answered(Outcome::Gone));
        }
        if record_type.append_only.is_some() {
            let message = format!("{} can be added and archived, not changed", record_type.label);
            return Err(Stop::Answered(rejected(message)));
        }
        let changes = self.read_changes(tx, record_type, shipment, false)?;
        let conflicts = conflicts(&record, &changes);
        if !conflicts.is_empty() {
            return Err(Stop::Answered(Outcome::Conflict { fields: conflicts }));
        }
        check_size(record_type, &record.fields, &changes)?;
        let differs = |change: &&ReadChange<'_>| record.fields.get(&change.field.name) != change.stored.as_ref();
        let differing: Vec<&ReadChange<'_>> = changes.iter().filter(differs).collect();
        if !differing.is_empty() {
            let seq = self.stamp(tx, &mut record)?;
            self.write_fields(tx, shipment, &mut record, &differing)?;
            let parent = parent_of(tx, record_type, &record.fields)?.map(|parent| parent.no);
            let moved = std::mem::replace(&mut record.parent, parent) != parent;
            store::update(tx, &record)?;
            store::announce(tx, record.no, seq)?;
            if moved {
                store::refresh_moved(tx, record.no)?;
            }
        }
        Ok(self.applied(tx, shipment, &record, &changes)?)
    }

    fn write_fields(
        &self,
        tx: &Connection,
        shipment: &Shipment,
        record: &mut Record,
        differing: &[&ReadChange<'_>],
    ) -> Result<(), Stop> {
        for change in differing {
            let field = change.field.name.as_str();
            let row = Change {
                record: record.no,
                kind: "field",
                field,
                from: record.fields.get(field),
                to: change.stored.as_ref(),
                who: self.user,
                shipment: Some(shipment.id),
            };
            store::audit(tx, &row, self.now_ms)?;
            record.fields.set(field, change.stored.clone());
            let author = FieldAuthor { who: self.user.to_owned(), at_ms: self.now_ms };
            record.authors.insert(field.to_owned(), author);
        }
        Ok(())
    }
}

fn conflicts(record: &Record, changes: &[ReadChange<'_>]) -> Vec<FieldConflict> {
    let moved = changes.iter().filter(|change| !change.fits(record.fields.get(&change.field.name)));
    let conflict = |change: &ReadChange<'_>| {
        let field = change.field.name.clone();
        let author = record.authors.get(&field);
        FieldConflict {
            value: json_of(record.fields.get(&field)),
            by: author.map_or_else(|| record.who.clone(), |author| author.who.clone()),
            at_ms: author.map_or(record.at_ms, |author| author.at_ms),
            field,
        }
    };
    moved.map(conflict).collect()
}
