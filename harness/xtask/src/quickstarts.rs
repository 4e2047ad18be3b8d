//! The code of the quickstarts, taken out of the documents and put where the tests of the packages compile it.
#![allow(clippy::disallowed_methods, reason = "a build tool; it writes what is generated")]

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::run::Outcome;
use crate::workspace::Workspace;

/// Below the target folder; `bindings/kotlin/android/pom.xml` compiles it with its tests.
const KOTLIN: &str = "generated/quickstart-kotlin/Quickstart.kt";
/// Beside the generated types that it uses.
const SWIFT: &str = "bindings/swift/Tests/FieldkeepTests/generated/Quickstart.swift";

/// Writes both files.
pub(crate) fn extract(workspace: &Workspace) -> Result<Outcome, Failure> {
    let docs = workspace.root.join("docs");
    write(&workspace.target()?.join(KOTLIN), &code_in(&docs.join("quickstart-android.md"), "kotlin")?)?;
    write(&workspace.root.join(SWIFT), &code_in(&docs.join("quickstart-ios.md"), "swift")?)?;
    Ok(Outcome::Done)
}

/// All blocks of a language in a document. None is a fault: nothing would be tested then.
fn code_in(document: &Path, language: &str) -> Result<String, Failure> {
    let text = fs::read_to_string(document)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", document.display())))?;
    let code = blocks(&text, language);
    if code.is_empty() {
        return Err(Failure::new(format!("{} has no {language} code", document.display())));
    }
    Ok(code)
}

fn blocks(text: &str, language: &str) -> String {
    let fence = format!("```{language}\n");
    let blocks = text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next());
    blocks.collect::<Vec<_>>().join("\n")
}

fn write(file: &Path, code: &str) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    fs::write(file, code).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_of_the_language_are_taken() {
        let text = "a\n```swift\nlet a = 1\n```\n```text\nno\n```\n```swift\nlet b = 2\n```\n";
        assert_eq!(blocks(text, "swift"), "let a = 1\n\nlet b = 2\n");
        assert_eq!(blocks(text, "kotlin"), "");
    }
}
