//! `fieldkeep-bench`: the floor that Kotlin and Swift are measured against. `cargo xtask bench` runs it in turn with the
//! same program in the two other languages, and compares what they print.
//!
//! One measure a process, one JSON line a measure: `fieldkeep-bench MEASURE FOLDER SCHEMA SERVER TOKEN COUNT`.

mod phone;
mod processor;
mod reading;
mod saving;
mod watching;

use std::process::ExitCode;

use phone::Phone;
use watching::{Surroundings, Watched};

/// What stops a measure; said in words, as nobody reacts to it.
type Fault = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measure(&arguments) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("fieldkeep-bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> Result<serde_json::Value, Fault> {
    let [what, folder, schema, server, token, count] = arguments else {
        return Err("usage: fieldkeep-bench MEASURE FOLDER SCHEMA SERVER TOKEN COUNT".into());
    };
    let phone = Phone::open(folder, schema, server, token)?;
    let count: usize = count.parse()?;
    let line = match what.as_str() {
        "prepare" => phone.fetch_everything(),
        "get" => reading::measure(&phone, count),
        "save" => saving::measure(&phone, count),
        "watch-record" => watching::measure(&phone, Watched::Record, Surroundings::Quiet, count),
        "watch-record-pull" => watching::measure(&phone, Watched::Record, Surroundings::Pull, count),
        "watch-list" => watching::measure(&phone, Watched::List, Surroundings::Quiet, count),
        "watch-list-pull" => watching::measure(&phone, Watched::List, Surroundings::Pull, count),
        other => Err(format!("there is no measure {other}").into()),
    };
    phone.keep.close();
    line
}
