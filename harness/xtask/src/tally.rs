//! Runs the tests, shows what they print, and adds up their results: with a dozen test binaries the sum is what one
//! looks for.

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, in_words};

/// The sum over all test binaries and documentation tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
    binaries: u64,
}

impl Tally {
    /// Takes in one line of output. Only lines such as `test result: ok. 5 passed; 0 failed; …` count.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        self.binaries += 1;
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.ignored += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    /// In the words of `cargo test`, so that what reads its lines reads this one too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.failed == 0 { "ok" } else { "FAILED" };
        let Self { passed, failed, ignored, binaries } = self;
        write!(f, "test result: {word}. {passed} passed; {failed} failed; {ignored} ignored; in {binaries} suites")
    }
}

/// Runs `cargo test`; every line goes to the terminal as it comes.
pub(crate) fn run_tests(command: &mut Command) -> Result<Tally, Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| Failure::of_command(command, &error))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || sender.send(copy_lines(BufReader::new(output))));
    }
    let status = child.wait().map_err(|error| Failure::of_command(command, &error))?;
    if !status.success() {
        return Err(Failure::new(format!("`{}` failed ({status})", in_words(command))));
    }
    match receiver.recv_timeout(LAST_LINES) {
        Ok(copied) => copied.map_err(|error| Failure::of_command(command, &error)),
        Err(_) => Err(Failure::new("the tests passed, but a process that one of them started still runs")),
    }
}

/// How long the output may stay open after the tests ended. It ends with the last process that inherited it, so more
/// means that a test left one behind; without this limit the task would hang and not say why.
const LAST_LINES: Duration = Duration::from_secs(10);

fn copy_lines(mut from: impl BufRead) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        // Locked per line only: the summary must be printable while a left-over process keeps this loop waiting.
        io::stdout().write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up() {
        let mut tally = Tally::default();
        for line in [
            "running 5 tests",
            "test value::decimal::tests::one_number_has_one_text ... ok",
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "",
            "test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 12, failed: 0, ignored: 1, binaries: 2 });
        assert_eq!(tally.to_string(), "test result: ok. 12 passed; 0 failed; 1 ignored; in 2 suites");
    }
}
