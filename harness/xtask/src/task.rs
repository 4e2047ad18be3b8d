//! The command line.

use crate::bench::Measure;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
Build tasks of Fieldkeep

Usage: cargo xtask <task>

Tasks:
  test          Everything a change must pass: lint, then all tests and documentation examples, the server against its
                OpenAPI document, then Kotlin and Swift
  test --rust   Without all that needs another tool than a Rust toolchain: Kotlin, Swift, the OpenAPI document, toxiproxy
  test --full   All, with the long runs (FIELDKEEP_LONG=1: 500 kills instead of 40), and `targets`
  step NAME...  Only these steps of `test --full`, such as `step build swift`, while working on one of them
  demo android  The Android demo in a window, with a server and jobs of its own; without a display, pictures of its screens
  targets       Checks and builds for Android and iOS as far as this machine can, and says how large the library is
  package android | ios
                Makes an AAR or an XCFramework; needs the Android NDK, or Xcode
  bench [reads | saves | watching | memory | sizes]
                Measures what Kotlin and Swift cost over Rust, and prints tables: all takes half an hour
  lint          Formatting, file lengths, licences and sources of dependencies, clippy, documentation
  help          This text

The first failing step ends the task with exit code 1. Missing tools (rustfmt, clippy, cargo-deny, toxiproxy, schemathesis,
and on Debian as root Go, Python, a JDK, Maven and Swift) are installed.";

/// How much of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// With nothing but a Rust toolchain.
    Rust,
    /// What a change must pass.
    Usual,
    /// With the runs that take minutes.
    Full,
}

/// Whose phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Android,
    Ios,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Lint, then test.
    Test(Extent),
    /// Single steps of the tests, by their names.
    Steps(Vec<String>),
    /// The Android demo on this machine.
    Demo,
    /// What phones will run.
    Targets,
    /// What an app adds to its project.
    Package(System),
    /// One measure, or all.
    Bench(Option<Measure>),
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
            ["test"] => Ok(Self::Test(Extent::Usual)),
            ["test", "--full"] => Ok(Self::Test(Extent::Full)),
            ["test", "--rust"] => Ok(Self::Test(Extent::Rust)),
            ["step", names @ ..] if !names.is_empty() => {
                Ok(Self::Steps(names.iter().map(|&name| name.to_owned()).collect()))
            }
            ["demo", "android"] => Ok(Self::Demo),
            ["targets"] => Ok(Self::Targets),
            ["package", "android"] => Ok(Self::Package(System::Android)),
            ["package", "ios"] => Ok(Self::Package(System::Ios)),
            ["bench"] => Ok(Self::Bench(None)),
            ["bench", name] if Measure::named(name).is_some() => Ok(Self::Bench(Measure::named(name))),
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
            ("test", Some(Task::Test(Extent::Usual))),
            ("test --full", Some(Task::Test(Extent::Full))),
            ("test --rust", Some(Task::Test(Extent::Rust))),
            ("step build swift", Some(Task::Steps(vec!["build".to_owned(), "swift".to_owned()]))),
            ("step", None),
            ("demo android", Some(Task::Demo)),
            ("demo", None),
            ("targets", Some(Task::Targets)),
            ("package ios", Some(Task::Package(System::Ios))),
            ("package", None),
            ("bench", Some(Task::Bench(None))),
            ("bench saves", Some(Task::Bench(Some(Measure::Saves)))),
            ("bench loads", None),
            ("lint", Some(Task::Lint)),
            ("help", Some(Task::Help)),
            ("test --help", Some(Task::Help)),
            ("", Some(Task::Help)),
            ("lint --full", None),
            ("tset", None),
        ] {
            let read = Task::from_args(line.split_whitespace().map(str::to_owned));
            assert_eq!(read.ok(), expected, "{line:?}");
        }
    }
}
