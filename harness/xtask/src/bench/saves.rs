//! How many saves a second, each of one field and on the disk when it returns.

use super::ROUNDS;
use super::folders;
use super::languages::{ALL, NOBODY, prepared, run};
use super::table::{Row, of_rows};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Saves of a run.
const SAVES: usize = 5_000;

pub(super) fn table(workspace: &Workspace) -> Result<String, Failure> {
    let prepared = prepared(workspace)?;
    let mut row = Row { what: "saves a second".to_owned(), reach: "0.8×", ..Row::default() };
    for _ in 0..ROUNDS {
        for language in ALL {
            // Each begins with an empty outbox.
            let folder = folders::copy(workspace, &prepared, "saving")?;
            let line = run(workspace, language, "save", &folder, &NOBODY, SAVES)?;
            row.add(language, line.number("saves_per_s")?);
        }
    }
    Ok(of_rows(&[row]))
}
