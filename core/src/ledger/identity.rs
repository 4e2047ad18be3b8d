//! Whether an answer speaks of the record that it claims to speak of (pitfall 13).

use super::unit::Unit;
use super::work::Work;
use crate::store::StoreResult;
use crate::store::records::{self, Life};
use crate::wire::{Entry, Outcome};

/// What is wrong with the names in an answer to a shipment of this record, if anything. Such an answer is none: it must
/// neither settle the shipment nor bind the record to another one's server id. The shipment goes out again, and the
/// server, which knows its key, says again what became of it.
pub(super) fn fault_of_answer(
    unit: &Unit<'_>,
    work: &Work,
    outcome: &Outcome,
    record: Option<&Entry>,
) -> StoreResult<Option<String>> {
    let named = match outcome {
        Outcome::Applied { server_id, .. } => Some(server_id),
        _ => None,
    };
    if let (Some(named), Some(entry)) = (named, record)
        && *named != entry.server_id
    {
        return Ok(Some(format!("the outcome names {named}, the record beside it is {}", entry.server_id)));
    }
    if let Some(entry) = record {
        if entry.record_type != work.row.record_type {
            return Ok(Some(format!("a {} came as the answer for a {}", entry.record_type, work.row.record_type)));
        }
        if let Some(fault) = fault_of_local_id(unit, work, entry)? {
            return Ok(Some(fault));
        }
    }
    match named.or(record.map(|entry| &entry.server_id)) {
        Some(server_id) => fault_of_server_id(unit, work, server_id),
        None => Ok(None),
    }
}

/// An entry's local id is the record's own. Only a record that this device first met through a reference has another
/// one here than where it was made, and that is then nobody else's.
pub(super) fn fault_of_local_id(unit: &Unit<'_>, work: &Work, entry: &Entry) -> StoreResult<Option<String>> {
    let Some(id) = entry.local_id.filter(|id| *id != work.row.id) else { return Ok(None) };
    let made_here = work.row.server_id.is_none();
    if made_here || records::no_of(unit.db, id)?.is_some() {
        return Ok(Some(format!("an entry for record {id} came as the answer for {}", work.row.id)));
    }
    Ok(None)
}

fn fault_of_server_id(unit: &Unit<'_>, work: &Work, server_id: &str) -> StoreResult<Option<String>> {
    if let Some(known) = &work.row.server_id {
        let fault = format!("record {} has server id {known}, not {server_id}", work.row.id);
        return Ok((known != server_id).then_some(fault));
    }
    let owner = records::by_server_id(unit.db, &work.row.record_type, server_id)?;
    let owner = owner.filter(|row| row.life != Life::Shell);
    Ok(owner.map(|other| format!("server id {server_id} belongs to record {}", other.id)))
}
