//! A reference server for a step, with a small working set, in a folder of its own.
#![allow(clippy::disallowed_methods, reason = "a build tool; it removes nothing but its own folder")]

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::failure::Failure;
use crate::json_text;
use crate::workspace::Workspace;

/// Jobs to ask for; each brings notes, parts and visits.
const WORK_ORDERS: &str = "20";
/// Who asks.
const USER: &str = "ana";

/// A running server, killed when it is dropped.
pub(crate) struct Served {
    child: Child,
    /// Its address.
    pub(crate) url: String,
    /// The token of a user.
    pub(crate) token: String,
}

impl Served {
    /// Starts the server that the step `build` has built. `folder` is emptied, so that it says the same each time.
    pub(crate) fn start(workspace: &Workspace, folder: &Path) -> Result<Self, Failure> {
        let emptied = if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) };
        emptied.map_err(|error| Failure::new(format!("cannot empty {}: {error}", folder.display())))?;
        let program = workspace.target()?.join("debug").join(format!("fieldkeep{}", std::env::consts::EXE_SUFFIX));
        if !program.exists() {
            return Err(Failure::new("there is no server yet: run `cargo xtask step build` first"));
        }
        let mut command = Command::new(program);
        command.args(["serve", "--work-orders", WORK_ORDERS, "--data"]).arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| Failure::of_command(&command, &error))?;
        let mut served = Self { child, url: String::new(), token: String::new() };
        let said = served.first_line().map_err(|error| Failure::of_command(&command, &error))?;
        let tokens = fs::read_to_string(folder.join("tokens.json")).unwrap_or_default();
        let (url, token) = (json_text::text_of(&said, "listening"), json_text::text_of(&tokens, USER));
        let (Some(url), Some(token)) = (url, token) else {
            return Err(Failure::new(format!("the server did not say where it listens: {said:?}")));
        };
        (served.url, served.token) = (url.to_owned(), token.to_owned());
        Ok(served)
    }

    /// What it says when it is ready; nothing when it ended before.
    fn first_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if let Some(output) = self.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        Ok(line)
    }

    /// Whether it ended by itself, which it never should.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
