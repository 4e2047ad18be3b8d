//! `fieldkeep demo`: a technician's day in a basement, played by real processes and checked at the end.
//!
//! Server, fault proxy, two phones and an office are children of this process and of the same binary. This process owns
//! the clock, breaks the network, kills phones by SIGKILL, prints what a person would read, and at the end looks into
//! the server's database to see whether the five promises held.

mod acts;
mod bad_networks;
mod day;
mod intents;
mod narrator;
mod stage;
mod truth;
mod verdict;

use std::process::ExitCode;

use thiserror::Error;

use crate::program::ProgramError;
use crate::report;

use narrator::Narrator;

/// Options of `fieldkeep demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object a line instead of text for people.
    #[arg(long)]
    pub json: bool,
    /// Work orders in the working set.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub work_orders: usize,
    /// Seed of the working set.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
}

/// Why the day was not played to its end.
#[derive(Debug, Error)]
enum DemoError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("a database cannot be read")]
    Database(#[from] rusqlite::Error),
    #[error("input or output failed")]
    Io(#[from] std::io::Error),
    #[error("the day went otherwise than told: {0}")]
    Script(String),
}

/// Plays the day. Exit code 1 when a promise was broken or the day could not be played.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let narrator = Narrator::new(args.json);
    match day::play(&args, &narrator) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => report::ended("demo", &error, report::FAILED),
    }
}
