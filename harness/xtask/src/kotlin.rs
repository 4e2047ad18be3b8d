//! The Kotlin package: compiled and tested by Maven, over the library and the reference server that were built before.

use std::process::{Command, Stdio};

use crate::debian;
use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::{Workspace, show, works};

/// What Maven needs, as Debian calls it: about 300 MB, once.
const DEBIAN_PACKAGES: [&str; 2] = ["openjdk-17-jdk-headless", "maven"];

/// The formatter: a jar of 71 MB, fetched once. `.editorconfig` has its rules.
const KTLINT: &str = "1.8.0";

/// Checks that the Kotlin code is formatted. `java -jar target/tools/ktlint-cli-….jar -F "bindings/**/*.kt"` repairs it.
pub(crate) fn format(workspace: &Workspace) -> Result<Outcome, Failure> {
    ensure_maven()?;
    let tools = workspace.target()?.join("tools");
    let jar = tools.join(format!("ktlint-cli-{KTLINT}-all.jar"));
    if !jar.exists() {
        println!("fetching ktlint {KTLINT} (71 MB)");
        let mut fetch = Command::new("mvn");
        fetch.args(["-q", "-B", "-ntp", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"]);
        fetch.arg(format!("-Dartifact=com.pinterest.ktlint:ktlint-cli:{KTLINT}:jar:all"));
        fetch.arg(format!("-DoutputDirectory={}", tools.display())).current_dir(&workspace.root).stdin(Stdio::null());
        show(&mut fetch)?;
    }
    let mut ktlint = Command::new("java");
    ktlint.arg("-jar").arg(&jar).args(["--relative", "bindings/kotlin/*/src/**/*.kt", "android-demo/*/src/**/*.kt"]);
    show(ktlint.current_dir(&workspace.root).stdin(Stdio::null()))?;
    Ok(Outcome::Done)
}

/// Runs the tests of `bindings/kotlin`. Maven fetches some 400 MB once, most of it Android's classes.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome, Failure> {
    ensure_maven()?;
    println!("Maven fetches what is missing: the first time some 400 MB, most of it Android's classes");
    let mut maven = Command::new("mvn");
    maven.args(["-B", "-ntp", "test"]).arg(format!("-Dcargo.target={}", workspace.target()?.display()));
    maven.current_dir(workspace.root.join("bindings/kotlin")).stdin(Stdio::null());
    show(&mut maven)?;
    Ok(Outcome::Done)
}

/// Builds the program that `cargo xtask bench` runs, with its class path.
pub(crate) fn build_bench(workspace: &Workspace) -> Result<(), Failure> {
    ensure_maven()?;
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-ntp", "package", "-Dmaven.test.skip=true", "-pl", "fieldkeep,bench"]);
    maven.arg(format!("-Dcargo.target={}", workspace.target()?.display()));
    show(maven.current_dir(workspace.root.join("bindings/kotlin")).stdin(Stdio::null()))
}

/// That program. With a `fixed_heap` all of the heap is taken up at once, so that what grows is something else.
pub(crate) fn bench(workspace: &Workspace, fixed_heap: bool) -> Result<Command, Failure> {
    let built = workspace.root.join("bindings/kotlin/bench/target");
    let mut java = Command::new("java");
    if fixed_heap {
        java.args(["-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch"]);
    }
    java.arg(format!("-Djna.library.path={}", workspace.target()?.join("release").display()));
    java.arg("-cp").arg(format!("{0}/classes:{0}/lib/*", built.display())).arg("io.fieldkeep.bench.MainKt");
    Ok(java)
}

/// Makes sure that Maven and a JDK are there.
pub(crate) fn ensure_maven() -> Result<(), Failure> {
    let is_there = || works(Command::new("mvn").arg("-v")) && works(Command::new("javac").arg("-version"));
    if is_there() {
        return Ok(());
    }
    println!("Maven and a JDK are missing; installing {} (about 300 MB)", DEBIAN_PACKAGES.join(" and "));
    debian::try_install(&DEBIAN_PACKAGES);
    if is_there() {
        return Ok(());
    }
    Err(Failure::new(
        "the Kotlin tests need a JDK (17 or newer) and Maven: install both, or run `cargo xtask test --rust`",
    ))
}
