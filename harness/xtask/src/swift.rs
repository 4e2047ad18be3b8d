//! The Swift package: formatted, built and tested with Swift's own tools, over the library and the reference server that
//! were built before.

use std::process::{Command, Stdio};

use crate::bindings::Profile;
use crate::failure::Failure;
use crate::run::Outcome;
use crate::swift_tests;
use crate::swift_tools::Swift;
use crate::workspace::{Workspace, show};

/// The package, below the workspace.
const PACKAGE: &str = "bindings/swift";
/// What is written by hand there; generated code has a folder of its own in between.
const WRITTEN: [&str; 6] = [
    "Package.swift",
    "Sources/Fieldkeep",
    "Sources/FieldkeepPhone",
    "Sources/FieldkeepTypes/Identities.swift",
    "Tests",
    "Bench",
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
    let package = Package { folder: PACKAGE, scratch: "swift", profile: Profile::Debug };
    let count = run_tests(workspace, &swift, &package)?;
    println!("{count} Swift tests passed");
    Ok(Outcome::Done)
}

/// Builds the program that `cargo xtask bench` runs.
pub(crate) fn build_bench(workspace: &Workspace) -> Result<(), Failure> {
    let package = Package { folder: PACKAGE, scratch: "swift", profile: Profile::Release };
    let mut build = package.command(&Swift::find(workspace)?, workspace, "build")?;
    show(build.args(["--product", "fieldkeep-bench"]))
}

/// Runs that program; its name and arguments are to follow.
pub(crate) fn bench(workspace: &Workspace) -> Result<Command, Failure> {
    let package = Package { folder: PACKAGE, scratch: "swift", profile: Profile::Release };
    package.command(&Swift::find(workspace)?, workspace, "run")
}

/// Builds and runs the tests of a package; says how many there were.
pub(crate) fn run_tests(workspace: &Workspace, swift: &Swift, package: &Package) -> Result<u64, Failure> {
    show(package.command(swift, workspace, "build")?.arg("--build-tests"))?;
    let mut test = package.command(swift, workspace, "test")?;
    // `swift test` would also look for tests of the older kind and report that there are none.
    test.args(["--skip-build", "--disable-xctest"]);
    let harness = format!("fieldkeep{}", std::env::consts::EXE_SUFFIX);
    test.env("FIELDKEEP_HARNESS", workspace.target()?.join("debug").join(harness));
    test.env("FIELDKEEP_SCHEMA", workspace.root.join("harness/schemas/field_service.json"));
    if workspace.long {
        test.env("FIELDKEEP_LONG", "1");
    }
    swift_tests::run(&mut test)
}

/// A Swift package that links what cargo has built.
pub(crate) struct Package {
    /// Below the workspace.
    pub(crate) folder: &'static str,
    /// Where it builds, below the target folder.
    pub(crate) scratch: &'static str,
    pub(crate) profile: Profile,
}

impl Package {
    fn command(&self, swift: &Swift, workspace: &Workspace, subcommand: &str) -> Result<Command, Failure> {
        let target = workspace.target()?;
        let library = target.join(self.profile.folder());
        let mut command = swift.program("swift");
        command.args([subcommand, "--configuration", self.profile.folder()]);
        command.arg("--scratch-path").arg(target.join(self.scratch));
        command.args(["-Xswiftc", "-warnings-as-errors", "-Xlinker", "-lfieldkeep_ffi"]);
        command.arg("-Xlinker").arg(format!("-L{}", library.display()));
        command.args(["-Xlinker", "-rpath", "-Xlinker"]).arg(&library);
        command.current_dir(workspace.root.join(self.folder)).stdin(Stdio::null());
        Ok(command)
    }
}
