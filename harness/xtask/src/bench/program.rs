//! A measuring program: it says one line and ends, or is ended.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::line::Line;
use crate::failure::{Failure, in_words};

/// How long one measure may take in one language. A program that waits for what never comes must not hang the task.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Runs a program and hands back what it measured; its errors go to the terminal.
pub(super) fn run(command: &mut Command) -> Result<Line, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Failure::of_command(command, &error))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(mut output) = child.stdout.take() {
        thread::spawn(move || {
            let mut said = String::new();
            let read = output.read_to_string(&mut said).map(|_| said);
            // Nobody waits any more when the limit has passed.
            let _ = sender.send(read);
        });
    }
    let Ok(said) = receiver.recv_timeout(LIMIT) else {
        // Asked, not killed: Swift's own programs end what they have started.
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        let _ = child.wait();
        return Err(Failure::new(format!("`{}` did not end within {} s", in_words(command), LIMIT.as_secs())));
    };
    let said = said.map_err(|error| Failure::of_command(command, &error))?;
    let status = child.wait().map_err(|error| Failure::of_command(command, &error))?;
    if !status.success() {
        return Err(Failure::new(format!("`{}` failed ({status})", in_words(command))));
    }
    Line::last_of(&said)
}
