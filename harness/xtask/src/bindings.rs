//! The foreign side of the bindings, written from the library that the build step made. It is never committed: it follows
//! the Rust source.
#![allow(clippy::disallowed_methods, reason = "a build tool; it writes and removes nothing but what is generated")]

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::{Workspace, show};

/// Where the generated Kotlin goes, below the target folder; `bindings/kotlin/pom.xml` reads it there.
const KOTLIN: &str = "generated/kotlin";

/// Where the generated Swift goes: a package takes sources only from its own folder. Git ignores both.
const SWIFT: &str = "bindings/swift/Sources/FieldkeepTypes/generated";
/// Where the C headers for Swift go, a folder for each of the two modules that the generated code imports.
const SWIFT_HEADERS: &str = "bindings/swift/generated";
/// The two modules: one per crate that the library is made of.
const SWIFT_MODULES: [&str; 2] = ["fieldkeepFFI", "fieldkeep_ffiFFI"];

/// Writes the Kotlin and the Swift side anew.
pub(crate) fn generate(workspace: &Workspace) -> Result<Outcome, Failure> {
    kotlin(workspace)?;
    swift(workspace)?;
    Ok(Outcome::Done)
}

fn kotlin(workspace: &Workspace) -> Result<(), Failure> {
    let target = workspace.target()?;
    let out = target.join(KOTLIN);
    empty(&out)?;
    let mut command = Command::new(target.join("debug").join("fieldkeep-bindgen"));
    command.args(["generate", "--language", "kotlin", "--no-format", "--config", "uniffi.toml", "--out-dir"]);
    command.arg(&out).arg(target.join("debug").join(library_name()));
    show(command.current_dir(&workspace.root).stdin(Stdio::null()))?;
    println!("wrote {}", out.display());
    Ok(())
}

fn swift(workspace: &Workspace) -> Result<(), Failure> {
    let sources = workspace.root.join(SWIFT);
    empty(&sources)?;
    bindgen_swift(workspace, "--swift-sources", &sources)?;
    let headers = workspace.root.join(SWIFT_HEADERS);
    for module in SWIFT_MODULES {
        // The generator writes all headers at once; each module keeps its own.
        let folder = headers.join(module);
        empty(&folder)?;
        bindgen_swift(workspace, "--headers", &folder)?;
        for other in SWIFT_MODULES.iter().filter(|other| **other != module) {
            std::fs::remove_file(folder.join(format!("{other}.h")))
                .map_err(|error| Failure::new(format!("cannot tidy {}: {error}", folder.display())))?;
        }
        let map = format!("module {module} {{\n    header \"{module}.h\"\n    export *\n}}\n");
        std::fs::write(folder.join("module.modulemap"), map)
            .map_err(|error| Failure::new(format!("cannot write in {}: {error}", folder.display())))?;
    }
    println!("wrote {} and {}", sources.display(), headers.display());
    Ok(())
}

/// The generator for Swift asks cargo about the crate, so it runs in the crate's folder.
fn bindgen_swift(workspace: &Workspace, what: &str, out: &Path) -> Result<(), Failure> {
    let built = workspace.target()?.join("debug");
    let mut command = Command::new(built.join("fieldkeep-bindgen"));
    command.arg(what).arg(built.join(library_name())).arg(out).args(["--config", "../uniffi.toml"]);
    show(command.current_dir(workspace.root.join("bindings")).stdin(Stdio::null()))
}

/// Makes a folder, without what a renamed type leaves behind: it would still compile.
fn empty(folder: &Path) -> Result<(), Failure> {
    let emptied = if folder.exists() { std::fs::remove_dir_all(folder) } else { Ok(()) };
    emptied
        .and_then(|()| std::fs::create_dir_all(folder))
        .map_err(|error| Failure::new(format!("cannot empty {}: {error}", folder.display())))
}

fn library_name() -> String {
    format!("{}fieldkeep_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}
