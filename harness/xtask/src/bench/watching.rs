//! From a save to the watcher's new value.

use super::ROUNDS;
use super::folders;
use super::languages::{ALL, Language, Remote, run};
use super::line::Line;
use super::server::Server;
use super::table::{Row, of_rows};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Work orders of the server: some 100,000 records with what belongs to them.
const WORK_ORDERS: usize = 32_000;

/// What is watched beside what: measure, words, changes of a run, and what is to be reached with p50 and p99.
const SITUATIONS: [(&str, &str, usize, [&str; 2]); 4] = [
    ("watch-record", "one record, nothing else going on", 200, ["", ""]),
    ("watch-record-pull", "one record, beside the first download", 200, ["under 5 ms", "under 50 ms"]),
    ("watch-list", "a list of 100, nothing else going on", 12, ["4 a second", ""]),
    ("watch-list-pull", "a list of 100, beside the first download", 12, ["4 a second", ""]),
];

pub(super) fn table(workspace: &Workspace) -> Result<String, Failure> {
    println!("starting a server with {WORK_ORDERS} work orders and what belongs to them");
    let server = Server::start(workspace, WORK_ORDERS)?;
    let remote = Remote { url: &server.url, token: &server.token };
    let mut all: Vec<Situation> = SITUATIONS.iter().map(|given| Situation::new(given.1, given.3)).collect();
    for _ in 0..ROUNDS {
        for (situation, (measure, _, changes, _)) in all.iter_mut().zip(SITUATIONS) {
            for language in ALL {
                let folder = folders::empty(workspace, "watching")?;
                let line = run(workspace, language, measure, &folder, &remote, changes)?;
                situation.add(language, &line)?;
            }
        }
    }
    let notes: Vec<String> = all.iter().map(Situation::note).collect();
    let rows: Vec<Row> = all.into_iter().flat_map(|situation| situation.rows).collect();
    Ok(format!("{}\n{}\n", of_rows(&rows), notes.join("\n")))
}

struct Situation {
    words: &'static str,
    rows: [Row; 3],
    changes: Vec<f64>,
    /// Runs in which the download was still going on at the end.
    beside: usize,
}

impl Situation {
    fn new(words: &'static str, reach: [&'static str; 2]) -> Self {
        let row = |what: &str, reach| Row { what: format!("{words}: {what}, ms"), reach, ..Row::default() };
        let rows = [row("p50", reach[0]), row("p99", reach[1]), row("p50 with the save itself", "")];
        Self { words, rows, changes: Vec::new(), beside: 0 }
    }

    fn add(&mut self, language: Language, line: &Line) -> Result<(), Failure> {
        for (row, name) in self.rows.iter_mut().zip(["p50_ms", "p99_ms", "p50_from_call_ms"]) {
            row.add(language, line.number(name)?);
        }
        self.changes.push(line.number("samples")?);
        self.beside += usize::from(line.is("beside_pull")?);
        Ok(())
    }

    fn note(&self) -> String {
        let least = self.changes.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.changes.iter().copied().fold(0.0, f64::max);
        let (runs, beside) = (self.changes.len(), self.beside);
        format!("- {}: {least} to {most} changes a run; the download outlasted {beside} of {runs} runs", self.words)
    }
}
