//! What a read costs more than in Rust.

use super::ROUNDS;
use super::languages::{ALL, Language, NOBODY, prepared, run};
use super::table::{Against, Row, of_rows};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Single reads of a run.
const READS: usize = 10_000;

pub(super) fn table(workspace: &Workspace) -> Result<String, Failure> {
    let folder = prepared(workspace)?;
    let added =
        |what: &str| Row { what: what.to_owned(), against: Against::Added, reach: "reported", ..Row::default() };
    let divided = |what: &str, reach| Row { what: what.to_owned(), reach, ..Row::default() };
    let mut one = added("one record, as an app reads it, µs");
    let mut one_cpu = added("the same, processor time, µs");
    let mut bare = added("one record, generated code alone, µs");
    let mut bare_cpu = added("the same, processor time, µs");
    let mut page = divided("a page of 1,000 records, ms", "under 15 ms");
    let mut page_cpu = divided("the same, processor time, ms", "");
    for _ in 0..ROUNDS {
        for language in ALL {
            let line = run(workspace, language, "get", &folder, &NOBODY, READS)?;
            one.add(language, line.number("us_per_call")?);
            one_cpu.add(language, line.number("cpu_us_per_call")?);
            page.add(language, line.number("page_ms")?);
            page_cpu.add(language, line.number("page_cpu_ms")?);
            // Rust has no other way: its read is the one that both ways are compared with.
            let alone = match language {
                Language::Rust => line,
                _ => run(workspace, language, "bare", &folder, &NOBODY, READS)?,
            };
            bare.add(language, alone.number("us_per_call")?);
            bare_cpu.add(language, alone.number("cpu_us_per_call")?);
        }
    }
    Ok(of_rows(&[one, one_cpu, bare, bare_cpu, page, page_cpu]))
}
