//! `fieldkeep bench`: the core against bare SQLite. Product and floor do the same work in turn, round by round in one run,
//! each time in a process of its own; a table says what came of it. Time is never a test: it gives no verdict but the table.

mod asking;
mod beside;
mod courier;
mod draining;
mod filling;
mod first_pull;
mod floor;
mod job;
mod machine;
mod measures;
mod phone;
mod real_server;
mod sample;
mod saving;
mod stage;
mod stub;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

pub use job::{SideArgs, run_side};
pub use measures::Measure;

use crate::report;
use stage::Stage;

/// What stops a measure; said in words, as nobody reacts to it.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The user of all phones.
const USER: &str = "ana";
/// Items of one push.
const BATCH: usize = 100;

/// Options of `fieldkeep bench`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to measure; everything when nothing is named.
    #[arg(value_enum, ignore_case = true)]
    measures: Vec<Measure>,
    /// Rounds of each measure.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// Take only this share of the records and edits, to try it out: 0.01 is a hundredth.
    #[arg(long, value_name = "F", default_value_t = 1.0)]
    scale: f64,
    /// Where the stores lie while they are measured; a disk, not memory. The system's folder for temporary files otherwise.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Measures and prints the table. Exit code 1 when a measure could not be taken or left something wrong behind.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let folder = args.folder.clone().unwrap_or_else(std::env::temp_dir);
    let disk = match usable(&args, &folder) {
        Ok(disk) => disk,
        Err(fault) => return report::ended("bench", fault.as_ref(), report::BAD_ARGUMENTS),
    };
    match print(&args, &folder, &disk) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(report::FAILED),
        Err(fault) => report::ended("bench", fault.as_ref(), report::FAILED),
    }
}

/// What is measured must mean something. Says what file system the folder is on.
fn usable(args: &Args, folder: &std::path::Path) -> Result<String, Fault> {
    if cfg!(debug_assertions) {
        return Err("this is a debug build, whose times mean nothing: cargo run --release -- bench".into());
    }
    if args.rounds == 0 || !(args.scale > 0.0 && args.scale <= 1.0) {
        return Err("there is at least one round, and the scale is above 0 and at most 1".into());
    }
    let disk = machine::file_system(folder)?;
    if disk == "tmpfs" {
        return Err(format!("{} is memory, not a disk: name another --folder", folder.display()).into());
    }
    Ok(disk)
}

/// Prints row by row. Says whether every measure could be taken and left everything right behind.
fn print(args: &Args, folder: &std::path::Path, disk: &str) -> Result<bool, Fault> {
    let stage = Stage::new(folder, args.rounds, args.scale)?;
    let measures = if args.measures.is_empty() { Measure::value_variants() } else { &args.measures };
    println!(
        "{}; folder on a disk ({disk}); {} rounds; a cell is median (smallest–largest)\n",
        machine::processor(),
        args.rounds
    );
    if args.scale < 1.0 {
        println!("**Only {} of the records and edits: tried out, not measured.**\n", args.scale);
    }
    println!("{}", table::HEAD);
    let mut all_right = true;
    for measure in measures {
        let before = machine::load();
        let taken = measure.take(&stage);
        let after = machine::load();
        match taken {
            Ok(rows) => {
                for row in rows {
                    println!("{row} {before} → {after} |");
                    all_right &= row.wrong.is_none();
                }
            }
            Err(fault) => {
                println!("| {measure:?} | | | | | | **failed**: {fault} | {before} → {after} |");
                all_right = false;
            }
        }
    }
    Ok(all_right)
}
