//! What the tasks consist of, in order: the quick and cheap checks first.

use crate::android_demo;
use crate::behaviours;
use crate::bench;
use crate::bindings;
use crate::failure::Failure;
use crate::ios_demo;
use crate::kotlin;
use crate::lengths;
use crate::models;
use crate::openapi;
use crate::package;
use crate::quickstarts;
use crate::run::{Outcome, Step};
use crate::swift;
use crate::tally;
use crate::targets;
use crate::task::{Extent, System};
use crate::tools::{CLIPPY, DENY, RUSTFMT};
use crate::toxiproxy;
use crate::workspace::{Workspace, show};

/// The demo's schema, below the workspace.
pub(crate) const SCHEMA: &str = "harness/schemas/field_service.json";

/// Everything that reads the code without running it.
pub(crate) fn lint() -> Vec<Step> {
    vec![
        Step { name: "format", run: format },
        Step { name: "file lengths", run: lengths::check },
        Step { name: "behaviours", run: behaviours::check },
        Step { name: "dependencies", run: dependencies },
        Step { name: "clippy", run: clippy },
        Step { name: "documentation", run: documentation },
    ]
}

/// Lint, then all tests; those of the foreign languages unless it is for Rust alone.
pub(crate) fn test(extent: Extent) -> Vec<Step> {
    let mut steps = lint();
    steps.push(Step { name: "build", run: build });
    let run = if extent == Extent::Rust { tests_of_rust_alone } else { tests };
    steps.push(Step { name: "test", run });
    steps.push(Step { name: "mutants", run: mutants });
    if extent != Extent::Rust {
        steps.push(Step { name: "openapi", run: openapi::check });
        steps.push(Step { name: "bindings", run: bindings::generate });
        steps.push(Step { name: "models", run: models::generate });
        steps.push(Step { name: "quickstarts", run: quickstarts::extract });
        steps.push(Step { name: "kotlin format", run: kotlin::format });
        steps.push(Step { name: "kotlin", run: kotlin::test });
        steps.push(Step { name: "swift format", run: swift::format });
        steps.push(Step { name: "swift", run: swift::test });
        steps.push(Step { name: "demo models", run: models::check });
        steps.push(Step { name: "android demo", run: android_demo::test });
        steps.push(Step { name: "ios demo format", run: ios_demo::format });
        steps.push(Step { name: "ios demo", run: ios_demo::test });
    }
    if extent == Extent::Full {
        steps.extend(self::targets());
    }
    steps
}

/// The steps of the tests that have these names, in the usual order.
pub(crate) fn named(names: &[String]) -> Result<Vec<Step>, Failure> {
    let mut steps = test(Extent::Full);
    if let Some(unknown) = names.iter().find(|name| steps.iter().all(|step| step.name != name.as_str())) {
        let known: Vec<&str> = steps.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!("there is no step {unknown:?}, only {}", known.join(", "))));
    }
    steps.retain(|step| names.iter().any(|name| name == step.name));
    Ok(steps)
}

/// The Android demo on this machine.
pub(crate) fn demo() -> Vec<Step> {
    vec![
        Step { name: "build", run: build },
        Step { name: "bindings", run: bindings::generate },
        Step { name: "android demo", run: android_demo::show_it },
    ]
}

/// What phones will run.
pub(crate) fn targets() -> Vec<Step> {
    vec![
        Step { name: "library size", run: targets::host_library },
        Step { name: "android target", run: targets::android },
        Step { name: "ios target", run: targets::ios },
    ]
}

/// What must be there before anything is measured.
pub(crate) fn bench() -> Vec<Step> {
    vec![Step { name: "build", run: bench::build }]
}

/// What an app adds to its project.
pub(crate) fn package(system: System) -> Vec<Step> {
    match system {
        System::Android => vec![
            Step { name: "build", run: build },
            Step { name: "bindings", run: bindings::generate },
            Step { name: "package", run: package::android },
        ],
        System::Ios => vec![Step { name: "package", run: package::ios }],
    }
}

fn format(workspace: &Workspace) -> Result<Outcome, Failure> {
    RUSTFMT.ensure(workspace)?;
    show(&mut workspace.cargo(&["fmt", "--all", "--check"]))?;
    Ok(Outcome::Done)
}

/// Advisories are left out: their database is fetched from a git host, and this command must work where only the
/// package registry can be reached. They also turn a good commit red without a change in it.
fn dependencies(workspace: &Workspace) -> Result<Outcome, Failure> {
    DENY.ensure(workspace)?;
    show(&mut workspace.cargo(&["deny", "check", "licenses", "bans", "sources"]))?;
    Ok(Outcome::Done)
}

fn clippy(workspace: &Workspace) -> Result<Outcome, Failure> {
    CLIPPY.ensure(workspace)?;
    show(&mut workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(Outcome::Done)
}

fn documentation(workspace: &Workspace) -> Result<Outcome, Failure> {
    show(workspace.cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Done)
}

/// Tests start the harness binary, and `cargo test` alone builds binaries only for some of them. With all targets the
/// dependencies have the same features as in the test step, so nothing is compiled twice.
fn build(workspace: &Workspace) -> Result<Outcome, Failure> {
    show(&mut workspace.cargo(&["build", "--workspace", "--all-targets"]))?;
    Ok(Outcome::Done)
}

fn tests(workspace: &Workspace) -> Result<Outcome, Failure> {
    let toxiproxy = toxiproxy::ensure(workspace)?;
    let mut command = workspace.cargo(&["test", "--workspace"]);
    command.env(toxiproxy::VARIABLE, toxiproxy);
    if workspace.long {
        command.env("FIELDKEEP_LONG", "1");
    }
    tally::run_tests(&mut command).map(Outcome::Tested)
}

/// Each planted defect must be found; they are compiled in for this test alone.
fn mutants(workspace: &Workspace) -> Result<Outcome, Failure> {
    let features = ["test", "--package", "fieldkeep-harness", "--features", "mutants", "--test", "mutants"];
    tally::run_tests(&mut workspace.cargo(&features)).map(Outcome::Tested)
}

/// Without those that need a tool in Go: `--rust` promises to need nothing but Rust.
fn tests_of_rust_alone(workspace: &Workspace) -> Result<Outcome, Failure> {
    println!("the tests `{}…` need toxiproxy, built with Go: they are for `cargo xtask test`", toxiproxy::TESTS);
    let mut command = workspace.cargo(&["test", "--workspace", "--", "--skip", toxiproxy::TESTS]);
    tally::run_tests(&mut command).map(Outcome::Tested)
}
