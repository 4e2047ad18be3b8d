//! `fieldkeep inspect`: looks into a device's folder from outside. It works on a copy, so a running device is never
//! disturbed and nothing in the folder is changed.

mod copy;
mod print;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use fieldkeep::clock::{Clock, SystemClock};
use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::store::{self, DATABASE_FILE, invariants};
use fieldkeep::value::RecordId;
use fieldkeep::{Fieldkeep, KeepError, OpenError, OpenOptions};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use thiserror::Error;

use crate::report;

/// Options of `fieldkeep inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A device's folder.
    pub folder: PathBuf,
    /// Show the history of this record, by its local id.
    #[arg(long, value_name = "ID")]
    pub record: Option<RecordId>,
    /// One JSON object instead of text for people.
    #[arg(long)]
    pub json: bool,
}

/// Why nothing can be shown.
#[derive(Debug, Error)]
enum InspectError {
    #[error("there is no store in {0}")]
    NoStore(PathBuf),
    #[error("the store cannot be copied")]
    Copy(#[source] std::io::Error),
    #[error("the store cannot be read")]
    Database(#[from] rusqlite::Error),
    #[error("the copy cannot be opened")]
    Open(#[from] OpenError),
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// Exit code when something does not hold.
const BROKEN: u8 = 1;

/// Shows what is in the folder. Exit code 1 when an invariant does not hold, 2 when there is no store to look at.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    match look(&args) {
        Ok(found) => {
            if args.json {
                println!("{found}");
            } else {
                print::report(&found);
            }
            let sound = found["broken"].as_array().is_none_or(Vec::is_empty);
            if sound { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) }
        }
        Err(error) => report::ended("inspect", &error, report::BAD_ARGUMENTS),
    }
}

fn look(args: &Args) -> Result<Value, InspectError> {
    let copy = copy::of(&args.folder)?;
    let database = copy.path().join(DATABASE_FILE);
    let connection = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let passport = store::passport(&connection)?;
    let passport = passport.ok_or_else(|| InspectError::NoStore(args.folder.clone()))?;
    let broken: Vec<Value> = invariants::violations(&connection)?
        .into_iter()
        .map(|violation| json!({ "invariant": violation.invariant, "row": violation.row }))
        .collect();
    drop(connection);
    let keep = open(copy.path(), &passport)?;
    let mut found = json!({
        "user": passport.user,
        "device": passport.device,
        "schema_version": passport.schema.version,
        "now_ms": keep.now_ms()?,
        "state": words(&keep)?,
        "outbox": keep.outbox()?,
        "reviews": keep.reviews()?,
        "next_wake_ms": keep.next_wake()?,
        "broken": broken,
    });
    if let Some(id) = args.record {
        found["record"] = record(&keep, id)?;
    }
    Ok(found)
}

fn open(folder: &Path, passport: &store::Passport) -> Result<Fieldkeep, OpenError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    Fieldkeep::open(OpenOptions {
        folder: folder.to_owned(),
        user: passport.user.clone(),
        schema: passport.schema.clone(),
        server: "http://127.0.0.1:9".to_owned(),
        tokens: Arc::new(LookOnly),
        clock: Some(clock),
        http: None,
        files: None,
        manual: true,
    })
}

fn words(keep: &Fieldkeep) -> Result<Value, KeepError> {
    let Some(state) = keep.state(None)? else { return Ok(Value::Null) };
    let locale = fieldkeep::state::ReaderLocale::default();
    Ok(json!(fieldkeep::state::sentence(&state, keep.now_ms()?, &locale).text))
}

fn record(keep: &Fieldkeep, id: RecordId) -> Result<Value, KeepError> {
    let history: Vec<Value> = keep
        .history(id)?
        .into_iter()
        .map(|entry| {
            let detail: Value = serde_json::from_str(&entry.detail).unwrap_or(Value::Null);
            json!({ "at_ms": entry.at_ms, "kind": entry.kind, "detail": detail })
        })
        .collect();
    let now_ms = keep.now_ms()?;
    let locale = fieldkeep::state::ReaderLocale::default();
    let shown = keep.get(id)?.map(|record| {
        let words = fieldkeep::state::sentence(&record.state, now_ms, &locale).text;
        json!({
            "id": record.id, "type": record.record_type, "server_id": record.server_id, "status": record.status,
            "fields": record.fields, "words": words,
        })
    });
    Ok(json!({ "record": shown, "history": history }))
}

/// An inspector sends nothing.
struct LookOnly;

impl TokenProvider for LookOnly {
    fn current(&self) -> Option<AccessToken> {
        None
    }

    fn refresh(&self, _stale: u64) -> TokenFuture<'_> {
        Box::pin(async { None })
    }
}
