//! Table `meta`: single facts of the store, and what follows from a changed schema.

use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, StoreResult, query, search};
use crate::schema::Schema;

/// Who the store belongs to.
const USER: &str = "user";
/// This device's name, made at first open.
const DEVICE: &str = "device";
/// The schema last used, as JSON.
const SCHEMA: &str = "schema";
/// The fields whose words are in the index of words.
const SEARCHABLE: &str = "searchable";
/// Server time minus device time, milliseconds.
const SKEW_MS: &str = "skew_ms";

fn text(db: &Connection, key: &str) -> StoreResult<Option<String>> {
    let mut statement = db.prepare_cached("SELECT value FROM meta WHERE key=?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

fn put(db: &Connection, key: &str, value: impl rusqlite::ToSql) -> StoreResult<()> {
    db.prepare_cached("INSERT INTO meta(key,value) VALUES(?1,?2) ON CONFLICT(key) DO UPDATE SET value=excluded.value")?
        .execute(params![key, value])?;
    Ok(())
}

/// Binds a new store to its user, or checks that it is this user's (requirement G4).
pub(crate) fn claim(db: &Connection, user: &str) -> StoreResult<()> {
    match text(db, USER)? {
        None => put(db, USER, user),
        Some(owner) if owner == user => Ok(()),
        Some(owner) => Err(StoreError::WrongUser { owner }),
    }
}

/// The device's name; `fresh` becomes it when there is none yet.
pub(crate) fn device(db: &Connection, fresh: impl FnOnce() -> String) -> StoreResult<String> {
    if let Some(device) = text(db, DEVICE)? {
        return Ok(device);
    }
    let device = fresh();
    put(db, DEVICE, &device)?;
    Ok(device)
}

/// Takes a schema into use: refuses one older than the last, makes the indexes that it declares.
pub(crate) fn adopt_schema(db: &Connection, schema: &Schema) -> StoreResult<()> {
    let json = schema.to_json();
    let stored = text(db, SCHEMA)?;
    let same = stored.as_deref() == Some(json.as_str());
    if let Some(stored) = stored.and_then(|text| Schema::from_json(&text).ok())
        && stored.version > schema.version
    {
        return Err(StoreError::SchemaOlder { stored: stored.version, given: schema.version });
    }
    if !same {
        query::rebuild_indexes(db, schema)?;
        put(db, SCHEMA, json)?;
    }
    let searchable = search::fields_of(schema);
    // None: a store from before there was text search.
    if text(db, SEARCHABLE)?.as_deref() != Some(searchable.as_str()) {
        search::rebuild(db, &schema.types)?;
        put(db, SEARCHABLE, searchable)?;
    }
    Ok(())
}

/// Whose store it is, and what it was last used with: for tools that look at one from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passport {
    /// The user.
    pub user: String,
    /// The device.
    pub device: String,
    /// The schema.
    pub schema: Schema,
}

/// Reads a store's passport; none when the file is no store that was ever opened.
///
/// # Errors
/// When the database cannot be read.
pub fn passport(db: &Connection) -> rusqlite::Result<Option<Passport>> {
    let read =
        |key| db.query_row("SELECT value FROM meta WHERE key=?1", [key], |row| row.get::<_, String>(0)).optional();
    let (user, device, schema) = (read(USER)?, read(DEVICE)?, read(SCHEMA)?);
    let schema = schema.and_then(|json| Schema::from_json(&json).ok());
    Ok(match (user, device, schema) {
        (Some(user), Some(device), Some(schema)) => Some(Passport { user, device, schema }),
        _ => None,
    })
}

/// Server time minus device time as last measured, milliseconds.
pub(crate) fn skew_ms(db: &Connection) -> StoreResult<i64> {
    let mut statement = db.prepare_cached("SELECT value FROM meta WHERE key=?1")?;
    Ok(statement.query_row([SKEW_MS], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Stores the measured skew.
pub(crate) fn set_skew_ms(db: &Connection, skew_ms: i64) -> StoreResult<()> {
    put(db, SKEW_MS, skew_ms)
}
