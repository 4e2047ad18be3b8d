//! The same program in three languages.

use std::path::Path;
use std::process::Command;

use super::folders;
use super::line::Line;
use super::program;
use super::server::Server;
use crate::bindings::{self, Profile};
use crate::failure::Failure;
use crate::run::Outcome;
use crate::swift;
use crate::workspace::{Workspace, show};
use crate::{kotlin, steps};

/// Work orders of the folder that is read and saved in: some 15,000 records.
const WORK_ORDERS: usize = 5_200;

/// A language with a program of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Kotlin,
    Swift,
}

/// All, in the order in which they run in a round.
pub(super) const ALL: [Language; 3] = [Language::Rust, Language::Kotlin, Language::Swift];

/// Whom a phone talks to.
pub(super) struct Remote<'a> {
    pub(super) url: &'a str,
    pub(super) token: &'a str,
}

/// Nobody: phones are offline in most measures.
pub(super) const NOBODY: Remote<'static> = Remote { url: "http://127.0.0.1:9", token: "nobody" };

/// Builds all that is measured, optimised.
pub(crate) fn build(workspace: &Workspace) -> Result<Outcome, Failure> {
    show(&mut workspace.cargo(&["build", "--release", "-p", "fieldkeep-ffi", "-p", "fieldkeep-harness"]))?;
    // The generator need not be fast, and takes minutes to optimise.
    show(&mut workspace.cargo(&["build", "-p", "fieldkeep-bindgen"]))?;
    bindings::generate_from(workspace, Profile::Release)?;
    kotlin::build_bench(workspace)?;
    swift::build_bench(workspace)?;
    Ok(Outcome::Done)
}

/// A folder with a working set that nothing waits in, as on the morning of a shift.
pub(super) fn prepared(workspace: &Workspace) -> Result<std::path::PathBuf, Failure> {
    println!("filling a folder with {WORK_ORDERS} work orders and what belongs to them");
    let server = Server::start(workspace, WORK_ORDERS)?;
    let folder = folders::empty(workspace, "prepared")?;
    let remote = Remote { url: &server.url, token: &server.token };
    run(workspace, Language::Rust, "prepare", &folder, &remote, 0)?;
    Ok(folder)
}

/// Takes a measure once in one language.
pub(super) fn run(
    workspace: &Workspace,
    language: Language,
    measure: &str,
    folder: &Path,
    remote: &Remote<'_>,
    count: usize,
) -> Result<Line, Failure> {
    let target = workspace.target()?;
    let mut command = match language {
        Language::Rust => Command::new(target.join("release").join("fieldkeep-bench")),
        Language::Kotlin => kotlin::bench(workspace, measure == "memory")?,
        Language::Swift => {
            let mut command = swift::bench(workspace)?;
            command.args(["--skip-build", "fieldkeep-bench"]);
            command
        }
    };
    command.arg(measure).arg(folder).arg(workspace.root.join(steps::SCHEMA));
    command.args([remote.url, remote.token, &count.to_string()]);
    let line = program::run(&mut command)?;
    println!("{language:?} {measure}: {line}");
    Ok(line)
}
