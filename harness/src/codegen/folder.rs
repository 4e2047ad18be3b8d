//! Generated files in their folder. The folder belongs to the generator: a file that it wrote once and would not write
//! today is removed. Files of others are left alone.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use thiserror::Error;

/// In the first line of every generated file.
pub(super) const MARK: &str = "Made by `fieldkeep codegen`";

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Generated {
    pub(super) name: String,
    pub(super) text: String,
}

/// Why files were not written.
#[derive(Debug, Error)]
pub(super) enum FolderError {
    #[error("{path} cannot be read or written: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{path} is in the way: it was not made by `fieldkeep codegen`")]
    InTheWay { path: String },
}

/// What is not as it would be written now, by name. Empty: all is fresh.
pub(super) fn stale(folder: &Path, files: &[Generated]) -> Result<Vec<String>, FolderError> {
    let mut names = BTreeSet::new();
    for file in files {
        if read(&folder.join(&file.name))?.as_ref() != Some(&file.text) {
            names.insert(file.name.clone());
        }
    }
    names.extend(left_over(folder, files)?);
    Ok(names.into_iter().collect())
}

/// Writes all files. What is the same already is not touched, so that a build sees no change.
#[allow(clippy::disallowed_methods, reason = "source files that this program made itself")]
pub(super) fn write(folder: &Path, files: &[Generated]) -> Result<usize, FolderError> {
    let io = |path: &Path, source| FolderError::Io { path: path.display().to_string(), source };
    for file in files {
        let path = folder.join(&file.name);
        if read(&path)?.is_some_and(|text| !is_ours(&text)) {
            return Err(FolderError::InTheWay { path: path.display().to_string() });
        }
    }
    let changed = stale(folder, files)?;
    fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
    for file in files.iter().filter(|file| changed.contains(&file.name)) {
        let path = folder.join(&file.name);
        fs::write(&path, &file.text).map_err(|source| io(&path, source))?;
    }
    for name in left_over(folder, files)? {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(|source| io(&path, source))?;
    }
    Ok(changed.len())
}

fn left_over(folder: &Path, files: &[Generated]) -> Result<Vec<String>, FolderError> {
    let io = |source| FolderError::Io { path: folder.display().to_string(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().map_err(io)?.is_file();
        let is_written = files.iter().any(|file| file.name == name);
        // Both languages may share a folder.
        let is_of_language = files.iter().any(|file| extension(&file.name) == extension(&name));
        if is_file && is_of_language && !is_written && read(&entry.path())?.is_some_and(|text| is_ours(&text)) {
            names.push(name);
        }
    }
    Ok(names)
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

fn is_ours(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains(MARK))
}

/// The text of a file; none when it is not there. What is no text is not ours either.
fn read(path: &Path) -> Result<Option<String>, FolderError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FolderError::Io { path: path.display().to_string(), source }),
    }
}
