//! `fieldkeep sim`: years of bad signal in minutes, by seed.
//!
//! The real engine and the real server in one process and on one thread, in virtual time, on disks that forget and networks
//! that lie; an oracle of its own looks on. See `docs/simulation.md`.

mod answers;
mod clocks;
mod cover;
mod deeds;
mod flash;
mod lives;
mod marks;
mod mishaps;
mod network;
mod office;
mod oracle;
mod people;
mod phone;
mod plan;
mod radio;
mod run;
mod schemas;
mod tokens;
mod trace;
mod traffic;
mod world;

use std::process::ExitCode;

use plan::Plan;
use run::run as run_plan;
use trace::Mode;

use crate::report;
use crate::stopwatch;

/// Options of `fieldkeep sim`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many worlds.
    #[arg(long, value_name = "N", default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    from: u64,
    /// One world alone.
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// Print what happens.
    #[arg(long)]
    trace: bool,
    /// Run it twice and compare, line by line.
    #[arg(long)]
    twice: bool,
    /// Say how long each took.
    #[arg(long)]
    verbose: bool,
    /// Steps of a world.
    #[arg(long, value_name = "N", default_value_t = 240)]
    steps: usize,
}

/// Runs worlds.
#[must_use]
pub fn run(args: &Args) -> ExitCode {
    let (first, last) = args.seed.map_or((args.from, args.from + args.seeds), |seed| (seed, seed + 1));
    let watch = stopwatch::now();
    let mut cover = cover::Cover::default();
    let mut failed = 0;
    let mut virtual_ms = 0;
    for seed in first..last {
        let plan = Plan::draw(seed, args.steps);
        let outcome = run_plan(&plan, if args.trace { Mode::Printed } else { Mode::Silent });
        cover.add(&outcome.cover);
        virtual_ms += outcome.virtual_ms;
        if args.twice {
            let again = run_plan(&plan, Mode::Silent);
            if again.digest != outcome.digest {
                anstream::println!("seed {seed}: not the same twice: {} and {}", outcome.digest, again.digest);
                failed += 1;
            }
        }
        if args.seed.is_none() && args.verbose {
            anstream::println!("seed {seed}: {:.2} s", watch.elapsed().as_secs_f64());
        }
        if let Some(violation) = outcome.violation {
            failed += 1;
            anstream::println!("seed {seed} step {:?}: {}", violation.step, violation.words);
        }
    }
    let seconds = watch.elapsed().as_secs_f64();
    anstream::println!(
        "{} seeds, {failed} failed, {seconds:.1} s, {} virtual days",
        last - first,
        virtual_ms / 86_400_000
    );
    if args.trace || args.seed.is_none() {
        for (kind, name, count) in cover.all() {
            anstream::println!("{kind:>16}  {name:<40} {count}");
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(report::FAILED) }
}
