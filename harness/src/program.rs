//! A `fieldkeep` program as a child process, driven by lines: what the demo and the tests use.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;
use thiserror::Error;

/// Why a program did not answer.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// It cannot be started or spoken to.
    #[error("{name} cannot be started or spoken to")]
    Io {
        /// The subcommand.
        name: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It ended, or said something that is no JSON line.
    #[error("{name} ended or said no JSON: {said:?}")]
    Speechless {
        /// The subcommand.
        name: String,
        /// What it said last.
        said: String,
    },
    /// It answered that it could not.
    #[error("{name} answered {kind}: {message}")]
    Refused {
        /// The subcommand.
        name: String,
        /// The error's kind.
        kind: String,
        /// The error's message.
        message: String,
    },
}

/// A running program, killed when it is dropped.
pub struct Program {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts `executable` with a subcommand and its arguments.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(
        executable: &Path,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Result<Self, ProgramError> {
        let mut command = Command::new(executable);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let name = command.get_args().next().unwrap_or_default().to_string_lossy().into_owned();
        let failed = |source| ProgramError::Io { name: name.clone(), source };
        let mut child = command.spawn().map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ProgramError::Speechless { name, said: String::new() });
        };
        Ok(Self { name, child, input, output: BufReader::new(output) })
    }

    /// Its process number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line it says.
    ///
    /// # Errors
    /// When it has ended or says no JSON.
    pub fn line(&mut self) -> Result<Value, ProgramError> {
        let mut said = String::new();
        let failed = |source| ProgramError::Io { name: self.name.clone(), source };
        self.output.read_line(&mut said).map_err(failed)?;
        serde_json::from_str(&said).map_err(|_| ProgramError::Speechless { name: self.name.clone(), said })
    }

    /// Says a command without waiting for the reply.
    ///
    /// # Errors
    /// When it does not listen any more.
    pub fn say(&mut self, command: &Value) -> Result<(), ProgramError> {
        let failed = |source| ProgramError::Io { name: self.name.clone(), source };
        writeln!(self.input, "{command}").and_then(|()| self.input.flush()).map_err(failed)
    }

    /// Says a command and hears the reply; event lines before it are skipped.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn tell(&mut self, command: &Value) -> Result<Value, ProgramError> {
        self.say(command)?;
        loop {
            let line = self.line()?;
            if line.get("event").is_none() {
                return Ok(line);
            }
        }
    }

    /// Says a command and hears its result.
    ///
    /// # Errors
    /// When it does not answer, or answers that it could not.
    pub fn ask(&mut self, command: &Value) -> Result<Value, ProgramError> {
        let mut reply = self.tell(command)?;
        if reply["ok"] == Value::Bool(true) {
            return Ok(reply["result"].take());
        }
        let text = |key: &str| reply["error"][key].as_str().unwrap_or_default().to_owned();
        Err(ProgramError::Refused { name: self.name.clone(), kind: text("kind"), message: text("message") })
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn wait(&mut self) -> Result<ExitStatus, ProgramError> {
        self.child.wait().map_err(|source| ProgramError::Io { name: self.name.clone(), source })
    }

    /// Kills it without warning (SIGKILL) and waits until it is dead.
    ///
    /// # Errors
    /// When the system does not let it die.
    pub fn kill(&mut self) -> Result<(), ProgramError> {
        let failed = |source| ProgramError::Io { name: self.name.clone(), source };
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).map_err(failed)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
