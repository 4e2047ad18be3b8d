//! Build tasks of Fieldkeep: `cargo xtask help` lists them. Only the standard library, so that a fresh clone compiles
//! it in a second.

mod android_demo;
mod behaviours;
mod bench;
mod bindings;
mod debian;
mod failure;
mod ios_demo;
mod json_text;
mod kotlin;
mod lengths;
mod models;
mod ndk;
mod openapi;
mod package;
mod quickstarts;
mod run;
mod schemathesis;
mod served;
mod steps;
mod swift;
mod swift_tests;
mod swift_tools;
mod tally;
mod targets;
mod task;
mod tools;
mod toxiproxy;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use task::{Extent, Task};
use workspace::Workspace;

/// What a shell expects when the command line was not understood.
const USAGE_FAULT: u8 = 2;

fn main() -> ExitCode {
    let task = match Task::from_args(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(fault) => {
            eprintln!("{fault}\n\n{}", task::HELP);
            return ExitCode::from(USAGE_FAULT);
        }
    };
    match carry_out(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(task: Task) -> Result<(), Failure> {
    match task {
        Task::Help => {
            println!("{}", task::HELP);
            Ok(())
        }
        Task::Lint => run::all(&steps::lint(), &Workspace::find(false)?),
        Task::Test(extent) => run::all(&steps::test(extent), &Workspace::find(extent == Extent::Full)?),
        Task::Steps(names) => run::all(&steps::named(&names)?, &Workspace::find(false)?),
        Task::Bench(only) => {
            let workspace = Workspace::find(false)?;
            run::all(&steps::bench(), &workspace)?;
            bench::measure(&workspace, only)
        }
        Task::Demo => run::all(&steps::demo(), &Workspace::find(false)?),
        Task::Targets => run::all(&steps::targets(), &Workspace::find(false)?),
        Task::Package(system) => run::all(&steps::package(system), &Workspace::find(false)?),
    }
}
