//! Each planted defect is found: its kept world shows it, and does not fail without it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use fieldkeep::mutants;
use fieldkeep_harness::sim;

/// Those that no kept world shows yet; `docs/plan.md`. One that a world shows must not stay here.
const OPEN: &[&str] = &["seen-not-converted"];

/// One test, since a process has one defect at a time.
#[test]
fn each_planted_defect_is_found() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/worlds");
    let mut missed = Vec::new();
    for (_, name, what) in mutants::ALL {
        let path = folder.join(format!("{name}.world"));
        if OPEN.contains(name) {
            assert!(!path.exists(), "{name} is not open any more");
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap_or_default();
        assert!(mutants::choose(name).is_some());
        let with_it = sim::replay(&text).map(|world| (world.mutant, world.violation));
        mutants::choose_none();
        let without_it = sim::replay(&text).map(|world| world.violation);
        match (with_it, without_it) {
            (Ok((Some(of), Some(_))), Ok(None)) if of == *name => {}
            (with_it, without_it) => missed.push(format!("{name} ({what}): {with_it:?}, without it {without_it:?}")),
        }
    }
    assert!(missed.is_empty(), "keep other worlds with `sim --mutant NAME --keep FILE`:\n{}", missed.join("\n"));
}
