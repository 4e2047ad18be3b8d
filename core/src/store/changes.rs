//! Table `changes`: one field of one operation, the unit of waiting and holding.

use rusqlite::{Connection, Row, params};

use super::{StoreError, StoreResult};
use crate::mutants::{self, Mutant};
use crate::value::Canonical;
use crate::wire::ChangeKind;

/// Where a change is in its life. `done` and `discarded` are the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Sealed,
    Held,
    Done,
    Discarded,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sealed => "sealed",
            Self::Held => "held",
            Self::Done => "done",
            Self::Discarded => "discarded",
        }
    }

    fn parse(text: &str) -> StoreResult<Self> {
        match text {
            "pending" => Ok(Self::Pending),
            "sealed" => Ok(Self::Sealed),
            "held" => Ok(Self::Held),
            "done" => Ok(Self::Done),
            "discarded" => Ok(Self::Discarded),
            other => Err(StoreError::Unreadable(format!("change state {other}"))),
        }
    }
}

/// The stored name of a kind.
pub(crate) fn kind_str(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Create => "create",
        ChangeKind::Patch => "patch",
        ChangeKind::Archive => "archive",
        ChangeKind::Reopen => "reopen",
        ChangeKind::Signoff => "signoff",
    }
}

fn parse_kind(text: &str) -> StoreResult<ChangeKind> {
    match text {
        "create" => Ok(ChangeKind::Create),
        "patch" => Ok(ChangeKind::Patch),
        "archive" => Ok(ChangeKind::Archive),
        "reopen" => Ok(ChangeKind::Reopen),
        "signoff" => Ok(ChangeKind::Signoff),
        other => Err(StoreError::Unreadable(format!("change kind {other}"))),
    }
}

/// A row of `changes`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) seq: i64,
    pub(crate) op: i64,
    pub(crate) act: i64,
    pub(crate) record: i64,
    pub(crate) kind: ChangeKind,
    /// Empty for a create or a barrier.
    pub(crate) field: String,
    /// What the person saw: it follows what the server made of a value that was shown while it was on its way.
    pub(crate) seen: Option<Canonical>,
    pub(crate) from: Option<Canonical>,
    /// For a create: the JSON object of all given fields.
    pub(crate) to: Option<Canonical>,
    pub(crate) state: State,
    pub(crate) shipment: Option<i64>,
    pub(crate) review: Option<i64>,
    pub(crate) group: Option<i64>,
    /// A person has paused its operation (table `paused`); read along, never written with the change.
    pub(crate) paused: bool,
    pub(crate) author: String,
    pub(crate) schema_version: i64,
    pub(crate) made_ms: i64,
}

impl Change {
    /// Whether it goes alone, after everything earlier of its record.
    pub(crate) fn is_barrier(&self) -> bool {
        self.field.is_empty() && self.kind != ChangeKind::Create
    }

    /// Whether it makes the record.
    pub(crate) fn is_create(&self) -> bool {
        self.field.is_empty() && self.kind == ChangeKind::Create
    }
}

const COLUMNS: &str = "seq,op,act,record,kind,field,seen,from_value,to_value,state,shipment,review,grp,author,schema_version,made_wall_ms,\
     EXISTS(SELECT 1 FROM paused WHERE paused.op=changes.op)";

fn read(row: &Row<'_>) -> rusqlite::Result<StoreResult<Change>> {
    let (kind, state): (String, String) = (row.get(4)?, row.get(9)?);
    let (kind, state) = match (parse_kind(&kind), State::parse(&state)) {
        (Ok(kind), Ok(state)) => (kind, state),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
    };
    let value = |column| -> rusqlite::Result<Option<Canonical>> {
        Ok(row.get::<_, Option<String>>(column)?.map(Canonical::from_stored))
    };
    Ok(Ok(Change {
        seq: row.get(0)?,
        op: row.get(1)?,
        act: row.get(2)?,
        record: row.get(3)?,
        kind,
        field: row.get(5)?,
        seen: value(6)?,
        from: value(7)?,
        to: value(8)?,
        state,
        shipment: row.get(10)?,
        review: row.get(11)?,
        group: row.get(12)?,
        author: row.get(13)?,
        schema_version: row.get(14)?,
        made_ms: row.get(15)?,
        paused: row.get(16)?,
    }))
}

/// Who and where a change is made: the same for all changes of a commit.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) device: String,
    pub(crate) made_boot_ms: i64,
    pub(crate) boot_id: String,
}

/// Adds a change under its own number.
pub(crate) fn insert(db: &Connection, change: &Change, origin: &Origin) -> StoreResult<()> {
    db.prepare_cached(
        "INSERT INTO changes(seq,op,act,record,kind,field,seen,from_value,to_value,state,shipment,review,grp,\
         author,device,schema_version,made_wall_ms,made_boot_ms,boot_id) \
         VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)",
    )?
    .execute(params![
        change.seq,
        change.op,
        change.act,
        change.record,
        kind_str(change.kind),
        change.field,
        change.seen.as_ref().map(Canonical::as_str),
        change.from.as_ref().map(Canonical::as_str),
        change.to.as_ref().map(Canonical::as_str),
        change.state.as_str(),
        change.shipment,
        change.review,
        change.group,
        change.author,
        origin.device,
        change.schema_version,
        change.made_ms,
        origin.made_boot_ms,
        origin.boot_id,
    ])?;
    Ok(())
}

/// Writes back what can change of a change: where it is, and the values that move with it. One that has ended is settled at
/// `now_ms`.
pub(crate) fn update(db: &Connection, change: &Change, now_ms: i64) -> StoreResult<()> {
    db.prepare_cached(
        "UPDATE changes SET state=?2,shipment=?3,review=?4,grp=?5,from_value=?6,to_value=?7,seen=?8,settled_ms=?9 \
         WHERE seq=?1",
    )?
    .execute(params![
        change.seq,
        change.state.as_str(),
        change.shipment,
        change.review,
        change.group,
        change.from.as_ref().map(Canonical::as_str),
        change.to.as_ref().map(Canonical::as_str),
        change.seen.as_ref().map(Canonical::as_str),
        matches!(change.state, State::Done | State::Discarded).then_some(now_ms),
    ])?;
    Ok(())
}

/// The same where only its place has changed: on its way, or ended. Most changes move so, and only so.
pub(crate) fn update_place(db: &Connection, change: &Change, now_ms: i64) -> StoreResult<()> {
    db.prepare_cached("UPDATE changes SET state=?2,shipment=?3,settled_ms=?4 WHERE seq=?1")?.execute(params![
        change.seq,
        change.state.as_str(),
        change.shipment,
        matches!(change.state, State::Done | State::Discarded).then_some(now_ms),
    ])?;
    Ok(())
}

/// The highest number given so far.
pub(crate) fn last_seq(db: &Connection) -> StoreResult<i64> {
    let mut statement = db.prepare_cached("SELECT coalesce(max(seq),0) FROM changes")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

fn collect(db: &Connection, sql: &str, parameters: impl rusqlite::Params) -> StoreResult<Vec<Change>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, read)?;
    rows.map(|row| row?).collect()
}

/// A change, whatever became of it.
pub(crate) fn by_seq(db: &Connection, seq: i64) -> StoreResult<Option<Change>> {
    Ok(collect(db, &format!("SELECT {COLUMNS} FROM changes WHERE seq=?1"), [seq])?.pop())
}

/// The live changes of a record, in the order of their numbers.
pub(crate) fn live_of(db: &Connection, record: i64) -> StoreResult<Vec<Change>> {
    let sql =
        format!("SELECT {COLUMNS} FROM changes WHERE record=?1 AND state IN('pending','sealed','held') ORDER BY seq");
    collect(db, &sql, [record])
}

/// The live changes of a group, in the order of their numbers.
pub(crate) fn live_of_group(db: &Connection, group: i64) -> StoreResult<Vec<Change>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM changes WHERE grp=?1 AND grp IS NOT NULL AND state IN('pending','sealed','held') ORDER BY seq"
    );
    collect(db, &sql, [group])
}

/// The live changes of an operation, in the order of their numbers.
pub(crate) fn live_of_op(db: &Connection, op: i64) -> StoreResult<Vec<Change>> {
    // An operation belongs to one record, and has the number of its first change.
    let sql = format!(
        "SELECT {COLUMNS} FROM changes WHERE record=(SELECT f.record FROM changes f WHERE f.seq=?1) \
         AND state IN('pending','sealed','held') AND op=?1 ORDER BY seq"
    );
    collect(db, &sql, [op])
}

/// The changes of a field that were made on this device after the number `after` and not given up.
pub(crate) fn of_field_after(db: &Connection, record: i64, field: &str, after: i64) -> StoreResult<Vec<Change>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM changes WHERE seq>?1 AND record=?2 AND field=?3 AND state<>'discarded' ORDER BY seq"
    );
    collect(db, &sql, params![after, record, field])
}

/// The newest change of a record that was made on this device after the number `after` and not given up.
pub(crate) fn last_after(db: &Connection, record: i64, after: i64) -> StoreResult<Option<Change>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM changes WHERE seq>?1 AND record=?2 AND state<>'discarded' ORDER BY seq DESC LIMIT 1"
    );
    Ok(collect(db, &sql, [after, record])?.pop())
}

/// A pending change and its record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) seq: i64,
    pub(crate) record: i64,
}

/// Pending changes from number `from` on, at most `limit`. Walks the primary key: the caller keeps `from` near the oldest
/// live change.
pub(crate) fn pending_from(db: &Connection, from: i64, limit: usize) -> StoreResult<Vec<Candidate>> {
    let mut statement =
        db.prepare_cached("SELECT seq,record FROM changes WHERE seq>=?1 AND state='pending' ORDER BY seq LIMIT ?2")?;
    let rows = statement.query_map(params![from, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Candidate { seq: row.get(0)?, record: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Number of the oldest live change from `from` on, if there is one.
pub(crate) fn first_live_from(db: &Connection, from: i64) -> StoreResult<Option<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT seq FROM changes NOT INDEXED WHERE seq>=?1 AND state IN('pending','sealed','held') ORDER BY seq LIMIT 1",
    )?;
    let mut rows = statement.query([from])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

/// Live work at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    /// Records with one operation that waits for nothing but its turn.
    pub(crate) plain: i64,
    /// The same, but that the server takes it from a newer app only.
    pub(crate) for_update: i64,
    /// All other records with live changes, in the order of their oldest.
    pub(crate) others: Vec<i64>,
}

/// Tells the many records of which there is nothing to say but that they wait from those that have to be looked at: one
/// operation, no group, no barrier, pending, not paused, not put off, every record that it refers to known to the server.
/// Changes after number `taken_to` wait for a newer app.
pub(crate) fn glance(db: &Connection, taken_to: i64) -> StoreResult<Glance> {
    let mut statement = db.prepare_cached(
        "SELECT record,op>?1,alone AND NOT EXISTS(SELECT 1 FROM paused WHERE paused.op=waiting.op) \
         AND (SELECT due_wall_ms IS NULL AND life='alive' FROM records WHERE no=record) \
         AND NOT EXISTS(SELECT 1 FROM refs JOIN records parent ON parent.no=refs.parent \
             WHERE refs.child=waiting.record AND parent.server_id IS NULL) \
         FROM (SELECT record,min(op) AS op,min(seq) AS first,min(op)=max(op) AND min(state)='pending' \
             AND max(state)='pending' AND max(grp) IS NULL AND max(kind IN('archive','reopen','signoff'))=0 AS alone \
             FROM changes WHERE state IN('pending','sealed','held') GROUP BY record) AS waiting ORDER BY first",
    )?;
    let mut glance = Glance::default();
    let mut rows = statement.query([taken_to])?;
    while let Some(row) = rows.next()? {
        match (row.get::<_, bool>(2)?, row.get::<_, bool>(1)?) {
            (true, false) => glance.plain += 1,
            (true, true) => glance.for_update += 1,
            (false, _) => glance.others.push(row.get(0)?),
        }
    }
    Ok(glance)
}

/// How many operations have not ended. Reads the partial index and the rows it names.
pub(crate) fn live_operations(db: &Connection) -> StoreResult<i64> {
    let mut statement = db.prepare_cached(if mutants::is(Mutant::CountedTwice) {
        "SELECT count(DISTINCT op||state) FROM changes WHERE state IN('pending','sealed','held')"
    } else {
        "SELECT count(DISTINCT op) FROM changes WHERE state IN('pending','sealed','held')"
    })?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Records with live changes, in the order of their oldest live change.
pub(crate) fn live_records(db: &Connection) -> StoreResult<Vec<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT record,min(seq) AS first FROM changes WHERE state IN('pending','sealed','held') GROUP BY record ORDER BY first",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
