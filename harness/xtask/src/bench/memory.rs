//! What a process holds after many subscriptions and reads.

use super::ROUNDS;
use super::languages::{Language, NOBODY, prepared, run};
use super::spread::Spread;
use super::table::line;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Subscriptions of a run; ten times as many reads.
const SUBSCRIPTIONS: usize = 10_000;

/// Language, words, and the middle of the members' names.
const KINDS: [(Language, &str, &str); 3] = [
    (Language::Kotlin, "JVM process (its heap fixed at 128 MB), MB", ""),
    (Language::Kotlin, "objects of the Java heap alone, MB", "_heap"),
    (Language::Swift, "Swift process, MB", ""),
];

pub(super) fn table(workspace: &Workspace) -> Result<String, Failure> {
    let folder = prepared(workspace)?;
    let mut lines = Vec::new();
    for _ in 0..ROUNDS {
        for language in [Language::Kotlin, Language::Swift] {
            lines.push((language, run(workspace, language, "memory", &folder, &NOBODY, SUBSCRIPTIONS)?));
        }
    }
    let mut text = String::from(
        "| | after 100 subscriptions and 1,000 reads | after 5,000 and 50,000 | after 10,000 and 100,000 |\n\
         |---|---|---|---|\n",
    );
    for (language, words, middle) in KINDS {
        let mut cells = vec![words.to_owned()];
        for moment in ["first", "half", "end"] {
            let mut values = Vec::new();
            for (_, said) in lines.iter().filter(|(of, _)| *of == language) {
                values.push(said.number(&format!("{moment}{middle}_kb"))? / 1e3);
            }
            cells.push(Spread::of(&values).map_or_else(String::new, |spread| spread.to_string()));
        }
        text.push_str(&line(&cells));
    }
    Ok(text)
}
