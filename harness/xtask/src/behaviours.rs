//! `docs/behaviours.md` and the three suites agree: each number is a test in Rust, Kotlin and Swift, and each test has a
//! number that is in the list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::Workspace;

/// A suite and what stands before a number in the declaration of a test.
struct Suite {
    language: &'static str,
    folder: &'static str,
    extension: &'static str,
    /// The test's marker, on its own line or the same, and what opens its name.
    marker: &'static str,
    name: &'static str,
}

const SUITES: [Suite; 3] = [
    Suite { language: "Rust", folder: "harness/tests/behaviours", extension: "rs", marker: "#[test]", name: "fn b" },
    Suite {
        language: "Kotlin",
        folder: "bindings/kotlin/fieldkeep/src/test/kotlin",
        extension: "kt",
        marker: "@Test",
        name: "fun `B",
    },
    Suite {
        language: "Swift",
        folder: "bindings/swift/Tests/FieldkeepTests",
        extension: "swift",
        marker: "@Test(",
        name: "\"B",
    },
];

/// Compares the list with the suites.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome, Failure> {
    let list = read(&workspace.root.join("docs/behaviours.md"))?;
    let listed: BTreeSet<u32> = list.lines().filter_map(|line| number(line.strip_prefix("| B")?)).collect();
    let mut faults = Vec::new();
    for suite in &SUITES {
        let mut found = BTreeSet::new();
        tests_below(&workspace.root.join(suite.folder), suite, &mut found)?;
        let missing = listed.iter().filter(|number| !found.contains(number)).copied().collect::<Vec<_>>();
        let unknown = found.iter().filter(|number| !listed.contains(number)).copied().collect::<Vec<_>>();
        for (numbers, what) in [(missing, "missing"), (unknown, "not in the list")] {
            if !numbers.is_empty() {
                let names: Vec<String> = numbers.iter().map(|number| format!("B{number:02}")).collect();
                faults.push(format!("{}: {} {what}", suite.language, names.join(", ")));
            }
        }
    }
    if faults.is_empty() && !listed.is_empty() {
        println!("{} behaviours, each in Rust, Kotlin and Swift", listed.len());
        return Ok(Outcome::Done);
    }
    Err(Failure::new(format!("docs/behaviours.md and the suites differ:\n  {}", faults.join("\n  "))))
}

fn tests_below(folder: &Path, suite: &Suite, found: &mut BTreeSet<u32>) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            tests_below(&path, suite, found)?;
        } else if path.extension().is_some_and(|extension| extension == suite.extension) {
            found.extend(tests_in(&read(&path)?, suite));
        }
    }
    Ok(())
}

/// The numbers of the tests of one file. A name without its marker is no test.
fn tests_in(text: &str, suite: &Suite) -> Vec<u32> {
    let mut numbers = Vec::new();
    for piece in text.split(suite.marker).skip(1) {
        // The name comes before the next brace: attributes may stand between.
        let declaration = piece.split('{').next().unwrap_or_default();
        numbers.extend(declaration.split_once(suite.name).and_then(|(_, rest)| number(rest)));
    }
    numbers
}

/// The two digits that a text begins with.
fn number(text: &str) -> Option<u32> {
    let digits = text.get(..2)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_by_marker_and_number() {
        for (suite, text) in [
            (0, "#[test]\nfn b07_review() {}\nfn b08_no_test() {}\n#[test]\nfn other() {}"),
            (1, "@Test\n@Timeout(5)\nfun `B07 review`() = runBlocking<Unit> {}\nfun `B08 no test`() {}"),
            (2, "@Test(\"B07 review\", .timeLimit(.minutes(1))) func review() {}\n// \"B08\"\n@Test func other() {}"),
        ] {
            assert_eq!(tests_in(text, &SUITES[suite]), [7], "{text}");
        }
    }
}
