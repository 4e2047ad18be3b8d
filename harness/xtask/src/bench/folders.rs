//! Folders of phones, below the target folder: on a disk, as on a phone, never in memory.
#![allow(clippy::disallowed_methods, reason = "a build tool; it removes and copies nothing but its own folders")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// An empty folder of that name.
pub(super) fn empty(workspace: &Workspace, name: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.target()?.join("bench").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| of(&folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| of(&folder, &error))?;
    Ok(folder)
}

/// A copy of that folder in one of that name.
pub(super) fn copy(workspace: &Workspace, from: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = empty(workspace, name)?;
    copy_into(from, &folder)?;
    Ok(folder)
}

fn copy_into(from: &Path, to: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(from).map_err(|error| of(from, &error))? {
        let entry = entry.map_err(|error| of(from, &error))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            fs::create_dir_all(&target).map_err(|error| of(&target, &error))?;
            copy_into(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(|error| of(&source, &error))?;
        }
    }
    Ok(())
}

fn of(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot use {}: {error}", path.display()))
}
