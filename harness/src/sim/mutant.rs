//! `--mutant` and `--mutants`: planted defects in the core, to see that the oracle notices each, and how soon.

use std::process::ExitCode;

use anstream::println;
use fieldkeep::mutants;

use super::hunt::{Hunt, hunt};
use crate::report;
use crate::stopwatch::quantile;

/// Plants one; an exit code when there is nothing to run.
pub(super) fn plant(name: &str) -> Option<ExitCode> {
    if name == "list" {
        for (_, name, what) in mutants::ALL {
            println!("{name:<28} {what}");
        }
        return Some(ExitCode::SUCCESS);
    }
    if !cfg!(feature = "mutants") {
        println!("this program was built without the feature `mutants`");
        return Some(ExitCode::from(report::BAD_ARGUMENTS));
    }
    if mutants::choose(name).is_none() {
        println!("there is no mutant {name}; `--mutant list` names them all");
        return Some(ExitCode::from(report::BAD_ARGUMENTS));
    }
    None
}

/// More worlds than this are not tried: a defect that hides so well needs a better oracle.
const CAP: u64 = 2_000;
/// Runs begin so far apart.
const APART: u64 = 100_000;

/// Plants each in turn, or only one, and prints how many worlds it took to find it, in so many runs from different first seeds.
pub(super) fn find_all(only: Option<&str>, runs: u64, steps: usize) -> ExitCode {
    if !cfg!(feature = "mutants") {
        println!("this program was built without the feature `mutants`");
        return ExitCode::from(report::BAD_ARGUMENTS);
    }
    println!("{:<28} {:>6} {:>6} {:>6}  found by", "mutant", "median", "90 %", "most");
    let mut survived = 0;
    for (mutant, name, _) in mutants::ALL.iter().filter(|(_, name, _)| only.is_none_or(|only| only == *name)) {
        let _ = mutants::choose(name);
        let (mut worlds, mut by) = (Vec::new(), Vec::new());
        for run in 1..=runs {
            let seeds = run * APART..run * APART + CAP;
            let bag = hunt(&Hunt { seeds, steps, to_the_end: false, loud: false });
            match bag.failures.first() {
                #[allow(clippy::cast_precision_loss, reason = "a count for a table")]
                Some((seed, violation)) => {
                    worlds.push((seed - run * APART + 1) as f64);
                    by.push(violation.kind());
                }
                None => survived += 1,
            }
        }
        by.sort_unstable();
        by.dedup();
        let at = |share| quantile(&worlds, share);
        println!("{name:<28} {:>6.0} {:>6.0} {:>6.0}  {}", at(0.5), at(0.9), at(1.0), by.join(", "));
        if worlds.is_empty() {
            println!("{mutant:?} survived {runs} runs of {CAP} worlds");
        }
    }
    mutants::choose_none();
    if survived == 0 { ExitCode::SUCCESS } else { ExitCode::from(report::FAILED) }
}
