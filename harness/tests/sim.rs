//! The simulator: worlds that once failed, some new ones, and that a seed is a world.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use fieldkeep_harness::sim;

/// Worlds of every run. More behind `FIELDKEEP_LONG`.
const WORLDS: u64 = 200;
const LONG: u64 = 10_000;

#[test]
fn no_promise_breaks_in_any_world() {
    let worlds = if std::env::var_os("FIELDKEEP_LONG").is_some() { LONG } else { WORLDS };
    assert_eq!(sim::failures(1..1 + worlds), Vec::<String>::new());
}

#[test]
fn what_once_failed_does_not_fail_again() {
    // A world, the steps of it that were enough, and what was wrong.
    for line in include_str!("sim_seeds.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (world, what) = line.split_once('#').unwrap();
        let mut words = world.split_whitespace();
        let seed = words.next().unwrap().parse().unwrap();
        let only: Vec<usize> =
            words.next().map_or(Vec::new(), |only| only.split(',').map(|no| no.parse().unwrap()).collect());
        let (_, violation) = sim::world(seed, &only);
        assert_eq!(violation, None, "{what}");
    }
}

#[test]
fn a_seed_is_a_world() {
    for seed in [3, 8, 21] {
        let (first, second) = (sim::world(seed, &[]).0, sim::world(seed, &[]).0);
        assert_eq!(first, second, "seed {seed}");
    }
    assert_ne!(sim::world(3, &[]).0, sim::world(8, &[]).0);
}
