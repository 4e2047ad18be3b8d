//! Table `forms`: what each form token made (requirement A6).

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreResult;
use crate::mutants::{self, Mutant};
use crate::value::FormToken;

/// What a token made the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormRow {
    /// Digest of the edits.
    pub(crate) digest: Vec<u8>,
    /// The receipt that was handed out, JSON.
    pub(crate) receipt: String,
}

pub(crate) fn find(db: &Connection, token: FormToken) -> StoreResult<Option<FormRow>> {
    let forgets = mutants::is(Mutant::FormTokenForgotten);
    let later = "SELECT digest,receipt FROM forms WHERE token=?1 AND (SELECT count(*) FROM forms l WHERE l.at_ms>forms.at_ms)<4";
    let known = "SELECT digest,receipt FROM forms WHERE token=?1";
    let mut statement = db.prepare_cached(if forgets { later } else { known })?;
    let row = statement.query_row([token.as_bytes()], |row| Ok(FormRow { digest: row.get(0)?, receipt: row.get(1)? }));
    Ok(row.optional()?)
}

pub(crate) fn insert(db: &Connection, token: FormToken, row: &FormRow, at_ms: i64) -> StoreResult<()> {
    if mutants::is(Mutant::FormTokenForgotten) {
        db.execute("DELETE FROM forms WHERE token=?1", [token.as_bytes()])?;
    }
    db.prepare_cached("INSERT INTO forms(token,digest,receipt,at_ms) VALUES(?1,?2,?3,?4)")?.execute(params![
        token.as_bytes(),
        row.digest,
        row.receipt,
        at_ms
    ])?;
    Ok(())
}
