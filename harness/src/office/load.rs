//! Filling a server with the demo's working set, through the same push as everything else.

use std::collections::BTreeMap;

use fieldkeep::value::RecordId;
use fieldkeep::wire::{ChangeKind, FieldChange, PushLine, Shipment};
use serde_json::{Value, json};

use super::desk::{Desk, shipment, unreadable};
use crate::command_lines::Failure;
use crate::dataset::{self, Item};

/// Records in one push: what the server takes at most.
const BATCH: usize = 100;

impl Desk {
    /// Creates every record of the working set; says how many the server has taken.
    pub(super) async fn load(&mut self, work_orders: usize, seed: u64) -> Result<Value, Failure> {
        if work_orders == 0 {
            return Err(Failure::bad_input("a working set has at least one work order"));
        }
        let set = dataset::generate(seed, work_orders);
        let items: Vec<&Item> = set.iter().collect();
        let mut applied = 0;
        for batch in items.chunks(BATCH) {
            let reply = self.push_all(batch.iter().map(|item| creation(item)).collect()).await?;
            for line in reply.text().lines() {
                let line: PushLine = serde_json::from_str(line).map_err(unreadable)?;
                match line.outcome {
                    Some(fieldkeep::wire::Outcome::Applied { .. }) => applied += 1,
                    other => return Err(Failure::new("refused", format!("the server answered {other:?}"))),
                }
            }
        }
        Ok(json!({ "records": applied }))
    }
}

/// A record of the working set as the office makes it; the id comes when it is pushed.
pub(crate) fn creation(item: &Item) -> Shipment {
    let fields: BTreeMap<String, FieldChange> = item
        .fields
        .iter()
        .map(|(name, value)| (name.clone(), FieldChange { from: Value::Null, to: on_the_wire(name, value) }))
        .collect();
    let mut create = shipment(item.record_type, ChangeKind::Create, None, fields);
    create.local_id = RecordId(item.local_id);
    create
}

/// References of the working set name records by their local ids.
fn on_the_wire(field: &str, value: &Value) -> Value {
    if matches!(field, "customer" | "work_order") { json!({ "local": value }) } else { value.clone() }
}
