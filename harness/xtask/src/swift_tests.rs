//! Runs Swift's tests and counts them. A run without tests must not pass for a good one.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, in_words};

/// How long all tests may take. They take two minutes; a test that waits for what never comes must not hang the task.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Runs `swift test`; every line goes to the terminal as it comes. Hands back how many tests ran.
pub(crate) fn run(command: &mut Command) -> Result<u64, Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| Failure::of_command(command, &error))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || sender.send(copy_lines(BufReader::new(output))));
    }
    let Ok(copied) = receiver.recv_timeout(LIMIT) else {
        // Asked, not killed: Swift's own programs end what they have started.
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        let _ = child.wait();
        return Err(Failure::new(format!("`{}` did not end within {} s", in_words(command), LIMIT.as_secs())));
    };
    let count = copied.map_err(|error| Failure::of_command(command, &error))?;
    let status = child.wait().map_err(|error| Failure::of_command(command, &error))?;
    if !status.success() {
        return Err(Failure::new(format!("`{}` failed ({status})", in_words(command))));
    }
    if count == 0 {
        return Err(Failure::new(format!("`{}` ran no test", in_words(command))));
    }
    Ok(count)
}

fn copy_lines(mut from: impl BufRead) -> io::Result<u64> {
    let mut count = 0;
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        io::stdout().write_all(&line)?;
        count += tests_in(&String::from_utf8_lossy(&line)).unwrap_or(0);
        line.clear();
    }
    Ok(count)
}

/// `33` of `✔ Test run with 33 tests passed after 41.2 seconds.`
fn tests_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("Test run with ")?;
    let (number, what) = rest.split_once(" test")?;
    if what.contains(" passed after ") { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_run_is_read() {
        for (line, expected) in [
            ("✔ Test run with 33 tests passed after 41.2 seconds.", Some(33)),
            ("✔ Test run with 1 test passed after 0.1 seconds.", Some(1)),
            ("✔ Test run with 0 tests passed after 0.001 seconds.", Some(0)),
            ("✘ Test run with 33 tests failed after 41.2 seconds with 1 issue.", None),
            ("✔ Test \"B01 made without a network\" passed after 0.4 seconds.", None),
        ] {
            assert_eq!(tests_in(line), expected, "{line}");
        }
    }
}
