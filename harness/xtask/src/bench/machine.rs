//! What was measured on: numbers without it say nothing.

use std::fs;
use std::process::Command;

use crate::failure::Failure;
use crate::workspace::{Workspace, stdout_of};

/// The machine, the commit and the compilers, as a list.
pub(super) fn facts(workspace: &Workspace) -> Result<String, Failure> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let commit = stdout_of(Command::new("git").args(["log", "-1", "--format=%h of %cs"]).current_dir(&workspace.root));
    let rustc = stdout_of(Command::new("rustc").arg("--version"))?;
    let lines = [
        format!("- {cores} cores of {}, {}", processor(), memory()),
        format!("- {}", system()),
        format!("- commit {}, {}", commit.unwrap_or_else(|_| "unknown".to_owned()).trim(), rustc.trim()),
    ];
    Ok(lines.join("\n") + "\n")
}

/// How many processes wanted to run in the last minute; a question mark where the system does not say.
pub(super) fn load() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or("?").to_owned()
}

fn processor() -> String {
    member("/proc/cpuinfo", "model name")
}

fn memory() -> String {
    let kb: u64 = member("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    format!("{} GB of memory", (kb + 500_000) / 1_000_000)
}

fn system() -> String {
    let name = read("/etc/os-release");
    let name = name.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or(std::env::consts::OS);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{}, kernel {}", name.trim_matches('"'), kernel.trim())
}

fn member(file: &str, name: &str) -> String {
    let text = read(file);
    let value = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
    value.map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_else(|_| "?".to_owned())
}
