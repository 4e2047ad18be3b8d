//! The reference server, with a working set.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::folders;
use super::line::Line;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// A running server; it ends with this.
pub(super) struct Server {
    /// Where it listens.
    pub(super) url: String,
    /// The token of the user `ana`.
    pub(super) token: String,
    child: Child,
}

impl Server {
    /// Starts a server that has that many work orders, and waits until it listens.
    pub(super) fn start(workspace: &Workspace, work_orders: usize) -> Result<Self, Failure> {
        let data: PathBuf = folders::empty(workspace, "server")?;
        let mut command = Command::new(workspace.target()?.join("release").join("fieldkeep"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--work-orders", &work_orders.to_string(), "--data"]);
        command.arg(&data).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| Failure::of_command(&command, &error))?;
        let mut first = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut first).map_err(|error| Failure::of_command(&command, &error))?;
        }
        let tokens = fs::read_to_string(data.join("tokens.json"))
            .map_err(|error| Failure::new(format!("cannot read the server's tokens: {error}")))?;
        let url = Line::last_of(&first)?.text("listening")?.to_owned();
        let token = Line::last_of(&tokens.replace('\n', " "))?.text("ana")?.to_owned();
        Ok(Self { url, token, child })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data are thrown away; there is nothing to finish.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
