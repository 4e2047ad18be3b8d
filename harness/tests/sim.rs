//! The simulator: worlds that once failed, some new ones, and that a seed is a world.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use fieldkeep_harness::sim;

/// Worlds of every run. More behind `FIELDKEEP_LONG`.
const WORLDS: u64 = 200;
const LONG: u64 = 10_000;

/// The kept worlds: name and text, by name.
fn kept_worlds() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/worlds");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn no_promise_breaks_in_any_world() {
    let worlds = if std::env::var_os("FIELDKEEP_LONG").is_some() { LONG } else { WORLDS };
    assert_eq!(sim::failures(1..1 + worlds), Vec::<String>::new());
}

#[test]
fn what_once_failed_does_not_fail_again() {
    let worlds = kept_worlds();
    assert!(!worlds.is_empty());
    for (name, text) in worlds {
        let world = sim::replay(&text).unwrap();
        assert_eq!(world.violation, None, "{name}: {}", world.story);
    }
}

#[test]
fn a_seed_is_a_world() {
    for seed in [3, 8, 21] {
        let (first, second) = (sim::world(seed).0, sim::world(seed).0);
        assert_eq!(first, second, "seed {seed}");
    }
    assert_ne!(sim::world(3).0, sim::world(8).0);
}
