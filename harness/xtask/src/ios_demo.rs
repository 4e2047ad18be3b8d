//! The demo app for iOS: its models are tested over the real core and server, its views type-checked against them.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::swift_tests;
use crate::swift_tools::Swift;
use crate::workspace::{Workspace, show};

/// The app, below the workspace.
const APP: &str = "ios-demo";
/// The package of its models.
const MODELS: &str = "ios-demo/Models";
/// The types that are made from the schema; they are committed, so that the app opens in Xcode as it is.
const GENERATED: &str = "ios-demo/Models/Sources/FieldDemoModels/Generated";
/// The schema that they are made from.
const SCHEMA: &str = "harness/schemas/field_service.json";

/// Checks that the app's code is formatted. Generated files say themselves that they are not.
pub(crate) fn format(workspace: &Workspace) -> Result<Outcome, Failure> {
    let swift = Swift::find(workspace)?;
    let mut lint = swift.program("swift-format");
    lint.args(["lint", "--strict", "--recursive", "--configuration"]).arg(workspace.root.join(".swift-format"));
    lint.args(["App", "check", "Models/Package.swift", "Models/Sources", "Models/Tests"]);
    show(lint.current_dir(workspace.root.join(APP)).stdin(Stdio::null()))?;
    Ok(Outcome::Done)
}

/// Checks that the generated types are fresh and that the views fit the models, and runs the models' tests.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome, Failure> {
    let swift = Swift::find(workspace)?;
    let target = workspace.target()?;
    let harness = target.join("debug").join(format!("fieldkeep{}", std::env::consts::EXE_SUFFIX));
    let mut fresh = Command::new(&harness);
    fresh.args(["codegen", SCHEMA, "--check", "--swift", GENERATED]);
    show(fresh.current_dir(&workspace.root).stdin(Stdio::null()))?;

    let mut views = Command::new(workspace.root.join(APP).join("check/typecheck.sh"));
    views.arg(target.join("ios-demo"));
    views.env("SWIFT", swift.program("swift").get_program()).env("SWIFTC", swift.program("swiftc").get_program());
    show(views.stdin(Stdio::null()))?;

    let mut build = on_models(&swift, workspace, "build")?;
    show(build.arg("--build-tests"))?;
    let mut test = on_models(&swift, workspace, "test")?;
    test.args(["--skip-build", "--disable-xctest"]).env("FIELDKEEP_HARNESS", harness);
    let count = swift_tests::run(&mut test)?;
    println!("{count} tests of the iOS demo passed");
    Ok(Outcome::Done)
}

/// A command on the models. It builds in the target folder and links what cargo has put there.
fn on_models(swift: &Swift, workspace: &Workspace, subcommand: &str) -> Result<Command, Failure> {
    let target = workspace.target()?;
    let library = target.join("debug");
    let mut command = swift.program("swift");
    command.arg(subcommand).arg("--scratch-path").arg(target.join("ios-demo"));
    command.args(["-Xswiftc", "-warnings-as-errors", "-Xlinker", "-lfieldkeep_ffi"]);
    command.arg("-Xlinker").arg(format!("-L{}", library.display()));
    command.args(["-Xlinker", "-rpath", "-Xlinker"]).arg(&library);
    command.current_dir(workspace.root.join(MODELS)).stdin(Stdio::null());
    Ok(command)
}
