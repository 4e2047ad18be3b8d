//! `cargo xtask bench`: what Kotlin and Swift cost over Rust. The same program in three languages, run in turn over the same
//! optimised library, so that what else the machine does hits all alike. Tables in Markdown, and no verdict: time is never
//! a test.

mod folders;
mod languages;
mod line;
mod machine;
mod program;
mod server;
mod sizes;
mod spread;
mod table;

mod memory;
mod reads;
mod saves;
mod watching;

use crate::failure::Failure;
use crate::workspace::Workspace;

pub(crate) use languages::build;

/// Rounds of each measure; in each, every language has one run.
const ROUNDS: usize = 5;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// One record, and a page.
    Reads,
    /// One transaction each.
    Saves,
    /// From a save to the watcher's value.
    Watching,
    /// What a process holds after many subscriptions and reads.
    Memory,
    /// What a store download grows by.
    Sizes,
}

impl Measure {
    /// All of them, in the order of the tables.
    pub(crate) const ALL: [(&str, Self); 5] = [
        ("reads", Self::Reads),
        ("saves", Self::Saves),
        ("watching", Self::Watching),
        ("memory", Self::Memory),
        ("sizes", Self::Sizes),
    ];

    /// The one of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, measure)| *measure)
    }
}

/// Takes one measure, or all, and prints the tables.
pub(crate) fn measure(workspace: &Workspace, only: Option<Measure>) -> Result<(), Failure> {
    let mut tables = vec![machine::facts(workspace)?];
    for (name, measure) in Measure::ALL {
        if only.is_some_and(|only| only != measure) {
            continue;
        }
        println!("\n=== {name} ===");
        let before = machine::load();
        let text = match measure {
            Measure::Reads => reads::table(workspace)?,
            Measure::Saves => saves::table(workspace)?,
            Measure::Watching => watching::table(workspace)?,
            Measure::Memory => memory::table(workspace)?,
            Measure::Sizes => sizes::table(workspace)?,
        };
        tables.push(format!("{text}\nLoad (1 min) before and after: {before}, {}\n", machine::load()));
    }
    println!("\n{}", tables.join("\n"));
    Ok(())
}
