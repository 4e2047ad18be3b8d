//! One measure of one side, in a process of its own: its memory is its own, and nothing is left from the round before.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use serde::{Deserialize, Serialize};

use super::sample::Extent;
use super::{Fault, asking, beside, draining, filling, first_pull, saving};

/// Numbers by name.
pub(super) type Numbers = BTreeMap<String, f64>;

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    /// Bare SQLite.
    Floor,
    /// Fieldkeep.
    Product,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// Fetches all that the server has, and is not measured.
    Fill,
    /// W1: saves, waiting for the disk or not.
    Save {
        /// `synchronous` is FULL, else NORMAL.
        durable: bool,
    },
    /// W2: sends what waits.
    Drain,
    /// W3: the first download.
    FirstPull {
        /// With indexes and search, or without.
        extent: Extent,
    },
    /// Edits the first records of a filled folder, and is not measured.
    Edit,
    /// W4: questions to a large store.
    Ask,
    /// W5: saves while a download runs.
    Beside,
}

/// A measure to be taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// What is done.
    pub(super) work: Work,
    /// Who does it.
    pub(super) side: Side,
    /// In which folder.
    pub(super) folder: PathBuf,
    /// With which server.
    pub(super) server: String,
    /// As whom.
    pub(super) token: String,
    /// How many records or edits.
    pub(super) count: usize,
    /// How many records there are in the end; in W4 and W5 another number than that of the edits.
    pub(super) records: usize,
}

/// The argument of the hidden subcommand that takes one measure.
#[derive(Debug, clap::Args)]
pub struct SideArgs {
    /// The measure, as JSON.
    job: String,
}

/// Takes one measure and prints its numbers as one JSON line.
#[must_use]
pub fn run_side(args: SideArgs) -> ExitCode {
    let numbers = serde_json::from_str(&args.job).map_err(Fault::from).and_then(|job| take(&job));
    match numbers.and_then(|numbers| Ok(serde_json::to_string(&numbers)?)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn take(job: &Job) -> Result<Numbers, Fault> {
    match (job.work, job.side) {
        (Work::Fill, Side::Product) => filling::product(job),
        (Work::Fill, Side::Floor) => filling::floor(job),
        (Work::Edit, Side::Product) => filling::edit(job),
        (Work::Save { durable }, Side::Product) => saving::product(job, durable),
        (Work::Save { durable }, Side::Floor) => saving::floor(job, durable),
        (Work::Drain, Side::Product) => draining::product(job),
        (Work::Drain, Side::Floor) => draining::floor(job),
        (Work::FirstPull { extent }, Side::Product) => first_pull::product(job, extent),
        (Work::FirstPull { extent }, Side::Floor) => first_pull::floor(job, extent),
        (Work::Ask, Side::Product) => asking::product(job),
        (Work::Ask, Side::Floor) => asking::floor(job),
        (Work::Beside, Side::Product) => beside::product(job),
        (work @ (Work::Edit | Work::Beside), Side::Floor) => Err(format!("the floor has no {work:?}").into()),
    }
}

impl Job {
    /// Takes the measure in a process of its own.
    pub(super) fn run(&self) -> Result<Numbers, Fault> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bench-side").arg(serde_json::to_string(self)?).stdin(Stdio::null());
        let output = command.output()?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(format!("{:?} of the {:?} failed: {words}", self.work, self.side).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Numbers of one measure.
pub(super) fn numbers<const N: usize>(pairs: [(&str, f64); N]) -> Numbers {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
