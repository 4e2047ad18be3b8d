//! `fieldkeep sim`: years of bad signal in minutes, by seed.
//!
//! The real engine and the real server in one process and on one thread, in virtual time, on disks that forget and networks
//! that lie; an oracle of its own looks on. See `docs/simulation.md`.

mod answers;
mod clocks;
mod cover;
mod deeds;
mod flash;
mod hunt;
mod lives;
mod marks;
mod mishaps;
mod mutant;
mod network;
mod office;
mod oracle;
mod people;
mod phone;
mod plan;
mod radio;
mod run;
mod schemas;
mod shrink;
mod tokens;
mod trace;
mod traffic;
mod world;

use std::process::ExitCode;

use anstream::println;
use hunt::{Bag, Hunt};
use plan::Plan;
use run::{Violation, run as run_plan};
use trace::Mode;

use crate::report;

/// Steps of a world unless more or fewer are asked for.
const STEPS: usize = 240;

/// Options of `fieldkeep sim`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many worlds, on all cores.
    #[arg(long, value_name = "N", default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    from: u64,
    /// One world alone.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Print what happens in it: when, who, what, and the words on the screen.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Run it twice and compare the traces.
    #[arg(long, requires = "seed")]
    twice: bool,
    /// Take only these steps of it.
    #[arg(long, value_name = "STEPS", value_delimiter = ',', requires = "seed")]
    only: Vec<usize>,
    /// Do not make a failing world smaller.
    #[arg(long)]
    no_shrink: bool,
    /// Go on after a failure.
    #[arg(long)]
    to_the_end: bool,
    /// Print how often what has happened.
    #[arg(long)]
    cover: bool,
    /// Plant a defect, by its name; `list` names them all. Needs the feature `mutants`.
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
    /// Plant every defect in turn, so many times from different first seeds, and print how many worlds it took to find it.
    #[arg(long, value_name = "RUNS")]
    mutants: Option<u64>,
    /// Steps of a world.
    #[arg(long, value_name = "N", default_value_t = STEPS)]
    steps: usize,
}

/// Runs worlds.
#[must_use]
pub fn run(args: &Args) -> ExitCode {
    if let Some(name) = &args.mutant
        && let Some(ended) = mutant::plant(name)
    {
        return ended;
    }
    run::quieten_panics();
    if let Some(runs) = args.mutants {
        return mutant::find_all(runs, args.steps);
    }
    match args.seed {
        Some(seed) => one(args, seed),
        None => many(args),
    }
}

/// For tests: runs these worlds, and says of each that fails what must not be in it.
#[must_use]
pub fn failures(seeds: std::ops::Range<u64>) -> Vec<String> {
    run::quieten_panics();
    let bag = hunt::hunt(&Hunt { seeds, steps: STEPS, to_the_end: true, loud: false });
    bag.failures.into_iter().map(|(seed, violation)| format!("seed {seed}: {}", violation.words)).collect()
}

/// For tests: the trace of a world in short, and what must not be in it. `only`: these steps, or all when there are none.
#[must_use]
pub fn world(seed: u64, only: &[usize]) -> (String, Option<String>) {
    run::quieten_panics();
    let mut plan = Plan::draw(seed, STEPS);
    if !only.is_empty() {
        plan.steps.retain(|step| only.contains(&step.no));
    }
    let outcome = run_plan(&plan, Mode::Silent);
    (outcome.digest, outcome.violation.map(|violation| violation.words))
}

fn one(args: &Args, seed: u64) -> ExitCode {
    let mut plan = Plan::draw(seed, args.steps);
    if !args.only.is_empty() {
        plan.steps.retain(|step| args.only.contains(&step.no));
    }
    let outcome = run_plan(&plan, if args.trace { Mode::Printed } else { Mode::Silent });
    if args.cover {
        print_cover(&outcome.cover);
    }
    println!("seed {seed}: {}, {} virtual days", outcome.digest, outcome.virtual_ms / 86_400_000);
    if args.twice {
        let again = run_plan(&plan, Mode::Silent);
        if again.digest != outcome.digest {
            println!("and the second time {}: not the same", again.digest);
            return ExitCode::from(report::FAILED);
        }
        println!("and the second time the same");
    }
    match outcome.violation {
        None => ExitCode::SUCCESS,
        Some(violation) => failed(args, &plan, violation),
    }
}

fn many(args: &Args) -> ExitCode {
    let seeds = args.from..args.from.saturating_add(args.seeds);
    let bag = hunt::hunt(&Hunt { seeds, steps: args.steps, to_the_end: args.to_the_end, loud: true });
    if args.cover {
        print_cover(&bag.cover);
    }
    print_sum(&bag);
    for (seed, violation) in bag.failures.iter().skip(1) {
        println!("seed {seed}: {}", violation.words);
    }
    match bag.failures.into_iter().next() {
        None => ExitCode::SUCCESS,
        Some((seed, violation)) => failed(args, &Plan::draw(seed, args.steps), violation),
    }
}

fn print_sum(bag: &Bag) {
    /// Of a virtual year.
    const HOURS: f64 = 365.25 * 24.0;
    let hours = u64::try_from(bag.virtual_ms / 3_600_000).unwrap_or(0);
    println!(
        "{} worlds, {} failed, in {:.1} s: {:.1} a second, {:.1} virtual years a minute",
        bag.worlds,
        bag.failures.len(),
        bag.took.as_secs_f64(),
        Bag::per_second(bag.worlds, bag.took),
        Bag::per_second(hours, bag.took) * 60.0 / HOURS
    );
}

fn print_cover(cover: &cover::Cover) {
    for (kind, name, count) in cover.all() {
        println!("{kind:>16}  {name:<40} {count}");
    }
}

/// Makes it smaller, and says last how to see it again.
fn failed(args: &Args, plan: &Plan, violation: Violation) -> ExitCode {
    let whole = plan.steps.len() == args.steps && args.only.is_empty();
    let (small, found) =
        if args.no_shrink || !whole { (plan.clone(), violation) } else { shrink::shrink(plan, &violation) };
    println!("seed {} fails: {}", plan.seed, found.words);
    let mut command = format!("fieldkeep sim --seed {} --trace", plan.seed);
    if args.steps != STEPS {
        command.push_str(&format!(" --steps {}", args.steps));
    }
    if small.steps.len() < args.steps {
        let numbers: Vec<String> = small.steps.iter().map(|step| step.no.to_string()).collect();
        println!("{} of {} steps are enough", numbers.len(), args.steps);
        command.push_str(&format!(" --only {}", numbers.join(",")));
    }
    println!("{command}");
    ExitCode::from(report::FAILED)
}
