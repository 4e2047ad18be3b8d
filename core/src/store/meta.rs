//! Table `meta`: single facts of the store, and what follows from a changed schema.

use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, StoreResult, query, search};
use crate::clock::Moment;
use crate::schema::Schema;

/// Who the store belongs to.
const USER: &str = "user";
/// This device's name, made at first open.
const DEVICE: &str = "device";
/// The schema last used, as JSON.
const SCHEMA: &str = "schema";
/// The fields whose words are in the index of words.
const SEARCHABLE: &str = "searchable";
/// Server time minus device time, and on which clocks that was measured.
const SKEW: &str = "skew";
/// The version of the schema that waiting work was last converted to.
const CONVERTED_TO: &str = "converted_to";
/// When the last clean-up was finished.
const TIDIED_MS: &str = "tidied_ms";
/// Which versions of the app the server takes work from.
const VERSIONS: &str = "versions";

fn text(db: &Connection, key: &str) -> StoreResult<Option<String>> {
    let mut statement = db.prepare_cached("SELECT value FROM meta WHERE key=?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

fn number(db: &Connection, key: &str) -> StoreResult<Option<i64>> {
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

/// Which versions of the app the server takes work from, as it said when the last session opened (requirement F5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    /// The server's own.
    pub(crate) current: i64,
    /// The oldest from which it takes new work.
    pub(crate) new_from: i64,
    /// The last change that was waiting when it first refused new work from this app: up to that number all is taken.
    pub(crate) waiting_to: i64,
}

/// What the server said of versions; none before the first session.
pub(crate) fn versions(db: &Connection) -> StoreResult<Option<Versions>> {
    let Some(stored) = text(db, VERSIONS)? else { return Ok(None) };
    let mut numbers = stored.split(' ').map(|part| part.parse().ok());
    let mut number = || numbers.next().flatten();
    Ok(match (number(), number(), number()) {
        (Some(current), Some(new_from), Some(waiting_to)) => Some(Versions { current, new_from, waiting_to }),
        _ => None,
    })
}

/// Stores what the server said of versions.
pub(crate) fn set_versions(db: &Connection, versions: &Versions) -> StoreResult<()> {
    put(db, VERSIONS, format!("{} {} {}", versions.current, versions.new_from, versions.waiting_to))
}

/// The version of the schema that waiting work was last converted to.
pub(crate) fn converted_to(db: &Connection) -> StoreResult<Option<i64>> {
    number(db, CONVERTED_TO)
}

/// Waiting work is converted to that version.
pub(crate) fn set_converted_to(db: &Connection, version: i64) -> StoreResult<()> {
    put(db, CONVERTED_TO, version)
}

/// When the last clean-up was finished, corrected device time, milliseconds.
pub(crate) fn tidied_ms(db: &Connection) -> StoreResult<Option<i64>> {
    number(db, TIDIED_MS)
}

/// A clean-up is finished.
pub(crate) fn set_tidied_ms(db: &Connection, at_ms: i64) -> StoreResult<()> {
    put(db, TIDIED_MS, at_ms)
}

/// How far the wall clock is off, as the server's time has shown (requirement D8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skew {
    /// Server time minus device time, milliseconds.
    pub(crate) ms: i64,
    /// Wall clock minus boot clock when it was measured, milliseconds.
    pub(crate) offset_ms: i64,
    /// The boot in which it was measured.
    pub(crate) boot_id: String,
}

impl Skew {
    /// Measured now.
    pub(crate) fn at(now: &Moment, ms: i64) -> Self {
        Self { ms, offset_ms: now.wall_ms.saturating_sub(now.boot_ms), boot_id: now.boot_id.clone() }
    }

    /// Device time corrected by it. Within the boot it rests on the boot clock, so that whoever sets the wall clock moves
    /// nothing; in a later one on the wall clock.
    pub(crate) fn corrected_ms(&self, now: &Moment) -> i64 {
        let wall_ms =
            if self.boot_id == now.boot_id { now.boot_ms.saturating_add(self.offset_ms) } else { now.wall_ms };
        wall_ms.saturating_add(self.ms)
    }
}

/// The skew as last measured; none before the first time.
pub(crate) fn skew(db: &Connection) -> StoreResult<Option<Skew>> {
    let Some(stored) = text(db, SKEW)? else { return Ok(None) };
    let mut parts = stored.splitn(3, ' ');
    let mut number = || parts.next().and_then(|part| part.parse().ok());
    Ok(match (number(), number()) {
        (Some(ms), Some(offset_ms)) => Some(Skew { ms, offset_ms, boot_id: parts.next().unwrap_or("").to_owned() }),
        _ => None,
    })
}

/// Stores the measured skew.
pub(crate) fn set_skew(db: &Connection, skew: &Skew) -> StoreResult<()> {
    put(db, SKEW, format!("{} {} {}", skew.ms, skew.offset_ms, skew.boot_id))
}
