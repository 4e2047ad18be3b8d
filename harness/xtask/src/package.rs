//! `cargo xtask package android|ios`: what an app adds to its project. Needs the makers' own tools.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::ndk::Ndk;
use crate::run::Outcome;
use crate::targets::has_target;
use crate::workspace::{Workspace, show, works};

/// Rust's names and Android's: phones of the last ten years, and the emulator.
const ABIS: [(&str, &str); 2] = [("aarch64-linux-android", "arm64-v8a"), ("x86_64-linux-android", "x86_64")];

const MANIFEST: &str = "<manifest xmlns:android=\"http://schemas.android.com/apk/res/android\" package=\"io.fieldkeep\">\n  \
                        <uses-sdk android:minSdkVersion=\"26\" />\n</manifest>\n";

/// An AAR with the Kotlin classes and one library for each processor type. The app adds JNA's AAR beside it.
pub(crate) fn android(workspace: &Workspace) -> Result<Outcome, Failure> {
    let missing: Vec<&str> = ABIS.iter().map(|abi| abi.0).filter(|target| !has_target(target)).collect();
    let Some(ndk) = Ndk::find()? else {
        return Err(Failure::new("an AAR needs the Android NDK (r27 or newer): set ANDROID_NDK_HOME to its folder"));
    };
    if !missing.is_empty() {
        return Err(Failure::new(format!(
            "an AAR needs Rust's libraries: run `rustup target add {}`",
            missing.join(" ")
        )));
    }
    let target = workspace.target()?;
    let folder = target.join("aar");
    for (rust, abi) in ABIS {
        let library = ndk.build(workspace, rust)?;
        copy(&library, &folder.join("jni").join(abi).join("libfieldkeep_ffi.so"))?;
    }
    let mut maven = Command::new("mvn");
    maven.args(["-B", "-ntp", "package", "-DskipTests", "-pl", "fieldkeep"]);
    maven.arg(format!("-Dcargo.target={}", target.display())).current_dir(workspace.root.join("bindings/kotlin"));
    show(maven.stdin(Stdio::null()))?;
    let jar = workspace.root.join("bindings/kotlin/fieldkeep/target/fieldkeep-0.1.0.jar");
    copy(&jar, &folder.join("classes.jar"))?;
    write(&folder.join("AndroidManifest.xml"), MANIFEST)?;
    write(&folder.join("R.txt"), "")?;
    let aar = target.join("fieldkeep.aar");
    let mut pack = Command::new("jar");
    pack.args(["--create", "--no-manifest", "--file"]).arg(&aar).arg("-C").arg(&folder).arg(".");
    show(pack.stdin(Stdio::null()))?;
    println!("wrote {}", aar.display());
    Ok(Outcome::Done)
}

/// An XCFramework for phones and simulators.
pub(crate) fn ios(workspace: &Workspace) -> Result<Outcome, Failure> {
    if !works(Command::new("xcodebuild").arg("-version")) {
        return Err(Failure::new("an XCFramework is made on a Mac with Xcode: run `cargo xtask package ios` there"));
    }
    let mut script = Command::new(workspace.root.join("bindings/package/xcframework.sh"));
    show(script.current_dir(&workspace.root).stdin(Stdio::null()))?;
    Ok(Outcome::Done)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    make_folder(to)?;
    fs::copy(from, to).map(|_| ()).map_err(|error| Failure::new(format!("cannot copy {}: {error}", from.display())))
}

#[allow(clippy::disallowed_methods, reason = "a build tool, in the target folder")]
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    make_folder(path)?;
    fs::write(path, text).map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
}

fn make_folder(file: &Path) -> Result<(), Failure> {
    let Some(folder) = file.parent() else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| Failure::new(format!("cannot make {}: {error}", folder.display())))
}
