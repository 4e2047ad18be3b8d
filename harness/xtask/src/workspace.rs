//! Where the tasks work, and how they call cargo there.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::{Failure, in_words};
use crate::json_text;

/// The workspace around the current folder.
pub(crate) struct Workspace {
    /// Folder of the outermost `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Whether tests take their long form.
    pub(crate) long: bool,
    cargo: OsString,
}

impl Workspace {
    /// Asks cargo for the workspace of the current folder.
    pub(crate) fn find(long: bool) -> Result<Self, Failure> {
        // The cargo that started us, so that `cargo +nightly xtask lint` stays on nightly.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(&cargo);
        command.args(["locate-project", "--workspace", "--message-format", "plain"]).stdin(Stdio::null());
        let manifest = PathBuf::from(stdout_of(&mut command)?.trim_end());
        let root = manifest.parent().ok_or_else(|| Failure::new("cargo found no workspace here"))?;
        Ok(Self { root: root.to_owned(), long, cargo })
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> Result<PathBuf, Failure> {
        let metadata = stdout_of(&mut self.cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
        let path = json_text::text_of(&metadata, "target_directory").map(PathBuf::from);
        path.ok_or_else(|| Failure::new("cargo did not say where it builds"))
    }

    /// A cargo command in the root folder. It reads no input: nothing here may wait for a person.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.cargo);
        command.args(args).current_dir(&self.root).stdin(Stdio::null());
        command
    }
}

/// Runs a command with its output on the terminal.
pub(crate) fn show(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| Failure::of_command(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` failed ({status})", in_words(command)))) }
}

/// Runs a command and hands back what it printed; its errors go to the terminal.
pub(crate) fn stdout_of(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| Failure::of_command(command, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::new(format!("`{}` failed ({})", in_words(command), output.status)))
    }
}

/// Whether a command can be run at all; what it prints is of no interest.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
