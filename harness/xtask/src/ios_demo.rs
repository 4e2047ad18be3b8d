//! The demo app for iOS: its models are tested over the real core and server, its views type-checked against them.

use std::process::{Command, Stdio};

use crate::bindings::Profile;
use crate::failure::Failure;
use crate::run::Outcome;
use crate::swift::{self, Package};
use crate::swift_tools::Swift;
use crate::workspace::{Workspace, show};

/// The app, below the workspace.
const APP: &str = "ios-demo";
/// The package of its models.
const MODELS: &str = "ios-demo/Models";

/// Checks that the app's code is formatted. Generated files say themselves that they are not.
pub(crate) fn format(workspace: &Workspace) -> Result<Outcome, Failure> {
    let swift = Swift::find(workspace)?;
    let mut lint = swift.program("swift-format");
    lint.args(["lint", "--strict", "--recursive", "--configuration"]).arg(workspace.root.join(".swift-format"));
    lint.args(["App", "check", "Models/Package.swift", "Models/Sources", "Models/Tests"]);
    show(lint.current_dir(workspace.root.join(APP)).stdin(Stdio::null()))?;
    Ok(Outcome::Done)
}

/// Runs the models' tests, and checks that the views fit the models.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome, Failure> {
    let swift = Swift::find(workspace)?;
    let models = Package { folder: MODELS, scratch: "ios-demo", profile: Profile::Debug };
    let count = swift::run_tests(workspace, &swift, &models)?;
    println!("{count} tests of the iOS demo passed");
    let mut views = Command::new(workspace.root.join(APP).join("check/typecheck.sh"));
    views.arg(workspace.target()?.join(models.scratch));
    views.env("SWIFT", swift.program("swift").get_program()).env("SWIFTC", swift.program("swiftc").get_program());
    show(views.stdin(Stdio::null()))?;
    Ok(Outcome::Done)
}
