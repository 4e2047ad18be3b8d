//! The command line.

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
Build tasks of Fieldkeep

Usage: cargo xtask <task>

Tasks:
  test          Everything a change must pass: lint, then all tests and documentation examples, then Kotlin and Swift
  test --rust   The same without Kotlin and Swift: quick, needs nothing but a Rust toolchain
  test --long   The same with the long runs: sets FIELDKEEP_LONG=1 (500 kills instead of 40)
  lint          Formatting, file lengths, licences and sources of dependencies, clippy, documentation
  help          This text

The first failing step ends the task with exit code 1. Missing tools (rustfmt, clippy, cargo-deny, and on Debian as root a
JDK, Maven and Swift) are installed.";

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Lint, then test.
    Test {
        /// With the runs that take minutes.
        long: bool,
        /// Without the foreign languages.
        rust: bool,
    },
    /// Everything that reads the code without running it.
    Lint,
    /// Print [`HELP`].
    Help,
}

impl Task {
    /// Reads the arguments after the program's name. No argument asks for help.
    pub(crate) fn from_args(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let args: Vec<String> = args.collect();
        let words: Vec<&str> = args.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["test"] => Ok(Self::Test { long: false, rust: false }),
            ["test", "--long"] => Ok(Self::Test { long: true, rust: false }),
            ["test", "--rust"] => Ok(Self::Test { long: false, rust: true }),
            ["lint"] => Ok(Self::Lint),
            [] | ["help" | "--help" | "-h"] | [_, "--help" | "-h"] => Ok(Self::Help),
            other => Err(format!("xtask does not know `{}`", other.join(" "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines() {
        for (line, expected) in [
            ("test", Some(Task::Test { long: false, rust: false })),
            ("test --long", Some(Task::Test { long: true, rust: false })),
            ("test --rust", Some(Task::Test { long: false, rust: true })),
            ("lint", Some(Task::Lint)),
            ("help", Some(Task::Help)),
            ("test --help", Some(Task::Help)),
            ("", Some(Task::Help)),
            ("lint --long", None),
            ("tset", None),
        ] {
            let read = Task::from_args(line.split_whitespace().map(str::to_owned));
            assert_eq!(read.ok(), expected, "{line:?}");
        }
    }
}
