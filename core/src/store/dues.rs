//! Waits across a restart of the device: the boot clock has begun anew, so what is left of each is counted from now on the
//! clock of this boot (pitfall P11). Otherwise a wall clock that was set back meanwhile would keep it from ever ending.

use rusqlite::{Connection, params};

use super::StoreResult;
use crate::clock::Moment;

/// The tables that keep due times, each with the rows that still wait.
const WAITING: [&str; 3] = [
    "lanes SET {due} WHERE wait_ms IS NOT NULL",
    "shipments SET {due} WHERE outcome IS NULL",
    "records SET {due} WHERE wait_ms IS NOT NULL AND no IN \
     (SELECT record FROM changes WHERE state IN('pending','sealed','held'))",
];

/// Stores anew what was due in another boot, never later than the wait as it was drawn.
pub(crate) fn carry_over(db: &Connection, now: &Moment) -> StoreResult<()> {
    let left = "max(0,min(wait_ms,due_wall_ms-?1))";
    let due = format!("due_wall_ms=?1+{left},due_boot_ms=?2+{left},boot_id=?3");
    for waiting in WAITING {
        let sql = format!("UPDATE {} AND boot_id<>?3", waiting.replace("{due}", &due));
        db.execute(&sql, params![now.wall_ms, now.boot_ms, now.boot_id])?;
    }
    Ok(())
}
