//! Many worlds on all cores, with a word on how it goes.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::cover::Cover;
use super::plan::Plan;
use super::reached::ENOUGH_WORLDS;
use super::run::{Violation, run};
use super::trace::Mode;
use crate::stopwatch;

/// What to run.
pub(crate) struct Hunt {
    pub(crate) seeds: std::ops::Range<u64>,
    pub(crate) steps: usize,
    /// Go on after a failure.
    pub(crate) to_the_end: bool,
    /// Say how it goes.
    pub(crate) loud: bool,
}

/// What came of it.
pub(crate) struct Bag {
    /// Worlds that were run.
    pub(crate) worlds: u64,
    pub(crate) virtual_ms: i64,
    pub(crate) took: Duration,
    pub(crate) cover: Cover,
    /// By seed.
    pub(crate) failures: Vec<(u64, Violation)>,
}

struct Shared {
    next: AtomicU64,
    over: AtomicBool,
    bag: Mutex<Bag>,
}

impl Bag {
    /// Whether all that must happen should have happened in so many worlds.
    pub(crate) fn is_enough(&self) -> bool {
        self.worlds >= ENOUGH_WORLDS
    }

    /// How many of something in a second.
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    pub(crate) fn per_second(count: u64, took: Duration) -> f64 {
        count as f64 / took.as_secs_f64().max(0.001)
    }
}

/// Runs worlds on all cores.
pub(crate) fn hunt(hunt: &Hunt) -> Bag {
    let began = stopwatch::now();
    let bag = Bag { worlds: 0, virtual_ms: 0, took: Duration::ZERO, cover: Cover::default(), failures: Vec::new() };
    let shared = Shared { next: hunt.seeds.start.into(), over: false.into(), bag: Mutex::new(bag) };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(hunt, &shared, began));
        }
    });
    if hunt.loud && std::io::stderr().is_terminal() {
        anstream::eprintln!();
    }
    let mut bag = shared.bag.into_inner().unwrap_or_else(PoisonError::into_inner);
    bag.took = began.elapsed();
    bag.failures.sort_by_key(|(seed, _)| *seed);
    bag
}

fn work(hunt: &Hunt, shared: &Shared, began: std::time::Instant) {
    while !shared.over.load(Ordering::Relaxed) {
        let seed = shared.next.fetch_add(1, Ordering::Relaxed);
        if !hunt.seeds.contains(&seed) {
            return;
        }
        let outcome = run(&Plan::draw(seed, hunt.steps), Mode::Silent);
        let mut bag = shared.bag.lock().unwrap_or_else(PoisonError::into_inner);
        bag.worlds += 1;
        bag.virtual_ms += outcome.virtual_ms;
        bag.cover.add(&outcome.cover);
        if let Some(violation) = outcome.violation {
            bag.failures.push((seed, violation));
            shared.over.fetch_or(!hunt.to_the_end, Ordering::Relaxed);
        }
        if hunt.loud {
            say(hunt, &bag, began.elapsed());
        }
    }
}

/// On a terminal all the time, elsewhere now and then.
fn say(hunt: &Hunt, bag: &Bag, took: Duration) {
    let all = hunt.seeds.end - hunt.seeds.start;
    let on_terminal = std::io::stderr().is_terminal();
    let now_and_then = (all / 20).max(1);
    if !on_terminal && !bag.worlds.is_multiple_of(now_and_then) {
        return;
    }
    let rate = Bag::per_second(bag.worlds, took);
    let left = took.mul_f64(Bag::per_second(all - bag.worlds, Duration::from_secs(bag.worlds.max(1))));
    let line = format!("{} of {all} worlds, {rate:.1} a second, {} s left", bag.worlds, left.as_secs());
    if on_terminal {
        anstream::eprint!("\r{line}   ");
    } else {
        anstream::eprintln!("{line}");
    }
}
