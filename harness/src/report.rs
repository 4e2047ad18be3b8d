//! How a failed command says why.

use std::error::Error;
use std::process::ExitCode;

/// Exit code of a program that failed while it worked.
pub const FAILED: u8 = 1;
/// Exit code of arguments that cannot be worked with, the same as clap's own.
pub const BAD_ARGUMENTS: u8 = 2;

/// Says on standard error why a program ends; its exit code.
pub fn ended(program: &str, error: &dyn Error, code: u8) -> ExitCode {
    eprintln!("fieldkeep {program}: {}", in_one_line(error));
    ExitCode::from(code)
}

/// The error and all its causes on one line, outermost first.
#[must_use]
pub fn in_one_line(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
