//! The Kotlin package: compiled and tested by Maven, over the library and the reference server that were built before.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::{Workspace, show, works};

/// What Maven needs, as Debian calls it: about 300 MB, once.
const DEBIAN_PACKAGES: [&str; 2] = ["openjdk-17-jdk-headless", "maven"];

/// Runs the tests of `bindings/kotlin`.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome, Failure> {
    ensure_maven()?;
    let mut maven = Command::new("mvn");
    maven.args(["-B", "-ntp", "test"]).arg(format!("-Dcargo.target={}", workspace.target()?.display()));
    maven.current_dir(workspace.root.join("bindings/kotlin")).stdin(Stdio::null());
    show(&mut maven)?;
    Ok(Outcome::Done)
}

fn ensure_maven() -> Result<(), Failure> {
    let is_there = || works(Command::new("mvn").arg("-v")) && works(Command::new("javac").arg("-version"));
    if is_there() {
        return Ok(());
    }
    println!("Maven and a JDK are missing; installing {} (about 300 MB)", DEBIAN_PACKAGES.join(" and "));
    // Where this is no Debian, or not root, the check that follows says what to do.
    let _ = Command::new("apt-get").arg("update").stdin(Stdio::null()).status();
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "--no-install-recommends"]).args(DEBIAN_PACKAGES);
    let _ = install.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).status();
    if is_there() {
        return Ok(());
    }
    Err(Failure::new(
        "the Kotlin tests need a JDK (17 or newer) and Maven: install both, or run `cargo xtask test --rust`",
    ))
}
