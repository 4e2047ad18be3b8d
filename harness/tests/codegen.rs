//! `fieldkeep codegen` as a program. That what it writes compiles is tested by the suites in Kotlin and Swift, over the
//! demo's schema and over `support/odd_names.json`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ODD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/odd_names.json");

fn codegen(schema: &Path, folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldkeep"));
    command.arg("codegen").arg(schema).arg("--kotlin").arg(folder.join("kotlin"));
    command.arg("--swift").arg(folder.join("swift")).args(more).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn h1_the_same_schema_gives_the_same_files_and_a_check_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(codegen(Path::new(ODD), folder.path(), &[]).status.success());
    let kotlin = contents(&folder.path().join("kotlin"));
    let swift = contents(&folder.path().join("swift"));
    assert_eq!(kotlin.keys().collect::<Vec<_>>(), ["RecordRecord.kt", "Schema.kt", "StringRecord.kt"]);
    assert_eq!(swift.keys().collect::<Vec<_>>(), ["RecordRecord.swift", "Schema.swift", "StringRecord.swift"]);

    assert!(codegen(Path::new(ODD), folder.path(), &[]).status.success());
    assert_eq!(contents(&folder.path().join("kotlin")), kotlin);
    assert_eq!(contents(&folder.path().join("swift")), swift);
    assert!(codegen(Path::new(ODD), folder.path(), &["--check"]).status.success());
}

#[test]
fn h1_files_that_are_not_fresh_are_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    codegen(Path::new(ODD), folder.path(), &[]);
    let changed = folder.path().join("kotlin/Schema.kt");
    fs::write(&changed, "// Made by `fieldkeep codegen`, and then by hand").unwrap();
    fs::remove_file(folder.path().join("swift/StringRecord.swift")).unwrap();
    let checked = codegen(Path::new(ODD), folder.path(), &["--check"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(words(&checked).contains("kotlin: not fresh: Schema.kt."), "{}", words(&checked));
    assert!(words(&checked).contains("swift: not fresh: StringRecord.swift."), "{}", words(&checked));
    assert!(fs::read_to_string(&changed).unwrap().ends_with("by hand"));
}

#[test]
fn h1_a_type_that_is_no_more_leaves_no_class_and_other_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    codegen(Path::new(ODD), folder.path(), &[]);
    fs::write(folder.path().join("kotlin/Extensions.kt"), "package app").unwrap();
    let smaller = folder.path().join("smaller.json");
    fs::write(&smaller, r#"{"version": 4, "types": [{"name": "job", "fields": [{"name": "title", "kind": "text"}]}]}"#)
        .unwrap();
    assert_eq!(codegen(&smaller, folder.path(), &["--check"]).status.code(), Some(1));
    assert!(codegen(&smaller, folder.path(), &[]).status.success());
    let names: Vec<String> = contents(&folder.path().join("kotlin")).into_keys().collect();
    assert_eq!(names, ["Extensions.kt", "Job.kt", "Schema.kt"]);
}

#[test]
fn h1_a_file_of_somebody_else_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("kotlin")).unwrap();
    let theirs = folder.path().join("kotlin/StringRecord.kt");
    fs::write(&theirs, "package app").unwrap();
    let refused = codegen(Path::new(ODD), folder.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused).contains("StringRecord.kt is in the way"), "{}", words(&refused));
    assert_eq!(contents(&folder.path().join("kotlin")).len(), 1);
}

#[test]
fn h1_a_schema_that_is_not_usable_names_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.json");
    fs::write(&bad, r#"{"version": 1, "types": [{"name": "Job", "fields": []}]}"#).unwrap();
    let refused = codegen(&bad, folder.path(), &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused).contains("types[0].name"), "{}", words(&refused));
    assert!(!folder.path().join("kotlin").exists());
}

#[test]
fn h1_the_schema_inside_the_classes_is_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    codegen(Path::new(ODD), folder.path(), &[]);
    let file = fs::read_to_string(folder.path().join("swift/Schema.swift")).unwrap();
    // Swift and JSON escape the characters that occur here alike.
    let lines = file.lines().filter(|line| line.trim_start().starts_with('"'));
    let json: String =
        lines.map(|line| serde_json::from_str::<String>(line.trim().trim_end_matches(',')).unwrap()).collect();
    let read = fieldkeep::schema::Schema::from_json(&json).unwrap();
    assert_eq!(read, fieldkeep::schema::Schema::from_json(&fs::read_to_string(ODD).unwrap()).unwrap());
}
