//! What happened, line by line: the same seed gives the same lines.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The lines of a run. Always counted into a digest, kept or printed only when somebody wants to read them.
pub(crate) struct Trace {
    began_ms: i64,
    digest: Sha256,
    /// Stands in paths, and is another one in each run.
    disks: String,
    mode: Mode,
    lines: u64,
}

/// What becomes of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Silent,
    Printed,
}

impl Trace {
    pub(crate) fn new(began_ms: i64, mode: Mode, disks: &str) -> Self {
        Self { began_ms, digest: Sha256::new(), disks: disks.to_owned(), mode, lines: 0 }
    }

    /// Whether anybody reads.
    pub(crate) fn is_read(&self) -> bool {
        self.mode == Mode::Printed
    }

    /// One line: when, who, what.
    pub(crate) fn line(&mut self, now_ms: i64, who: &str, what: &str) {
        let text = format!("{} {who:<10} {}\n", since(now_ms - self.began_ms), what.replace(&self.disks, "disk"));
        self.digest.update(text.as_bytes());
        self.lines += 1;
        if self.mode == Mode::Printed {
            anstream::print!("{text}");
        }
    }

    /// How many lines there are, and what they are, in short.
    pub(crate) fn digest(&self) -> String {
        let mut text = format!("{} lines ", self.lines);
        for byte in self.digest.clone().finalize().iter().take(8) {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// Days and time since the beginning.
fn since(ms: i64) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{:>3}d {:02}:{minutes:02}:{seconds:02}.{ms:03}", hours / 24, hours % 24)
}
