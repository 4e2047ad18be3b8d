//! Generated classes. That they make the same edits, and that wrong code does not compile, is shown in Kotlin and Swift;
//! here it is what the generator offers for each field of the demo's schema.

use std::fs;
use std::process::Command;

use fieldkeep::schema::{Policy, Schema};
use fieldkeep_harness::serve::DEFAULT_SCHEMA;

/// `close_date` as a property is called.
fn member(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[test]
fn b36_a_class_has_each_field_once_and_sets_only_what_a_person_may_set() {
    let folder = tempfile::tempdir().unwrap();
    let schema_file = folder.path().join("schema.json");
    fs::write(&schema_file, DEFAULT_SCHEMA).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldkeep"));
    command.arg("codegen").arg(&schema_file).arg("--kotlin").arg(folder.path()).arg("--swift").arg(folder.path());
    assert!(command.status().unwrap().success());
    let schema = Schema::from_json(DEFAULT_SCHEMA).unwrap();
    for (record_type, class) in
        [("customer", "Customer"), ("work_order", "WorkOrder"), ("visit", "Visit"), ("note", "Note"), ("part", "Part")]
    {
        let kotlin = fs::read_to_string(folder.path().join(format!("{class}.kt"))).unwrap();
        let swift = fs::read_to_string(folder.path().join(format!("{class}.swift"))).unwrap();
        for field in &schema.record_type(record_type).unwrap().fields {
            let (name, member) = (&field.name, member(&field.name));
            let count = |text: &str, wanted: &str| text.matches(wanted).count();
            let set = usize::from(field.policy != Policy::ServerOwned);
            assert_eq!(count(&kotlin, &format!(" val {member}: ")), 1, "{class}.{name}");
            assert_eq!(count(&kotlin, &format!(" var {member}: ")), set, "{class}.{name}");
            assert_eq!(count(&kotlin, &format!("Column(\"{name}\"")), 1, "{class}.{name}");
            assert_eq!(count(&swift, &format!(" public var {member}: ")), 1 + set, "{class}.{name}");
            assert_eq!(count(&swift, &format!("(\"{name}\", label: \"")), 1, "{class}.{name}");
        }
    }
}
