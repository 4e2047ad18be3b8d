//! A phone of the user `ana`, as an app would open it.

use std::path::PathBuf;
use std::sync::Arc;

use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep::schema::Schema;
use fieldkeep::{Fieldkeep, OpenOptions, Query, Record, SyncOutcome};
use fieldkeep_harness::signed_in::SignedIn;
use serde_json::json;

use crate::Fault;

/// Records of a page: the most that a query may ask for.
pub(crate) const PAGE: u32 = 1_000;

/// An open folder.
pub(crate) struct Phone {
    /// Shared with the thread that syncs meanwhile.
    pub(crate) keep: Arc<Fieldkeep>,
}

impl Phone {
    /// Opens a folder, with the engine at work.
    pub(crate) fn open(folder: &str, schema: &str, server: &str, token: &str) -> Result<Self, Fault> {
        let keep = Fieldkeep::open(OpenOptions {
            folder: PathBuf::from(folder),
            user: "ana".to_owned(),
            schema: Schema::from_json(&std::fs::read_to_string(schema)?)?,
            server: server.to_owned(),
            tokens: Arc::new(SignedIn(token.to_owned())),
            clock: None,
            http: None,
            files: None,
            manual: false,
        })?;
        Ok(Self { keep: Arc::new(keep) })
    }

    /// What the operating system would say without a network.
    pub(crate) fn go_offline(&self) -> Result<(), Fault> {
        Ok(self.keep.conditions(Conditions { network: NetworkKind::None, battery: Battery::Ok })?)
    }

    /// Waits until all that the server has is here.
    pub(crate) fn fetch_everything(&self) -> Result<serde_json::Value, Fault> {
        match self.keep.sync_now()?.outcome {
            SyncOutcome::Done => Ok(json!({ "measure": "prepare" })),
            other => Err(format!("the folder could not be filled: {other:?}").into()),
        }
    }

    /// The first work orders that are here.
    pub(crate) fn work_orders(&self, count: usize) -> Result<Vec<Record>, Fault> {
        let mut found = Vec::with_capacity(count);
        let mut query = Query { limit: PAGE, ..Query::all("work_order") };
        while found.len() < count {
            let page = self.keep.find(&query)?;
            found.extend(page.records);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        if found.len() < count {
            return Err(format!("only {} of {count} work orders are here", found.len()).into());
        }
        found.truncate(count);
        Ok(found)
    }
}
