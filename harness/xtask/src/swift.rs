//! The Swift package: formatted, built and tested with Swift's own tools, over the library and the reference server that
//! were built before.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::swift_tests;
use crate::swift_tools::Swift;
use crate::workspace::{Workspace, show};

/// The package, below the workspace.
const PACKAGE: &str = "bindings/swift";
/// What is written by hand there; generated code has a folder of its own in between.
const WRITTEN: [&str; 5] = [
    "Package.swift",
    "Sources/Fieldkeep",
    "Sources/FieldkeepPhone",
    "Sources/FieldkeepTypes/Identities.swift",
    "Tests",
];

/// Checks that the Swift code is formatted and follows the rules in `.swift-format`.
pub(crate) fn format(workspace: &Workspace) -> Result<Outcome, Failure> {
    let swift = Swift::find(workspace)?;
    let mut lint = swift.program("swift-format");
    lint.args(["lint", "--strict", "--recursive", "--configuration"]).arg(workspace.root.join(".swift-format"));
    lint.args(WRITTEN).current_dir(workspace.root.join(PACKAGE)).stdin(Stdio::null());
    show(&mut lint)?;
    Ok(Outcome::Done)
}

/// Runs the tests of the package.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome, Failure> {
    let swift = Swift::find(workspace)?;
    let built = workspace.target()?.join("debug");
    let mut build = on_package(&swift, workspace, "build")?;
    build.arg("--build-tests");
    show(&mut build)?;
    let mut test = on_package(&swift, workspace, "test")?;
    // `swift test` would also look for tests of the older kind and report that there are none.
    test.args(["--skip-build", "--disable-xctest"]);
    test.env("FIELDKEEP_HARNESS", built.join(format!("fieldkeep{}", std::env::consts::EXE_SUFFIX)));
    test.env("FIELDKEEP_SCHEMA", workspace.root.join("harness/schemas/field_service.json"));
    if workspace.long {
        test.env("FIELDKEEP_LONG", "1");
    }
    let count = swift_tests::run(&mut test)?;
    println!("{count} Swift tests passed");
    Ok(Outcome::Done)
}

/// A command on the package. It builds in the target folder and links what cargo has put there.
fn on_package(swift: &Swift, workspace: &Workspace, subcommand: &str) -> Result<Command, Failure> {
    let target = workspace.target()?;
    let library = target.join("debug");
    let mut command = swift.program("swift");
    command.arg(subcommand).arg("--scratch-path").arg(target.join("swift"));
    command.args(["-Xswiftc", "-warnings-as-errors", "-Xlinker", "-lfieldkeep_ffi"]);
    command.arg("-Xlinker").arg(format!("-L{}", library.display()));
    command.args(["-Xlinker", "-rpath", "-Xlinker"]).arg(&library);
    command.current_dir(workspace.root.join(PACKAGE)).stdin(Stdio::null());
    Ok(command)
}
