//! What is there before anything is measured.

use fieldkeep::store::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};

use super::Fault;
use super::courier::Courier;
use super::floor::Floor;
use super::job::{Job, Numbers};
use super::phone::Phone;
use super::sample::Extent;

/// A phone with all records of the server.
pub(super) fn product(job: &Job) -> Result<Numbers, Fault> {
    let phone = Phone::open(&job.folder, Extent::Indexed, &job.server)?;
    phone.sign_in(&job.token);
    phone.sync()?;
    phone.keep.close();
    expect_records(job)?;
    Ok(Numbers::new())
}

/// The same for the floor.
pub(super) fn floor(job: &Job) -> Result<Numbers, Fault> {
    let mut floor = Floor::open(&job.folder, Extent::Indexed, "FULL")?;
    floor.pull(&Courier::new(&job.server, &job.token)?)?;
    let count = floor.count()?;
    if count == job.records {
        Ok(Numbers::new())
    } else {
        Err(format!("{count} of {} records came", job.records).into())
    }
}

/// Edits that wait.
pub(super) fn edit(job: &Job) -> Result<Numbers, Fault> {
    let phone = Phone::open(&job.folder, Extent::Indexed, &job.server)?;
    for edit in phone.edits(job.count)? {
        phone.save(edit)?;
    }
    phone.keep.close();
    Ok(Numbers::new())
}

/// That a closed phone has all records, by its own table.
pub(super) fn expect_records(job: &Job) -> Result<(), Fault> {
    let file = job.folder.join(DATABASE_FILE);
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT count(*) FROM records WHERE life='alive' AND synced_ms IS NOT NULL";
    let count = usize::try_from(db.query_row(sql, [], |row| row.get::<_, i64>(0))?)?;
    if count == job.records { Ok(()) } else { Err(format!("{count} of {} records are here", job.records).into()) }
}
