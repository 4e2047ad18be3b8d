//! One phone of the crowd: notes to a customer of its own, and edits of that customer, one after the other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fieldkeep::schema::Schema;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{CommitOptions, Edit, Fieldkeep, OpenOptions};

use super::Fault;
use crate::signed_in::SignedIn;
use crate::stopwatch;

/// Whose phones they are: one person's, so that each hears of all others' work.
pub(super) const USER: &str = "ana";
/// The demo's schema.
pub(super) const SCHEMA: &str = include_str!("../../schemas/field_service.json");
/// Syncs after the work, in each of which something must go on.
const LAST_SYNCS: usize = 100;

/// What a phone has to do.
pub(super) struct Errand {
    pub(super) number: usize,
    pub(super) folder: PathBuf,
    pub(super) schema: Schema,
    pub(super) url: String,
    pub(super) token: String,
    pub(super) time: Duration,
}

/// What it did, as it was acknowledged.
pub(super) struct Done {
    pub(super) customer: RecordId,
    /// The customer's city after the last edit.
    pub(super) city: Option<String>,
    /// Further records of its own: their ids and names.
    pub(super) others: Vec<(RecordId, String)>,
    pub(super) edits: usize,
    pub(super) syncs: usize,
    /// What waits in the end.
    pub(super) waiting: i64,
}

impl Errand {
    /// Works until the time is over, then syncs until nothing waits.
    pub(super) fn run(self) -> Result<Done, Fault> {
        let keep = self.open()?;
        let create = |name: &str| -> Result<RecordId, Fault> {
            let fields = [("name".to_owned(), Value::Text(name.to_owned()))].into();
            let edit = Edit::Create { record_type: "customer".to_owned(), id: None, fields };
            Ok(keep.commit(vec![edit], CommitOptions::default())?.records[0])
        };
        let customer = create(&format!("Customer of phone {}", self.number))?;
        let mut done = Done { customer, city: None, others: Vec::new(), edits: 1, syncs: 0, waiting: 0 };
        let begun = stopwatch::now();
        while begun.elapsed() < self.time {
            let city = format!("City {} of phone {}", done.edits, self.number);
            let shown = keep.get(customer)?.ok_or("the customer is not here")?;
            let fields = [("city".to_owned(), Value::Text(city.clone()))].into();
            let edit = Edit::Patch { record_type: shown.record_type, id: customer, seen: Some(shown.seen), fields };
            keep.commit(vec![edit], CommitOptions::default())?;
            done.city = Some(city);
            let name = format!("Branch {} of phone {}", done.others.len(), self.number);
            done.others.push((create(&name)?, name));
            done.edits += 2;
            keep.sync_now()?;
            done.syncs += 1;
        }
        for _ in 0..LAST_SYNCS {
            done.waiting = keep.sync_now()?.waiting;
            done.syncs += 1;
            if done.waiting == 0 {
                break;
            }
        }
        keep.close();
        Ok(done)
    }

    fn open(&self) -> Result<Fieldkeep, Fault> {
        Ok(Fieldkeep::open(OpenOptions {
            folder: self.folder.clone(),
            user: USER.to_owned(),
            schema: self.schema.clone(),
            server: self.url.clone(),
            tokens: Arc::new(SignedIn(self.token.clone())),
            clock: None,
            http: None,
            files: None,
            manual: true,
        })?)
    }
}
