//! Each invariant fires on the fault that it is there for.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::site;
use crate::store::DATABASE_FILE;
use crate::store::invariants::{names, violations, violations_of};

/// Rows that the faults below speak of: `J1` has `SENT` on the wire and `NEXT` behind it, `J2` a field under review.
fn spell_out(sql: &str) -> String {
    sql.replace(
        "SENT",
        "seq=(SELECT min(seq) FROM changes WHERE record=(SELECT no FROM records WHERE server_id='J-1'))",
    )
    .replace("NEXT", "seq=(SELECT max(seq) FROM changes WHERE record=(SELECT no FROM records WHERE server_id='J-1'))")
    .replace("J1", "(SELECT no FROM records WHERE server_id='J-1')")
    .replace("J2", "(SELECT no FROM records WHERE server_id='J-2')")
    .replace("GROUP_NO", "(SELECT max(grp) FROM changes)")
}

/// `NEXT` goes on the wire in the place of `SENT`.
const SWAP: &str = "UPDATE changes SET shipment=(SELECT no FROM shipments),state='sealed' WHERE NEXT;\
     UPDATE changes SET state='pending',shipment=NULL WHERE SENT;";

const FAULTS: [(&str, &str, &str); 23] = [
    ("sealed points to an open shipment of its record", "", "UPDATE shipments SET outcome='applied'"),
    ("open shipment carries something", "", "UPDATE changes SET state='done' WHERE SENT"),
    ("held points to an open review of it", "", "UPDATE reviews SET closed_ms=1"),
    ("open review holds nothing", "", "UPDATE changes SET state='discarded' WHERE state='held'"),
    (
        "nothing pending or held before something sealed of its field",
        SWAP,
        "UPDATE changes SET field='title' WHERE SENT",
    ),
    ("pending behind held of its field", "", "UPDATE changes SET field='title' WHERE record=J2 AND field='status'"),
    ("barrier overtook", SWAP, "UPDATE changes SET field='',kind='archive' WHERE NEXT"),
    ("passed a waiting barrier or create", SWAP, "UPDATE changes SET field='',kind='archive' WHERE SENT"),
    (
        "barrier not alone",
        "UPDATE changes SET shipment=(SELECT no FROM shipments),state='sealed' WHERE NEXT;",
        "UPDATE changes SET field='',kind='archive' WHERE SENT",
    ),
    ("patch on the wire before its create", "", "UPDATE records SET server_id=NULL WHERE no=J1"),
    (
        "child before parent",
        "UPDATE changes SET field='customer' WHERE SENT;",
        "UPDATE records SET server_id=NULL WHERE server_id='C-1'",
    ),
    ("on the wire under a record-level review", "", "UPDATE reviews SET record=J1,field=''"),
    ("group sealed in part", "", "UPDATE shipments SET grp=GROUP_NO"),
    (
        "group applied in part",
        "UPDATE shipments SET grp=GROUP_NO,outcome='applied';",
        "UPDATE changes SET grp=GROUP_NO,state='done' WHERE SENT",
    ),
    ("parked page only under an open shipment", "", "UPDATE records SET theirs='{}' WHERE no=J2"),
    ("merged record still has work", "", "UPDATE records SET merged_into=1 WHERE no=J2"),
    ("from is the to before it", "", "UPDATE changes SET field='status',from_value='\"assigned\"' WHERE NEXT"),
    ("view shows the last live value", "", "UPDATE changes SET to_value='\"other\"' WHERE NEXT"),
    ("a record known by reference only has no work", "", "UPDATE records SET life='shell' WHERE no=J1"),
    (
        "paused names something that waits",
        "INSERT INTO paused(op) SELECT op FROM changes WHERE NEXT;",
        "UPDATE changes SET state='done' WHERE NEXT",
    ),
    ("paused and on the wire", "", "INSERT INTO paused(op) SELECT op FROM changes WHERE SENT"),
    (
        "group paused in part",
        "",
        "INSERT INTO paused(op) SELECT min(op) FROM changes WHERE grp IS NOT NULL AND state='pending'",
    ),
    ("one operation, one record, one kind, one commit", "", "UPDATE changes SET op=op+1 WHERE NEXT"),
];

#[test]
fn each_invariant_fires_on_its_fault_and_none_on_a_good_store() {
    let folder = site::busy();
    let db = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    assert_eq!(violations(&db).unwrap(), []);
    let live: i64 = db.query_row("SELECT count(DISTINCT state) FROM changes", [], |row| row.get(0)).unwrap();
    assert_eq!(live, 3, "the store has something pending, sealed and held");
    let all: Vec<i64> = (0..100).collect();
    for (name, preparation, fault) in FAULTS {
        db.execute_batch("BEGIN").unwrap();
        db.execute_batch(&spell_out(preparation)).unwrap();
        let changed = db.execute(&spell_out(fault), []).unwrap();
        assert!(changed > 0, "{name}: nothing was planted");
        let fired = |found: &[crate::store::invariants::Violation]| found.iter().any(|one| one.invariant == name);
        let found = violations(&db).unwrap();
        assert!(fired(&found), "{name} is silent: {found:?}");
        if !name.starts_with("one operation") {
            assert!(fired(&violations_of(&db, &all).unwrap()), "{name} is silent for the records");
            assert_eq!(violations_of(&db, &[99]).unwrap(), [], "other records are not looked at");
        }
        db.execute_batch("ROLLBACK").unwrap();
    }
    let planted: BTreeSet<&str> = FAULTS.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(planted, names().collect(), "an invariant without a planted fault");
}
