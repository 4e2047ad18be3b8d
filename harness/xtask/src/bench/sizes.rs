//! How large the library is.

use std::path::{Path, PathBuf};

use super::table::line;
use crate::failure::Failure;
use crate::workspace::{Workspace, show};

/// The library for this machine as it ships and optimised for speed, and those for phones that were built before.
pub(super) fn table(workspace: &Workspace) -> Result<String, Failure> {
    let target = workspace.target()?;
    let fast = target.join("fast");
    // One kind of library at a time: beside a Rust library, cargo leaves link-time optimisation out.
    let build = ["rustc", "--profile", "phone", "-p", "fieldkeep-ffi", "--lib", "--crate-type", "cdylib"];
    show(&mut workspace.cargo(&build))?;
    let mut build_fast = workspace.cargo(&build);
    build_fast.args(["--config", "profile.phone.opt-level=3", "--target-dir"]).arg(&fast);
    show(&mut build_fast)?;
    let shared = format!("{}fieldkeep_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let host = format!("{} {}", std::env::consts::ARCH, std::env::consts::OS);
    let built: [(String, PathBuf); 4] = [
        (format!("{host}, shared, opt-level z"), target.join("phone").join(&shared)),
        (format!("{host}, shared, opt-level 3"), fast.join("phone").join(&shared)),
        ("aarch64-linux-android, shared".to_owned(), target.join("aarch64-linux-android/phone/libfieldkeep_ffi.so")),
        (
            "aarch64-apple-ios, static, before the app is linked".to_owned(),
            target.join("bare/aarch64-apple-ios/phone/libfieldkeep_ffi.a"),
        ),
    ];
    let mut text = String::from("| library, stripped | bytes | reach |\n|---|---|---|\n");
    for (what, file) in built {
        let reach = if what.contains("shared") { "under 5,000,000" } else { "" };
        text.push_str(&line(&[what, size(&file), reach.to_owned()]));
    }
    Ok(text)
}

fn size(file: &Path) -> String {
    std::fs::metadata(file).map_or_else(|_| "not built".to_owned(), |metadata| metadata.len().to_string())
}
