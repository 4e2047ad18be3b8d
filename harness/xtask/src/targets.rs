//! `cargo xtask targets`: what phones will run compiles, and how large it is. Where an NDK or Xcode is there it is used;
//! on a bare Debian machine `bindings/package/bare-targets.sh` checks as much as can be checked without them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::ndk::Ndk;
use crate::run::Outcome;
use crate::workspace::{Workspace, show, stdout_of, works};

const CRATE: &str = "fieldkeep-ffi";
/// A store download is judged by megabytes: for one processor type, so many and not more. It was 5,000,000 before full text
/// search and the ways out of damage and of old schemas came (0.12 MB).
const MAX_LIBRARY_BYTES: u64 = 5_100_000;

/// The library for this machine, as it would ship: a measure that every machine can take.
pub(crate) fn host_library(workspace: &Workspace) -> Result<Outcome, Failure> {
    // Of several crate types at once cargo optimises none at link time.
    show(&mut workspace.cargo(&["rustc", "--profile", "phone", "-p", CRATE, "--lib", "--crate-type", "cdylib"]))?;
    let file = format!("{}fieldkeep_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let bytes = print_size(&workspace.target()?.join("phone").join(file))?;
    if bytes > MAX_LIBRARY_BYTES {
        return Err(Failure::new(format!(
            "the library has {bytes} bytes; more than {MAX_LIBRARY_BYTES} needs a reason"
        )));
    }
    Ok(Outcome::Done)
}

/// aarch64-linux-android.
pub(crate) fn android(workspace: &Workspace) -> Result<Outcome, Failure> {
    const TARGET: &str = "aarch64-linux-android";
    if let Some(ndk) = Ndk::find()?.filter(|_| has_target(TARGET)) {
        print_size(&ndk.build(workspace, TARGET)?)?;
        return Ok(Outcome::Done);
    }
    println!("no NDK with {TARGET} here: the code is checked, not linked");
    show(bare(workspace)?.args([TARGET, "check", "-p", CRATE]))?;
    Ok(Outcome::Done)
}

/// aarch64-apple-ios.
pub(crate) fn ios(workspace: &Workspace) -> Result<Outcome, Failure> {
    const TARGET: &str = "aarch64-apple-ios";
    const RUSTC: [&str; 7] = ["rustc", "-p", CRATE, "--crate-type", "staticlib", "--profile", "phone"];
    let file = Path::new(TARGET).join("phone/libfieldkeep_ffi.a");
    if cfg!(target_os = "macos") && works(Command::new("xcrun").args(["--sdk", "iphoneos", "--show-sdk-path"])) {
        show(workspace.cargo(&RUSTC).args(["--target", TARGET]))?;
        print_size(&workspace.target()?.join(file))?;
        return Ok(Outcome::Done);
    }
    println!("no Xcode here: built without Apple's SDK, and linked on trial");
    show(bare(workspace)?.arg(TARGET).args(RUSTC))?;
    let library = bare_target(workspace)?.join(file);
    print_size(&library)?;
    show(bare(workspace)?.arg("link-ios").arg(&library))?;
    Ok(Outcome::Done)
}

/// Whether rustup has the standard library of a target.
pub(crate) fn has_target(target: &str) -> bool {
    let mut list = Command::new("rustup");
    list.args(["target", "list", "--installed"]).stdin(Stdio::null());
    stdout_of(&mut list).is_ok_and(|installed| installed.lines().any(|line| line == target))
}

fn bare(workspace: &Workspace) -> Result<Command, Failure> {
    let mut command = Command::new(workspace.root.join("bindings/package/bare-targets.sh"));
    // A folder of its own: the standard library is another one than the tool chain's.
    command.env("CARGO_TARGET_DIR", bare_target(workspace)?).current_dir(&workspace.root).stdin(Stdio::null());
    Ok(command)
}

fn bare_target(workspace: &Workspace) -> Result<PathBuf, Failure> {
    Ok(workspace.target()?.join("bare"))
}

fn print_size(file: &Path) -> Result<u64, Failure> {
    let bytes = std::fs::metadata(file)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))?
        .len();
    println!("{} bytes  {}", bytes, file.display());
    Ok(bytes)
}
