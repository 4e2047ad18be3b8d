//! What the server's own database says of the crowd's work.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::Fault;
use super::phone::Done;

/// Everything that is not as it must be; nothing when all is.
pub(super) fn judge(database: &Path, done: &[Done]) -> Result<Vec<String>, Fault> {
    let server = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = server.prepare("SELECT local_id,fields FROM records WHERE type='customer'")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in rows {
        let (id, fields) = row?;
        found.entry(id).or_default().push(serde_json::from_str(&fields)?);
    }
    let mut wrong = Vec::new();
    let mut meant = 0;
    for phone in done {
        if phone.waiting > 0 {
            wrong.push(format!("{} edits wait on the phone of {}", phone.waiting, phone.customer));
        }
        let city = phone.city.as_deref();
        let own = std::iter::once((phone.customer, "city", city));
        let others = phone.others.iter().map(|(id, name)| (*id, "name", Some(name.as_str())));
        for (id, field, value) in own.chain(others) {
            meant += 1;
            match found.get(&id.to_string()).map(Vec::as_slice) {
                Some([record]) if record[field].as_str() == value => {}
                Some([record]) => wrong.push(format!("{id}: {field} is {}, not {value:?}", record[field])),
                Some(several) => wrong.push(format!("{id} is there {} times", several.len())),
                None => wrong.push(format!("{id} is not there")),
            }
        }
    }
    if found.len() != meant {
        wrong.push(format!("{} records, {meant} were made", found.len()));
    }
    let edits: usize = done.iter().map(|phone| phone.edits).sum();
    let audited = "SELECT count(*) FROM audit WHERE kind='create' OR kind='field' AND field='city'";
    let effects: i64 = server.query_row(audited, [], |row| row.get(0))?;
    // Edits of one record may be folded into one before they go out; an effect without an edit is one too many.
    if usize::try_from(effects)? > edits {
        wrong.push(format!("{effects} effects of {edits} edits"));
    }
    Ok(wrong)
}
