//! The classes that `fieldkeep codegen` makes: for the tests of the packages anew each time, for the demo apps a check that
//! what is committed is fresh.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::{Workspace, show};

/// The demo's schema.
const DEMO: &str = "harness/schemas/field_service.json";
/// A schema whose names are as awkward as they may be.
const ODD: &str = "harness/tests/support/odd_names.json";

/// Classes for the tests of the packages, in folders that git ignores.
pub(crate) fn generate(workspace: &Workspace) -> Result<Outcome, Failure> {
    let kotlin = workspace.target()?.join("generated/models-kotlin");
    // Swift's package manager takes no sources from outside of the package.
    let swift = workspace.root.join("bindings/swift/Tests");
    for (schema, name, package, tests) in
        [(DEMO, "demo", "io.fieldkeep.model", "FieldkeepTests"), (ODD, "odd", "io.fieldkeep.odd", "OddNamesTests")]
    {
        show(codegen(workspace, schema)?.arg("--kotlin").arg(kotlin.join(name)).args(["--kotlin-package", package]))?;
        show(codegen(workspace, schema)?.arg("--swift").arg(swift.join(tests).join("generated")))?;
    }
    Ok(Outcome::Done)
}

fn codegen(workspace: &Workspace, schema: &str) -> Result<Command, Failure> {
    let mut command = Command::new(workspace.target()?.join("debug").join("fieldkeep"));
    command.arg("codegen").arg(Path::new(schema)).current_dir(&workspace.root).stdin(Stdio::null());
    Ok(command)
}
