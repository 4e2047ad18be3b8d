//! Packages of Debian: what the steps need of the system.

use std::process::{Command, Stdio};

/// Installs packages where this is Debian and root may. Whether it worked is for the caller to see, who can say what is
/// missing; what the installer said stands above that.
pub(crate) fn try_install(packages: &[&str]) {
    let _ = Command::new("apt-get").arg("update").stdin(Stdio::null()).status();
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "--no-install-recommends"]).args(packages);
    let _ = install.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).status();
}
