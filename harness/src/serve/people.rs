//! Who may talk to the server: one bearer token a user, and one for the admin, in private files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fieldkeep::clock::Clock;

use super::error::ServeError;
use crate::private_file;

/// The users of a new data folder: two people in the field and the office.
const FIRST_USERS: [&str; 3] = ["ana", "ben", "office"];

/// The tokens.
pub(crate) struct People {
    /// Where they are kept; nowhere when somebody else keeps them.
    path: Option<PathBuf>,
    tokens: Mutex<BTreeMap<String, String>>,
    admin_token: String,
}

impl People {
    /// Reads `tokens.json` and `admin-token` of the folder, and makes them when they are not there yet.
    pub(crate) fn open(folder: &Path, clock: &dyn Clock) -> Result<Self, ServeError> {
        let path = folder.join("tokens.json");
        let tokens = match read(&path)? {
            Some(text) => serde_json::from_str(&text)?,
            None => {
                let tokens = FIRST_USERS.iter().map(|&user| (user.to_owned(), new_token(clock))).collect();
                save(&path, &tokens)?;
                tokens
            }
        };
        let admin_path = folder.join("admin-token");
        let admin_token = match read(&admin_path)? {
            Some(text) => text.trim().to_owned(),
            None => {
                let token = new_token(clock);
                private_file::replace(&admin_path, &token)
                    .map_err(|source| ServeError::File { path: admin_path, source })?;
                token
            }
        };
        Ok(Self { path: Some(path), tokens: Mutex::new(tokens), admin_token })
    }

    /// People whose tokens somebody else keeps.
    pub(crate) fn known(tokens: BTreeMap<String, String>, admin_token: String) -> Self {
        Self { path: None, tokens: Mutex::new(tokens), admin_token }
    }

    /// All users, by name.
    pub(crate) fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Whose token this is.
    pub(crate) fn user_of(&self, token: &str) -> Option<String> {
        let tokens = self.lock();
        let found = tokens.iter().find(|(_, known)| same(known, token));
        found.map(|(user, _)| user.clone())
    }

    /// Whether this is the admin's token.
    pub(crate) fn is_admin(&self, token: &str) -> bool {
        same(&self.admin_token, token)
    }

    /// The admin's token.
    pub(crate) fn admin_token(&self) -> &str {
        &self.admin_token
    }

    /// Gives the user a new token, which ends the old one, and keeps it.
    pub(crate) fn renew(&self, user: &str, clock: &dyn Clock) -> Result<String, ServeError> {
        let mut tokens = self.lock();
        let token = tokens.get_mut(user).ok_or_else(|| ServeError::Unknown(format!("user {user}")))?;
        *token = new_token(clock);
        let token = token.clone();
        if let Some(path) = &self.path {
            save(path, &tokens)?;
        }
        Ok(token)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> Result<Option<String>, ServeError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ServeError::File { path: path.to_owned(), source }),
    }
}

fn save(path: &Path, tokens: &BTreeMap<String, String>) -> Result<(), ServeError> {
    let text = serde_json::to_string_pretty(tokens)?;
    private_file::replace(path, &text).map_err(|source| ServeError::File { path: path.to_owned(), source })
}

/// 128 random bits as hex.
fn new_token(clock: &dyn Clock) -> String {
    format!("{:016x}{:016x}", clock.random(), clock.random())
}

/// Compares without telling by its duration how much of a guess was right.
fn same(known: &str, given: &str) -> bool {
    let differing = known.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    known.len() == given.len() && differing == 0
}
