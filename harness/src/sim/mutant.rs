//! `--mutant`: a planted defect in the core, to see that the oracle notices it.

use std::process::ExitCode;

use anstream::println;
use fieldkeep::mutants;

use crate::report;

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
