//! What the operating system says: load, memory, disk.

use std::path::{Path, PathBuf};

use super::Fault;

/// The load of the last minute, as the system prints it.
pub(super) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// Memory of this process in MiB.
pub(super) struct Memory {
    /// Now.
    pub(super) now: f64,
    /// At most so far.
    pub(super) peak: f64,
}

/// Asks for the memory of this process: resident pages, files mapped into it included.
pub(super) fn memory() -> Result<Memory, Fault> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let value = |name: &str| -> Result<f64, Fault> {
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)).ok_or("the system does not tell the memory")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    };
    Ok(Memory { now: value("VmRSS:")?, peak: value("VmHWM:")? })
}

/// The processor and how many of it there are.
pub(super) fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{count} × {}", name.unwrap_or("an unknown processor"))
}

/// The file system of a folder, such as `ext4`. Linux only; elsewhere it is not known.
pub(super) fn file_system(folder: &Path) -> Result<String, Fault> {
    let folder = folder.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mut found: Option<(PathBuf, String)> = None;
    for line in mounts.lines() {
        let mut parts = line.split(' ').skip(1);
        let (Some(place), Some(kind)) = (parts.next(), parts.next()) else { continue };
        let place = PathBuf::from(place);
        let longer = found.as_ref().is_none_or(|(known, _)| place.components().count() >= known.components().count());
        if folder.starts_with(&place) && longer {
            found = Some((place, kind.to_owned()));
        }
    }
    Ok(found.map_or_else(|| "unknown".to_owned(), |(_, kind)| kind))
}
