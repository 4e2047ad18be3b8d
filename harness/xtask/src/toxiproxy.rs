//! Toxiproxy, a proxy that slows, cuts and resets connections, for the tests of `harness/tests/toxics.rs`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::debian;
use crate::failure::Failure;
use crate::workspace::{Workspace, show, works};

/// What the tests were written with, and the newest that the module proxy has.
const VERSION: &str = "2.5.0";
/// What builds it, as Debian calls it: about 80 MB.
const DEBIAN_PACKAGES: [&str; 1] = ["golang-go"];
/// How the names of the tests begin that need it.
pub(crate) const TESTS: &str = "toxiproxy_";
/// Names the program to these tests.
pub(crate) const VARIABLE: &str = "FIELDKEEP_TOXIPROXY";

/// The program; built before if need be (16 MB, from the Go module proxy, a minute).
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.target()?.join(format!("tools/toxiproxy-{VERSION}"));
    let program = folder.join(format!("server{}", std::env::consts::EXE_SUFFIX));
    if program.exists() {
        return Ok(program);
    }
    ensure_go()?;
    println!("building toxiproxy {VERSION} into {} (16 MB)", folder.display());
    let mut install = Command::new("go");
    install.arg("install").arg(format!("github.com/Shopify/toxiproxy/v2/cmd/server@v{VERSION}"));
    show(install.env("GOBIN", &folder).stdin(Stdio::null()))?;
    Ok(program)
}

fn ensure_go() -> Result<(), Failure> {
    let is_there = || works(Command::new("go").arg("version").stdin(Stdio::null()));
    if is_there() {
        return Ok(());
    }
    println!("Go is missing; installing {} (about 80 MB)", DEBIAN_PACKAGES.join(" and "));
    debian::try_install(&DEBIAN_PACKAGES);
    if is_there() {
        return Ok(());
    }
    Err(Failure::new(
        "the tests behind a broken network need Go (on Debian: golang-go) to build toxiproxy: install it, or run \
         `cargo xtask test --rust`",
    ))
}
