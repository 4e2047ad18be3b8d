//! From a save to the watcher's new value.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use fieldkeep::value::{RecordId, Value as Field};
use fieldkeep::{CommitOptions, Edit, Listener, Query, Record, Sort, Update, WatchTarget};
use fieldkeep_harness::stopwatch::{ms, now, pause, quantile};
use serde_json::{Value, json};

use crate::Fault;
use crate::phone::Phone;

/// Changes that only warm up.
const WARM_UP: usize = 10;
/// Between two changes, so that each is told by itself.
const PACE: Duration = Duration::from_millis(10);
/// One process does not go on for longer; fewer changes are measured then.
const LIMIT: Duration = Duration::from_secs(30);
/// A value that has not come by then never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is watched.
#[derive(Clone, Copy)]
pub(crate) enum Watched {
    /// The record that is changed.
    Record,
    /// A list that it is the first of.
    List,
}

/// What else goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// Nothing: there is no network.
    Quiet,
    /// The first download of all that the server has; the changes are sent, too.
    Pull,
}

/// Changes a record `count` times, and takes the time from the return of each save to the new value, and from its call.
/// Beside a download it stops when that has ended.
pub(crate) fn measure(
    phone: &Phone,
    watched: Watched,
    surroundings: Surroundings,
    count: usize,
) -> Result<Value, Fault> {
    if surroundings == Surroundings::Quiet {
        phone.go_offline()?;
    }
    let id = make(phone)?;
    let (sender, told) = channel();
    let _watching = phone.keep.watch(target(watched, id), Arc::new(Teller(sender)))?;
    let mut newest = until_named(&told, id, &name(0))?;
    let pull = (surroundings == Surroundings::Pull).then(|| Download::begin(phone));
    let (mut after_save_ms, mut after_call_ms) = (Vec::new(), Vec::new());
    let begun = now();
    for number in 1..=WARM_UP + count {
        if begun.elapsed() > LIMIT || pull.as_ref().is_some_and(Download::has_ended) {
            break;
        }
        let edit = rename(&newest, &name(number));
        let called = now();
        phone.keep.commit(vec![edit], CommitOptions::default())?;
        let saved = now();
        newest = until_named(&told, id, &name(number))?;
        if number > WARM_UP {
            after_save_ms.push(ms(saved.elapsed()));
            after_call_ms.push(ms(called.elapsed()));
        }
        pause(PACE);
    }
    let beside_pull = pull.as_ref().is_some_and(|pull| !pull.has_ended());
    phone.keep.close();
    if let Some(pull) = pull {
        pull.end()?;
    }
    Ok(json!({
        "language": "Rust", "measure": "watch", "samples": after_save_ms.len(), "beside_pull": beside_pull,
        "p50_ms": quantile(&after_save_ms, 0.5), "p99_ms": quantile(&after_save_ms, 0.99),
        "p50_from_call_ms": quantile(&after_call_ms, 0.5), "p99_from_call_ms": quantile(&after_call_ms, 0.99),
    }))
}

/// Sorts before the names of the working set.
fn name(number: usize) -> String {
    format!("A0000 {number}")
}

fn make(phone: &Phone) -> Result<RecordId, Fault> {
    let fields = [("name".to_owned(), Field::Text(name(0)))].into();
    let edit = Edit::Create { record_type: "customer".to_owned(), id: None, fields };
    let receipt = phone.keep.commit(vec![edit], CommitOptions::default())?;
    receipt.records.first().copied().ok_or_else(|| "nothing was made".into())
}

fn rename(record: &Record, name: &str) -> Edit {
    let fields = [("name".to_owned(), Field::Text(name.to_owned()))].into();
    Edit::Patch { record_type: record.record_type.clone(), id: record.id, seen: Some(record.seen.clone()), fields }
}

fn target(watched: Watched, id: RecordId) -> WatchTarget {
    match watched {
        Watched::Record => WatchTarget::Record { id },
        Watched::List => {
            let sort = Some(Sort { field: "name".to_owned(), descending: false });
            WatchTarget::Records { query: Query { sort, limit: 100, ..Query::all("customer") } }
        }
    }
}

fn until_named(told: &Receiver<Update>, id: RecordId, name: &str) -> Result<Record, Fault> {
    loop {
        let found = match told.recv_timeout(PATIENCE)? {
            Update::Record { record } => record,
            Update::Records { page } => page.records.into_iter().find(|record| record.id == id),
            _ => None,
        };
        let is_it = |record: &Record| record.fields.get("name") == Some(&Field::Text(name.to_owned()));
        if let Some(record) = found.filter(is_it) {
            return Ok(record);
        }
    }
}

/// Hands values over.
struct Teller(Sender<Update>);

impl Listener for Teller {
    fn on_update(&self, update: Update) {
        // At the end nobody listens any more.
        let _ = self.0.send(update);
    }
}

/// The first download, on a thread of its own.
struct Download {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), String>>,
}

impl Download {
    fn begin(phone: &Phone) -> Self {
        let (keep, ended) = (Arc::clone(&phone.keep), Arc::new(AtomicBool::new(false)));
        let over = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let report = keep.sync_now();
            over.store(true, Ordering::Release);
            match report {
                // Closing ends it half-way.
                Ok(_) | Err(fieldkeep::KeepError::Closed | fieldkeep::KeepError::Suspended) => Ok(()),
                Err(fault) => Err(fault.to_string()),
            }
        });
        Self { ended, thread }
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn end(self) -> Result<(), Fault> {
        self.thread.join().map_err(|_| "the download failed")?.map_err(Into::into)
    }
}
