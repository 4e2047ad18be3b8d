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
mod reached;
mod run;
mod saving;
mod scenes;
mod schemas;
mod script;
mod shrink;
mod tokens;
mod trace;
mod traffic;
mod visits;
mod watched;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use hunt::{Bag, Hunt};
use plan::Plan;
use run::{Violation, run as run_plan};
use script::Script;
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
    #[arg(long, value_name = "SEED", group = "one", conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// One world that was kept in a file.
    #[arg(long, value_name = "FILE", group = "one", conflicts_with_all = ["seeds", "from"])]
    world: Option<PathBuf>,
    /// Keep a world that fails in a file, as small as it gets.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Print what happens in it: when, who, what, and the words on the screen.
    #[arg(long, requires = "one")]
    trace: bool,
    /// Run it twice and compare the traces.
    #[arg(long, requires = "one")]
    twice: bool,
    /// Take only these steps of it.
    #[arg(long, value_name = "STEPS", value_delimiter = ',', requires = "one")]
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
    /// Plant every defect in turn, or the one that is named, so many times from different first seeds, and print how many
    /// worlds it took to find it.
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
        return mutant::find_all(args.mutant.as_deref(), runs, args.steps);
    }
    let script = match (&args.world, args.seed) {
        (Some(path), _) => match read(path) {
            Ok(script) => script,
            Err(words) => {
                println!("{}: {words}", path.display());
                return ExitCode::from(report::BAD_ARGUMENTS);
            }
        },
        (None, Some(seed)) => Script { plan: Plan::draw(seed, args.steps), mutant: None, story: String::new() },
        (None, None) => return many(args),
    };
    if let Some(ended) = script.mutant.as_deref().filter(|_| cfg!(feature = "mutants")).and_then(mutant::plant) {
        return ended;
    }
    one(args, script.plan)
}

fn read(path: &Path) -> Result<Script, String> {
    Script::read(&std::fs::read_to_string(path).map_err(|error| error.to_string())?)
}

/// For tests: runs these worlds, and says of each that fails what must not be in it; of a thousand and more also what never
/// happened in them.
#[must_use]
pub fn failures(seeds: std::ops::Range<u64>) -> Vec<String> {
    run::quieten_panics();
    let bag = hunt::hunt(&Hunt { seeds, steps: STEPS, to_the_end: true, loud: false });
    let never = if bag.is_enough() { reached::never(&bag.cover) } else { Vec::new() };
    let failures = bag.failures.into_iter().map(|(seed, violation)| format!("seed {seed}: {}", violation.words));
    failures.chain(never.into_iter().map(|what| format!("never happened: {what}"))).collect()
}

/// For tests: the trace of a world in short, and what must not be in it.
#[must_use]
pub fn world(seed: u64) -> (String, Option<String>) {
    run::quieten_panics();
    let outcome = run_plan(&Plan::draw(seed, STEPS), Mode::Silent);
    (outcome.digest, outcome.violation.map(|violation| violation.words))
}

/// For tests: what a kept world tells.
#[derive(Debug)]
pub struct Replayed {
    /// What was wrong in it once.
    pub story: String,
    /// The planted defect that it shows.
    pub mutant: Option<String>,
    /// What must not be in it, now.
    pub violation: Option<String>,
}

/// For tests: runs a kept world.
///
/// # Errors
/// The text is no world.
pub fn replay(text: &str) -> Result<Replayed, String> {
    run::quieten_panics();
    let script = Script::read(text)?;
    let violation = run_plan(&script.plan, Mode::Silent).violation.map(|violation| violation.words);
    Ok(Replayed { story: script.story, mutant: script.mutant, violation })
}

fn one(args: &Args, mut plan: Plan) -> ExitCode {
    let seed = plan.seed;
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
    let is_enough = bag.is_enough();
    let never = reached::never(&bag.cover);
    for what in never.iter().filter(|_| is_enough || args.cover) {
        println!("never happened: {what}");
    }
    match bag.failures.into_iter().next() {
        None if never.is_empty() || !is_enough => ExitCode::SUCCESS,
        None => ExitCode::from(report::FAILED),
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

/// Makes it smaller, keeps it if that is wished, and says last how to see it again.
fn failed(args: &Args, plan: &Plan, violation: Violation) -> ExitCode {
    let whole = args.only.is_empty();
    let (small, found) =
        if args.no_shrink || !whole { (plan.clone(), violation) } else { shrink::shrink(plan, &violation) };
    println!("seed {} fails: {}", plan.seed, found.words);
    let count = small.steps.len();
    if count < plan.steps.len() {
        println!("{count} of {} steps are enough", plan.steps.len());
    }
    if let Some(path) = &args.keep {
        let script = Script { plan: small, mutant: args.mutant.clone(), story: found.words };
        #[allow(clippy::disallowed_methods, reason = "a file of the person who tests, not of a store")]
        match std::fs::write(path, script.text()) {
            Ok(()) => println!("fieldkeep sim --trace --world {}", path.display()),
            Err(error) => println!("{} cannot be written: {error}", path.display()),
        }
        return ExitCode::from(report::FAILED);
    }
    let mut command = match &args.world {
        Some(path) => format!("fieldkeep sim --trace --world {}", path.display()),
        None => format!("fieldkeep sim --trace --seed {}", plan.seed),
    };
    if args.steps != STEPS {
        command.push_str(&format!(" --steps {}", args.steps));
    }
    if count < plan.steps.len() || !whole {
        let numbers: Vec<String> = small.steps.iter().map(|step| step.no.to_string()).collect();
        command.push_str(&format!(" --only {}", numbers.join(",")));
    }
    println!("{command}");
    ExitCode::from(report::FAILED)
}
