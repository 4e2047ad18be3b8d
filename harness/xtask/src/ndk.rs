//! The Android NDK, where there is one.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace::{Workspace, show};

/// The oldest Android that the libraries run on: 8.0, as the Kotlin side needs `java.time`.
const API_LEVEL: u32 = 26;
/// Phones read pages of 16 KiB from Android 15 on.
const PAGES: &str = "-Clink-arg=-Wl,-z,max-page-size=16384";

/// An NDK's compilers.
pub(crate) struct Ndk {
    compilers: PathBuf,
}

impl Ndk {
    /// The one that `ANDROID_NDK_HOME` names; none when it names none.
    pub(crate) fn find() -> Result<Option<Self>, Failure> {
        let Some(home) = std::env::var_os("ANDROID_NDK_HOME") else { return Ok(None) };
        let system = if cfg!(target_os = "macos") { "darwin-x86_64" } else { "linux-x86_64" };
        let compilers = Path::new(&home).join("toolchains/llvm/prebuilt").join(system).join("bin");
        if compilers.is_dir() {
            return Ok(Some(Self { compilers }));
        }
        Err(Failure::new(format!("ANDROID_NDK_HOME names no NDK: {} is no folder", compilers.display())))
    }

    /// Builds the library as it ships; hands back its path.
    pub(crate) fn build(&self, workspace: &Workspace, target: &str) -> Result<PathBuf, Failure> {
        let compiler = self.compilers.join(format!("{target}{API_LEVEL}-clang"));
        let (small, large) = (target.replace('-', "_"), target.replace('-', "_").to_uppercase());
        let mut cargo = workspace.cargo(&["rustc", "--profile", "phone", "-p", "fieldkeep-ffi", "--lib"]);
        cargo.args(["--crate-type", "cdylib", "--target", target]).env(format!("CC_{small}"), &compiler);
        cargo.env(format!("AR_{small}"), self.compilers.join("llvm-ar"));
        cargo.env(format!("CARGO_TARGET_{large}_LINKER"), &compiler);
        cargo.env(format!("CARGO_TARGET_{large}_RUSTFLAGS"), PAGES);
        show(&mut cargo)?;
        Ok(workspace.target()?.join(target).join("phone/libfieldkeep_ffi.so"))
    }
}
