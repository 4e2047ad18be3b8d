//! The `fieldkeep` program of this build, driven by lines; every fault of it fails the test.

use std::path::Path;
use std::process::ExitStatus;

use fieldkeep_harness::program::Program as Child;
use serde_json::Value;

/// A running `fieldkeep`, killed when it is dropped.
pub struct Program(Child);

impl Program {
    pub fn start(args: &[&str]) -> Self {
        Self(Child::start(Path::new(env!("CARGO_BIN_EXE_fieldkeep")), args).unwrap())
    }

    /// The next line it says.
    pub fn line(&mut self) -> Value {
        self.0.line().unwrap()
    }

    /// Says a line and hears the reply.
    pub fn tell(&mut self, command: &Value) -> Value {
        self.0.tell(command).unwrap()
    }

    /// Says a line.
    pub fn say(&mut self, command: &Value) {
        self.0.say(command).unwrap();
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it ends by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }

    /// Kills it without warning (SIGKILL) and waits until it is dead.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
    }
}
