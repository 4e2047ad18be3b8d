//! An empty server that starts with the demo's working set: the same decisions as for a push, in large transactions.

use fieldkeep::clock::new_uuid;
use fieldkeep::wire::Outcome;
use serde_json::value::RawValue;

use super::decide::{Item, OFFICE, Turn};
use super::error::ServeError;
use super::state::Server;
use super::store;
use crate::dataset;
use crate::office;

/// Records in one transaction: few syncs, and a bounded WAL.
const SLICE: usize = 5_000;

impl Server {
    /// Makes the working set of that many work orders, unless the server has records already. Says how many it made.
    ///
    /// # Errors
    /// [`ServeError`] when the database cannot be written.
    pub fn fill(&self, work_orders: usize, seed: u64) -> Result<usize, ServeError> {
        let shared = self.shared();
        if shared.store.read(store::last_seq)? > 0 {
            return Ok(0);
        }
        let (rules, now_ms) = (shared.behaviour.rules(), shared.clock.now().wall_ms);
        let turn = Turn { schema: &shared.schema, rules: &rules, behaviour: &shared.behaviour, user: OFFICE, now_ms };
        let set = dataset::generate(seed, work_orders);
        let items: Vec<&dataset::Item> = set.iter().collect();
        let mut made = 0;
        for slice in items.chunks(SLICE) {
            made += shared.store.write(|tx| {
                let mut applied = 0;
                for item in slice {
                    let mut create = office::creation(item);
                    create.id = new_uuid(&*shared.clock);
                    (create.made_at, create.schema_version) = (now_ms, shared.schema.version);
                    let text = RawValue::from_string(serde_json::to_string(&create)?)?;
                    let item = Item::read(&text).map_err(ServeError::Fill)?;
                    for line in turn.decide(tx, &item) {
                        match line.outcome {
                            Some(Outcome::Applied { .. }) => applied += 1,
                            other => return Err(ServeError::Fill(format!("{other:?}"))),
                        }
                    }
                }
                Ok(applied)
            })?;
        }
        Ok(made)
    }
}
