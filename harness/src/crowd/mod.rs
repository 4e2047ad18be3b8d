//! `fieldkeep crowd`: many phones at once against one reference server. Each works and syncs without a pause; in the end each
//! acknowledged edit must be on the server once, and nothing else.

mod phone;
mod verdict;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use fieldkeep::schema::Schema;
use serde_json::json;

use crate::program::Program;
use crate::report;
use crate::stopwatch;
use phone::{Done, Errand};

/// What stops it; said in words, as nobody reacts to it.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Options of `fieldkeep crowd`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Phones at once.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub phones: usize,
    /// How long they work.
    #[arg(long, value_name = "S", default_value_t = 120)]
    pub seconds: u64,
}

/// Runs the crowd and prints one JSON line. Exit code 1 when something was lost, doubled or left waiting.
#[must_use]
pub fn run(args: &Args) -> ExitCode {
    match crowd(args) {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            wrong.iter().for_each(|fault| eprintln!("fieldkeep crowd: {fault}"));
            ExitCode::from(report::FAILED)
        }
        Err(fault) => report::ended("crowd", fault.as_ref(), report::FAILED),
    }
}

fn crowd(args: &Args) -> Result<Vec<String>, Fault> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("server");
    let mut server = Program::start(&std::env::current_exe()?, ["serve", "--data", data.to_string_lossy().as_ref()])?;
    let url = server.line()?["listening"].as_str().ok_or("the server does not say where it is")?.to_owned();
    let tokens: BTreeMap<String, String> = serde_json::from_str(&std::fs::read_to_string(data.join("tokens.json"))?)?;
    let token = tokens.get(phone::USER).ok_or("the server does not know the user")?;
    let idle_kb = resident_kb(server.id())?;
    let begun = stopwatch::now();
    let done = all_at_once(args, folder.path(), &url, token)?;
    let took_s = begun.elapsed().as_secs_f64();
    let peak_kb = peak_kb(server.id())?;
    let wrong = verdict::judge(&data.join("server.db"), &done)?;
    let sum = |of: fn(&Done) -> usize| done.iter().map(of).sum::<usize>();
    let (edits, syncs) = (sum(|done| done.edits), sum(|done| done.syncs));
    println!(
        "{}",
        json!({
            "phones": args.phones, "worked_s": args.seconds, "took_s": took_s.round(), "edits": edits, "syncs": syncs,
            "edits_per_s": (per_s(edits, took_s)).round(), "syncs_per_s": per_s(syncs, took_s).round(),
            "server_idle_kb": idle_kb, "server_peak_kb": peak_kb, "wrong": wrong.len(),
        })
    );
    Ok(wrong)
}

/// Every phone on a thread of its own, until the time is over and nothing waits.
fn all_at_once(args: &Args, folder: &Path, url: &str, token: &str) -> Result<Vec<Done>, Fault> {
    let schema = Schema::from_json(phone::SCHEMA)?;
    std::thread::scope(|scope| {
        let errands: Vec<_> = (0..args.phones)
            .map(|number| {
                let errand = Errand {
                    number,
                    folder: folder.join(format!("phone-{number}")),
                    schema: schema.clone(),
                    url: url.to_owned(),
                    token: token.to_owned(),
                    time: Duration::from_secs(args.seconds),
                };
                scope.spawn(move || errand.run())
            })
            .collect();
        errands.into_iter().map(|errand| errand.join().map_err(|_| "a phone panicked")?).collect()
    })
}

#[allow(clippy::cast_precision_loss, reason = "counts of some minutes")]
fn per_s(count: usize, took_s: f64) -> f64 {
    count as f64 / took_s
}

/// Memory of a process now, as Linux counts it.
fn resident_kb(process: u32) -> Result<u64, Fault> {
    status_kb(process, "VmRSS:")
}

/// The most it ever had.
fn peak_kb(process: u32) -> Result<u64, Fault> {
    status_kb(process, "VmHWM:")
}

fn status_kb(process: u32, name: &str) -> Result<u64, Fault> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the system does not tell")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
