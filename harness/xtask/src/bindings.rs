//! The foreign side of the bindings, written from the library that the build step made. It is never committed: it follows
//! the Rust source.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::{Workspace, show};

/// Where the generated Kotlin goes, below the target folder; `bindings/kotlin/pom.xml` reads it there.
const KOTLIN: &str = "generated/kotlin";

/// Writes the Kotlin side anew.
#[allow(clippy::disallowed_methods, reason = "a build tool; it removes what it wrote itself")]
pub(crate) fn generate(workspace: &Workspace) -> Result<Outcome, Failure> {
    let target = workspace.target()?;
    let library = target.join("debug").join(library_name());
    let out = target.join(KOTLIN);
    // What a renamed type leaves behind would still compile.
    if out.exists() {
        std::fs::remove_dir_all(&out)
            .map_err(|error| Failure::new(format!("cannot empty {}: {error}", out.display())))?;
    }
    let mut command = Command::new(target.join("debug").join("fieldkeep-bindgen"));
    command.args(["generate", "--language", "kotlin", "--no-format", "--config", "uniffi.toml", "--out-dir"]);
    command.arg(&out).arg(&library).current_dir(&workspace.root).stdin(Stdio::null());
    show(&mut command)?;
    println!("wrote {}", out.display());
    Ok(Outcome::Done)
}

fn library_name() -> String {
    format!("{}fieldkeep_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}
