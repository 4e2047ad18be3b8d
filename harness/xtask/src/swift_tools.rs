//! Where Swift is: on the PATH, or fetched once into a folder of its own outside the source tree.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace::{Workspace, show, stdout_of, works};

/// The oldest Swift whose language mode the package is written in.
const OLDEST: u32 = 6;

/// Swift's programs.
pub(crate) struct Swift {
    /// Their folder; none when they are on the PATH.
    folder: Option<PathBuf>,
}

impl Swift {
    /// Finds Swift, and installs it where that can be done.
    pub(crate) fn find(workspace: &Workspace) -> Result<Self, Failure> {
        let on_path = Self { folder: None };
        if on_path.is_usable() {
            return Ok(on_path);
        }
        let kept = cache()?.join("swift");
        // Says what it does when it has to; takes no time when it has been done.
        show(Command::new(workspace.root.join("bindings/swift/install-swift.sh")).arg(&kept).stdin(Stdio::null()))
            .map_err(|failure| {
                Failure::new(format!(
                    "{failure}\nthe Swift tests need Swift {OLDEST}; or run `cargo xtask test --rust`"
                ))
            })?;
        let installed = Self { folder: Some(kept.join("bin")) };
        if installed.is_usable() {
            return Ok(installed);
        }
        Err(Failure::new(format!(
            "the Swift in {} does not work; remove that folder and run this again",
            kept.display()
        )))
    }

    /// One of Swift's programs.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.folder.as_deref().unwrap_or(Path::new("")).join(name))
    }

    fn is_usable(&self) -> bool {
        let mut version = self.program("swift");
        version.arg("--version").stdin(Stdio::null());
        works(self.program("swift").arg("--version").stdin(Stdio::null()))
            && stdout_of(&mut version).ok().and_then(|text| major_version(&text)).is_some_and(|major| major >= OLDEST)
            && works(self.program("swift-format").arg("--version").stdin(Stdio::null()))
    }
}

/// Where tools are kept that are too large for the target folder, which people empty.
fn cache() -> Result<PathBuf, Failure> {
    let given = std::env::var_os("FIELDKEEP_TOOLS").map(PathBuf::from);
    given
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/fieldkeep")))
        .ok_or_else(|| Failure::new("neither FIELDKEEP_TOOLS nor HOME says where Swift may be kept"))
}

/// `6` of `Swift version 6.0.3 (…)`.
fn major_version(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("Swift version ")?;
    rest.split(['.', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, expected) in [
            ("Swift version 6.0.3 (swift-6.0.3-RELEASE)\nTarget: x86_64-unknown-linux-gnu", Some(6)),
            ("swift-driver version: 1.115 Apple Swift version 6.1 (swiftlang-6.1.0.110.21)", Some(6)),
            ("Swift version 5.10", Some(5)),
            ("The Swift object store client 4.5", None),
        ] {
            assert_eq!(major_version(text), expected, "{text:?}");
        }
    }
}
