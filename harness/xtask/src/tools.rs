//! Tools that the steps call. A missing one is installed; where that does not work, the failure names the command.

use std::process::{Command, Stdio};

use crate::failure::{Failure, in_words};
use crate::workspace::{Workspace, works};

/// A cargo subcommand and how to get it.
pub(crate) struct Tool {
    /// `fmt` for `cargo fmt`.
    subcommand: &'static str,
    source: Source,
}

enum Source {
    /// A part of the tool chain.
    Rustup(&'static str),
    /// A crate with a binary.
    CratesIo(&'static str),
}

/// Formatting.
pub(crate) const RUSTFMT: Tool = Tool { subcommand: "fmt", source: Source::Rustup("rustfmt") };
/// Lints beyond the compiler's.
pub(crate) const CLIPPY: Tool = Tool { subcommand: "clippy", source: Source::Rustup("clippy") };
/// Licences, bans and sources of dependencies.
pub(crate) const DENY: Tool = Tool { subcommand: "deny", source: Source::CratesIo("cargo-deny") };

impl Tool {
    /// Makes sure that the tool is there.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<(), Failure> {
        if self.is_there(workspace) {
            return Ok(());
        }
        let mut install = match self.source {
            Source::Rustup(component) => rustup(&["component", "add", component]),
            // `--locked`: the versions its authors tested, not the newest of each.
            Source::CratesIo(name) => workspace.cargo(&["install", name, "--locked"]),
        };
        println!("`cargo {}` is missing; running `{}`", self.subcommand, in_words(&install));
        // A failed installation is told by the check that follows; what the installer said stands above it.
        let _ = install.status();
        if self.is_there(workspace) {
            return Ok(());
        }
        let command = in_words(&install);
        Err(Failure::new(format!("`cargo {}` does not work; install it with: {command}", self.subcommand)))
    }

    fn is_there(&self, workspace: &Workspace) -> bool {
        works(&mut workspace.cargo(&[self.subcommand, "--version"]))
    }
}

fn rustup(args: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(args).stdin(Stdio::null());
    command
}
