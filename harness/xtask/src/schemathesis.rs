//! Schemathesis, which asks a server everything that its OpenAPI document allows and forbids. It lives in a folder of its
//! own, with the versions of `schemathesis-versions.txt`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::debian;
use crate::failure::Failure;
use crate::workspace::{Workspace, show, works};

/// What it needs of the system, as Debian calls it: about 10 MB.
const DEBIAN_PACKAGES: [&str; 2] = ["python3", "python3-venv"];
/// Succeeds where Python is new enough and can make folders for programs.
const IS_USABLE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// The program; installed before if need be (95 MB, from PyPI).
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.target()?.join("tools/schemathesis");
    let program = folder.join("bin/schemathesis");
    if !works(Command::new(&program).arg("--version").stdin(Stdio::null())) {
        ensure_python()?;
        println!("installing schemathesis into {} (95 MB)", folder.display());
        show(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).stdin(Stdio::null()))?;
    }
    // Asks nobody when everything is there.
    let mut install = Command::new(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    install.arg(workspace.root.join("harness/xtask/schemathesis-versions.txt")).stdin(Stdio::null());
    show(&mut install)?;
    Ok(program)
}

/// Makes sure that there is such a Python.
fn ensure_python() -> Result<(), Failure> {
    let is_there = || works(Command::new("python3").args(["-c", IS_USABLE]).stdin(Stdio::null()));
    if is_there() {
        return Ok(());
    }
    println!("Python with venv is missing; installing {} (about 10 MB)", DEBIAN_PACKAGES.join(" and "));
    debian::try_install(&DEBIAN_PACKAGES);
    if is_there() {
        return Ok(());
    }
    Err(Failure::new(
        "checking the server against docs/openapi.yaml needs Python 3.11 or newer with venv \
         (on Debian: python3 python3-venv): install it, or run `cargo xtask test --rust`",
    ))
}
