//! Reading a bearer token from a file, so that it never stands on a command line where others can see it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenFileError {
    /// The file cannot be read.
    #[error("cannot read the token file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is a table of tokens, without one for this user.
    #[error("the token file {path} holds no token of {user}")]
    Missing {
        /// The file.
        path: PathBuf,
        /// The user looked for.
        user: String,
    },
}

/// The token of `user`: out of a JSON object of user to token, as the reference server's `tokens.json`, or the bare
/// text of the file.
///
/// # Errors
/// [`TokenFileError`] when the file cannot be read or holds no token of this user.
pub fn read(path: &Path, user: &str) -> Result<String, TokenFileError> {
    let unreadable = |source| TokenFileError::Unreadable { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let missing = || TokenFileError::Missing { path: path.to_owned(), user: user.to_owned() };
    let bare = text.trim();
    if bare.starts_with('{') {
        let mut table: BTreeMap<String, String> = serde_json::from_str(bare).map_err(|_| missing())?;
        return table.remove(user).ok_or_else(missing);
    }
    if bare.is_empty() { Err(missing()) } else { Ok(bare.to_owned()) }
}
