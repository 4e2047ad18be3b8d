//! What must always hold, as queries that return no row on a good store: after each engine transaction in debug builds
//! for the records it touched, in `inspect`, in tests over the whole.

use rusqlite::Connection;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// The number of the row that shows it.
    pub row: i64,
}

struct Invariant {
    name: &'static str,
    /// The column that names the record, for a check of some records only.
    record: &'static str,
    /// Returns the offending row's number; ends in a WHERE clause that can be extended.
    sql: &'static str,
}

const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "sealed points to an open shipment of its record",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c LEFT JOIN shipments s ON s.no=c.shipment WHERE \
              c.state='sealed' AND (s.no IS NULL OR s.outcome IS NOT NULL OR s.record<>c.record)",
    },
    Invariant {
        name: "open shipment carries something",
        record: "s.record",
        sql: "SELECT s.no FROM shipments s WHERE s.outcome IS NULL AND NOT EXISTS(SELECT 1 FROM changes \
              c WHERE c.shipment=s.no AND c.state='sealed' AND c.record=s.record)",
    },
    Invariant {
        name: "held points to an open review of it",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c LEFT JOIN reviews r ON r.no=c.review WHERE c.state='held' AND \
              (r.no IS NULL OR r.closed_ms IS NOT NULL OR r.record<>c.record OR r.field NOT \
              IN('',c.field))",
    },
    Invariant {
        name: "open review holds nothing",
        record: "r.record",
        sql: "SELECT r.no FROM reviews r WHERE r.closed_ms IS NULL AND NOT EXISTS(SELECT 1 FROM changes \
              c WHERE c.review=r.no AND c.state='held' AND c.record=r.record)",
    },
    Invariant {
        name: "nothing pending or held before something sealed of its field",
        record: "a.record",
        // Of barriers it is said below.
        sql: "SELECT b.seq FROM changes a JOIN changes b ON a.record=b.record AND a.field=b.field AND \
              a.seq<b.seq WHERE a.field<>'' AND a.state IN('pending','held') AND b.state='sealed'",
    },
    Invariant {
        name: "pending behind held of its field",
        record: "a.record",
        sql: "SELECT b.seq FROM changes a JOIN changes b ON a.record=b.record AND a.seq<b.seq AND \
              (a.field=b.field OR a.field='') WHERE a.state='held' AND b.state='pending'",
    },
    Invariant {
        name: "barrier overtook",
        record: "a.record",
        // A reopen goes ahead of the edits that the office's archive has shut out.
        sql: "SELECT b.seq FROM changes a JOIN changes b ON a.record=b.record AND a.seq<b.seq JOIN records r ON \
              r.no=b.record WHERE b.field='' AND b.kind<>'create' AND b.state='sealed' AND a.state IN('pending','held') \
              AND NOT(b.kind='reopen' AND r.life='archived' AND a.kind IN('patch','signoff','reopen'))",
    },
    Invariant {
        name: "passed a waiting barrier or create",
        record: "a.record",
        sql: "SELECT b.seq FROM changes a JOIN changes b ON a.record=b.record AND a.seq<b.seq JOIN records r ON \
              r.no=b.record WHERE a.field='' AND a.state IN('pending','held') AND b.state='sealed' \
              AND NOT(b.kind='reopen' AND r.life='archived' AND a.kind IN('signoff','reopen'))",
    },
    Invariant {
        name: "barrier not alone",
        record: "a.record",
        sql: "SELECT a.seq FROM changes a JOIN changes b ON a.shipment=b.shipment AND a.record=b.record \
              AND a.op<>b.op WHERE a.field='' AND a.kind<>'create' AND a.state='sealed' AND \
              b.state='sealed'",
    },
    Invariant {
        name: "patch on the wire before its create",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c JOIN records r ON r.no=c.record WHERE c.state='sealed' AND \
              r.server_id IS NULL AND NOT EXISTS(SELECT 1 FROM changes k WHERE k.record=c.record AND \
              k.shipment=c.shipment AND k.field='' AND k.kind='create')",
    },
    Invariant {
        name: "child before parent",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c JOIN refs f ON f.child=c.record AND c.field IN('',f.field) \
              JOIN records p ON p.no=f.parent WHERE c.state='sealed' AND c.kind IN('create','patch') \
              AND p.server_id IS NULL AND NOT EXISTS(SELECT 1 FROM changes n WHERE n.record=c.record \
              AND n.field=f.field AND n.seq>c.seq AND n.state IN('pending','held')) AND NOT \
              EXISTS(SELECT 1 FROM changes k WHERE k.record=p.no AND k.field='' AND k.kind='create' AND \
              c.grp IS NOT NULL AND k.grp=c.grp AND k.state='sealed')",
    },
    Invariant {
        name: "on the wire under a record-level review",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c JOIN reviews r ON r.record=c.record AND r.field='' WHERE \
              c.state='sealed' AND r.closed_ms IS NULL",
    },
    Invariant {
        name: "group sealed in part",
        record: "s.record",
        sql: "SELECT s.no FROM shipments s JOIN changes c ON c.grp=s.grp WHERE s.outcome IS NULL AND \
              c.state IN('pending','held')",
    },
    Invariant {
        name: "group applied in part",
        record: "c.record",
        // One that is still on the wire has been applied with the others; a page may name them one by one.
        sql: "SELECT c.seq FROM changes c WHERE c.grp IS NOT NULL AND c.state \
              IN('pending','held') AND EXISTS(SELECT 1 FROM changes d WHERE d.grp=c.grp AND \
              d.state='done' AND d.shipment IN (SELECT s.no FROM shipments s WHERE s.grp=c.grp AND \
              s.outcome='applied'))",
    },
    Invariant {
        name: "parked page only under an open shipment",
        record: "r.no",
        sql: "SELECT r.no FROM records r WHERE r.theirs IS NOT NULL AND NOT EXISTS(SELECT 1 FROM \
              shipments s WHERE s.record=r.no AND s.outcome IS NULL)",
    },
    Invariant {
        name: "merged record still has work",
        record: "r.no",
        sql: "SELECT r.no FROM records r JOIN changes c ON c.record=r.no WHERE r.merged_into IS NOT \
              NULL AND c.state IN('pending','sealed','held')",
    },
    Invariant {
        name: "from is the to before it",
        record: "b.record",
        // Looks for the one before, not at all pairs: a record may have hundreds of unsent edits.
        sql: "SELECT b.seq FROM changes b JOIN changes a ON a.seq=(SELECT m.seq FROM changes m WHERE \
              m.record=b.record AND m.field=b.field AND m.seq<b.seq AND m.state IN('pending','sealed','held') \
              ORDER BY m.seq DESC LIMIT 1) WHERE b.field<>'' AND b.state IN('pending','sealed','held') AND \
              b.from_value IS NOT a.to_value",
    },
    Invariant {
        name: "view shows the last live value",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c JOIN records r ON r.no=c.record WHERE c.field<>'' AND c.state \
              IN('pending','sealed','held') AND coalesce(r.view->c.field,'null') IS NOT \
              coalesce(c.to_value,'null') AND NOT EXISTS(SELECT 1 FROM changes n WHERE \
              n.record=c.record AND n.field=c.field AND n.seq>c.seq AND n.state \
              IN('pending','sealed','held'))",
    },
    Invariant {
        name: "a record known by reference only has no work",
        record: "c.record",
        sql: "SELECT c.seq FROM changes c JOIN records r ON r.no=c.record WHERE c.state \
              IN('pending','sealed') AND r.life='shell'",
    },
    Invariant {
        name: "paused names something that waits",
        record: "f.record",
        sql: "SELECT p.op FROM paused p LEFT JOIN changes f ON f.seq=p.op WHERE NOT EXISTS(SELECT 1 FROM changes c \
              WHERE c.record=f.record AND c.op=p.op AND c.state IN('pending','sealed','held'))",
    },
    Invariant {
        name: "paused and on the wire",
        record: "f.record",
        // The order of the joins is said: `paused` is all but empty.
        sql: "SELECT c.seq FROM paused p CROSS JOIN changes f ON f.seq=p.op CROSS JOIN changes c ON \
              c.record=f.record AND c.op=p.op AND c.state IN('pending','sealed','held') WHERE c.state='sealed'",
    },
    Invariant {
        name: "group paused in part",
        record: "f.record",
        sql: "SELECT c.seq FROM paused p CROSS JOIN changes f ON f.seq=p.op CROSS JOIN changes c ON c.grp=f.grp AND \
              c.grp IS NOT NULL AND c.state IN('pending','sealed','held') WHERE NOT EXISTS(SELECT 1 FROM paused q \
              WHERE q.op=c.op)",
    },
];

/// An operation belongs to one record, one kind and one commit, and is named after its first change. Checked over the
/// whole store only.
const ONE_OPERATION: &str = "SELECT op FROM changes GROUP BY op \
     HAVING count(DISTINCT record)+count(DISTINCT kind)+count(DISTINCT act)<>3 OR op<>min(seq)";

const ONE_OPERATION_NAME: &str = "one operation, one record, one kind, one commit";

/// The names of all invariants.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    INVARIANTS.iter().map(|invariant| invariant.name).chain([ONE_OPERATION_NAME])
}

/// Checks everything.
///
/// # Errors
/// When the database cannot be read.
pub fn violations(db: &Connection) -> rusqlite::Result<Vec<Violation>> {
    let mut found = Vec::new();
    for invariant in INVARIANTS {
        collect(db, invariant.name, invariant.sql, [], &mut found)?;
    }
    collect(db, ONE_OPERATION_NAME, ONE_OPERATION, [], &mut found)?;
    Ok(found)
}

/// Checks what concerns these records.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn violations_of(db: &Connection, records: &[i64]) -> rusqlite::Result<Vec<Violation>> {
    let list = serde_json::to_string(records).unwrap_or_default();
    let mut found = Vec::new();
    for invariant in INVARIANTS {
        let sql = format!("{} AND {} IN (SELECT value FROM json_each(?1))", invariant.sql, invariant.record);
        collect(db, invariant.name, &sql, [&list], &mut found)?;
    }
    Ok(found)
}

fn collect(
    db: &Connection,
    name: &'static str,
    sql: &str,
    parameters: impl rusqlite::Params,
    found: &mut Vec<Violation>,
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| row.get(0))?;
    for row in rows {
        found.push(Violation { invariant: name, row: row? });
    }
    Ok(())
}
