//! The demo app for Android: tested over the real core and server, and shown.

use std::process::{Command, Stdio};

use crate::debian;
use crate::failure::Failure;
use crate::kotlin;
use crate::run::Outcome;
use crate::workspace::{Workspace, show, works};

/// What drawing without a display needs, as Debian calls it: about 30 MB.
const DEBIAN_PACKAGES: [&str; 3] = ["libgl1", "fontconfig", "fonts-dejavu-core"];

/// Tests the models and the screens of `android-demo`.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome, Failure> {
    ensure_drawing()?;
    println!("Maven fetches what is missing: the first time some 250 MB, most of it Compose");
    show(maven(workspace)?.arg("test"))?;
    Ok(Outcome::Done)
}

/// Opens the Android demo in a window, with a server and jobs of its own; without a display, draws its screens.
pub(crate) fn show_it(workspace: &Workspace) -> Result<Outcome, Failure> {
    ensure_drawing()?;
    let has_display = std::env::var_os("DISPLAY").is_some() || cfg!(any(target_os = "macos", windows));
    let pictures = workspace.target()?.join("android-demo-pictures");
    let run = if has_display { "--try".to_owned() } else { format!("--render {}", pictures.display()) };
    show(maven(workspace)?.args(["test", "-DskipTests"]).arg(format!("-Ddemo.run={run}")))?;
    if !has_display {
        println!("there is no display here; the screens are in {}", pictures.display());
    }
    Ok(Outcome::Done)
}

fn maven(workspace: &Workspace) -> Result<Command, Failure> {
    kotlin::ensure_maven()?;
    let mut maven = Command::new("mvn");
    maven.args(["-B", "-ntp"]).arg(format!("-Dcargo.target={}", workspace.target()?.display()));
    maven.current_dir(workspace.root.join("android-demo")).stdin(Stdio::null());
    Ok(maven)
}

/// Compose draws with fonts and OpenGL's library, also off-screen.
fn ensure_drawing() -> Result<(), Failure> {
    if !cfg!(target_os = "linux") || works(Command::new("fc-list").arg(":family=DejaVu Sans")) && has_opengl() {
        return Ok(());
    }
    println!("libraries for drawing are missing; installing {} (about 30 MB)", DEBIAN_PACKAGES.join(", "));
    debian::try_install(&DEBIAN_PACKAGES);
    if has_opengl() {
        return Ok(());
    }
    let packages = DEBIAN_PACKAGES.join(" ");
    Err(Failure::new(format!("drawing the demo's screens needs libGL and fonts (on Debian: {packages})")))
}

/// By its full name: `/sbin` is not on everybody's PATH.
fn has_opengl() -> bool {
    let mut libraries = Command::new("/sbin/ldconfig");
    crate::workspace::stdout_of(libraries.arg("-p").stdin(Stdio::null())).is_ok_and(|list| list.contains("libGL.so.1"))
}
