//! No source file grows beyond what one can keep in mind.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::{Workspace, stdout_of};

/// Lines of one file: a hard stop. Most files should stay under half of it.
const MAX_LINES: usize = 600;

/// Counts the lines of every tracked Rust file.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome, Failure> {
    let mut count = 0;
    let mut too_long = Vec::new();
    for path in tracked_files(workspace)? {
        let text = match fs::read(workspace.root.join(&path)) {
            Ok(text) => text,
            // Removed in the work tree, not yet in the index.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Failure::new(format!("cannot read {path}: {error}"))),
        };
        count += 1;
        let lines = lines_in(&text);
        if lines > MAX_LINES {
            too_long.push(format!("{path}: {lines} lines"));
        }
    }
    if too_long.is_empty() {
        println!("{count} files, none over {MAX_LINES} lines");
        Ok(Outcome::Done)
    } else {
        Err(Failure::new(format!("over {MAX_LINES} lines, to be split by idea:\n  {}", too_long.join("\n  "))))
    }
}

fn tracked_files(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut git = Command::new("git");
    // A build machine often runs as another user than the one that cloned; git refuses such folders unless told.
    git.arg("-c").arg(format!("safe.directory={}", workspace.root.display()));
    git.args(["ls-files", "-z", "--", "*.rs"]).current_dir(&workspace.root).stdin(Stdio::null());
    let names = stdout_of(&mut git)?;
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn lines_in(text: &[u8]) -> usize {
    text.split(|&byte| byte == b'\n').count() - usize::from(text.last().is_none_or(|&byte| byte == b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_editors_do() {
        for (text, expected) in [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\n\n", 2)] {
            assert_eq!(lines_in(text.as_bytes()), expected, "{text:?}");
        }
    }
}
