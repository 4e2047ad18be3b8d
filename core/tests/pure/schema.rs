//! Every refusal of a schema, with its place; a file and the builder say the same; a schema survives its own JSON.

use fieldkeep::schema::{FieldBuilder, Policy, ProblemKind, RecordTypeBuilder, Schema, SchemaBuilder};
use fieldkeep::value::{FieldKind, FieldMap, Value};
use serde_json::{Value as Json, json};

/// A schema of one type with these fields.
fn with_fields(fields: &Json) -> Json {
    json!({"version": 1, "types": [{"name": "job", "fields": fields}]})
}

fn plain(name: &str) -> Json {
    json!({"name": name, "kind": "text"})
}

fn many(count: usize, make: impl Fn(usize) -> Json) -> Json {
    (0..count).map(make).collect()
}

#[test]
fn every_refusal_names_its_place() {
    let field = "types[0].fields[0]";
    let long_name = "a".repeat(64);
    let many_types = many(201, |n| json!({"name": format!("t{n}"), "fields": [plain("a")]}));
    let many_indexed = many(17, |n| json!({"name": format!("f{n}"), "kind": "integer", "indexed": true}));
    let type_with = |more: Json| {
        let mut one = json!({"name": "job", "fields": [plain("a")]});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"version": 1, "types": [one]})
    };
    let choice = |choices: Json| with_fields(&json!([{"name": "s", "kind": "choice", "choices": choices}]));
    let cases: Vec<(Json, &str, &str)> = vec![
        (json!({"version": 0, "types": [{"name": "a", "fields": [plain("a")]}]}), "version", "1 or more"),
        (json!({"version": 1, "types": []}), "types", "no record type"),
        (json!({"version": 1, "types": many_types}), "types", "more than 200"),
        (json!({"version": 1, "types": [{"name": "Job", "fields": [plain("a")]}]}), "types[0].name", "`Job`"),
        (json!({"version": 1, "types": [{"name": "", "fields": [plain("a")]}]}), "types[0].name", "``"),
        (
            json!({"version": 1, "types": [{"name": "a", "fields": [plain("a")]}, {"name": "a", "fields": [plain("a")]}]}),
            "types[1]",
            "a second record type `a`",
        ),
        (with_fields(&json!([])), "types[0]", "no fields"),
        (with_fields(&many(501, |n| plain(&format!("f{n}")))), "types[0]", "more than 500"),
        (with_fields(&many_indexed), "types[0]", "more than 16 indexed"),
        (with_fields(&json!([plain("a"), plain("a")])), "types[0].fields[1]", "a second field `a`"),
        (with_fields(&json!([plain("1a")])), "types[0].fields[0].name", "does not match"),
        (with_fields(&json!([plain("a-b")])), "types[0].fields[0].name", "does not match"),
        (with_fields(&json!([plain("ä")])), "types[0].fields[0].name", "does not match"),
        (with_fields(&json!([plain("a'); DROP TABLE records;--")])), "types[0].fields[0].name", "does not match"),
        (with_fields(&json!([plain(&long_name)])), "types[0].fields[0].name", "does not match"),
        (choice(json!([])), field, "needs choices"),
        (with_fields(&json!([{"name": "a", "kind": "text", "choices": ["x"]}])), field, "only a choice field"),
        (choice(json!(["x", ""])), "types[0].fields[0].choices[1]", "1 to 200 bytes"),
        (choice(json!(["y".repeat(201)])), "types[0].fields[0].choices[0]", "1 to 200 bytes"),
        (choice(json!(["x", "y", "x"])), "types[0].fields[0].choices[2]", "a second choice `x`"),
        (with_fields(&json!([{"name": "r", "kind": "reference"}])), field, "needs a target"),
        (
            with_fields(&json!([{"name": "r", "kind": "reference", "target": "ghost"}])),
            "types[0].fields[0].target",
            "no record type `ghost`",
        ),
        (with_fields(&json!([{"name": "a", "kind": "text", "target": "job"}])), field, "only a reference"),
        (with_fields(&json!([{"name": "a", "kind": "date", "searchable": true}])), field, "searchable"),
        (with_fields(&json!([{"name": "a", "kind": "long_text", "indexed": true}])), field, "cannot be indexed"),
        (with_fields(&json!([{"name": "a", "kind": "tags", "indexed": true}])), field, "cannot be indexed"),
        (with_fields(&json!([{"name": "a", "kind": "geo_point", "indexed": true}])), field, "cannot be indexed"),
        (
            with_fields(&json!([{"name": "a", "kind": "text", "required": true, "policy": "server_owned"}])),
            field,
            "cannot be required",
        ),
        (type_with(json!({"append_only": "ghost"})), "types[0].append_only", "`ghost`"),
        (type_with(json!({"append_only": "a"})), "types[0].append_only", "no required reference"),
        (type_with(json!({"natural_key": ["a", "ghost"]})), "types[0].natural_key[1]", "no field `ghost`"),
    ];
    for (file, place, reason) in cases {
        let error = Schema::from_json(&file.to_string()).expect_err(reason);
        assert_eq!(error.place, place, "{file:.200}");
        assert!(error.reason.contains(reason), "{}: {}", error.place, error.reason);
    }
}

#[test]
fn what_is_no_schema_file_is_refused_with_line_and_column() {
    for (text, reason) in [
        ("{", "EOF"),
        (r#"{"version": 1}"#, "types"),
        ("{\"version\": 1,\n \"types\": [], \"more\": 1}", "more"),
        (r#"{"version": 1, "types": [{"name": "a", "fields": [{"name": "a", "kind": "colour"}]}]}"#, "colour"),
        (r#"{"version": 1, "types": [{"name": "a", "fields": [{"name": "a"}]}]}"#, "kind"),
        (r#"{"version": 1, "types": [{"name": "a", "fields": [], "policy": "last_write"}]}"#, "last_write"),
    ] {
        let error = Schema::from_json(text).unwrap_err();
        assert!(error.place.starts_with("line ") && error.place.contains("column"), "{}", error.place);
        assert!(error.reason.contains(reason), "{text}: {}", error.reason);
    }
}

#[test]
fn file_and_builder_say_the_same_and_json_round_trips() {
    let file = json!({"version": 3, "types": [
        {"name": "customer", "label": "Client", "natural_key": ["name"], "fields": [
            {"name": "name", "type": "text", "required": true, "indexed": true, "searchable": true}]},
        {"name": "work_order", "fields": [
            {"name": "number", "kind": "text", "policy": "server_owned"},
            {"name": "close_date", "kind": "date", "label": "Closed on"},
            {"name": "status", "kind": "choice", "choices": ["waiting_for_approval", {"name": "done", "label": "Finished"}]},
            {"name": "customer", "kind": "reference", "target": "customer"}]},
        {"name": "note", "append_only": "work_order", "policy": "review", "fields": [
            {"name": "work_order", "kind": "reference", "target": "work_order", "required": true}]},
    ]});
    let from_file = Schema::from_json(&file.to_string()).unwrap();
    let mut built = SchemaBuilder::new(3)
        .record_type(
            RecordTypeBuilder::new("customer")
                .label("Client")
                .natural_key(&["name"])
                .field(FieldBuilder::new("name", FieldKind::Text).required().indexed().searchable()),
        )
        .record_type(
            RecordTypeBuilder::new("work_order")
                .field(FieldBuilder::new("number", FieldKind::Text).policy(Policy::ServerOwned))
                .field(FieldBuilder::new("close_date", FieldKind::Date).label("Closed on"))
                .field(FieldBuilder::choice("status", &["waiting_for_approval", "done"]))
                .field(FieldBuilder::reference("customer", "customer")),
        )
        .record_type(
            RecordTypeBuilder::new("note")
                .append_only("work_order")
                .field(FieldBuilder::reference("work_order", "work_order").required()),
        )
        .build()
        .unwrap();
    assert_eq!(built.field("work_order", "status").unwrap().choices[0].label, "Waiting for approval");
    // Labels of choices are a file's privilege.
    built.types[1].fields[2].choices[1].label = "Finished".to_owned();
    assert_eq!(from_file, built);
    assert_eq!(from_file.label("work_order", "close_date"), "Closed on");
    assert_eq!(from_file.label("work_order", "ghost"), "ghost");
    assert_eq!(Schema::from_json(&from_file.to_json()).unwrap(), from_file);
}

#[test]
fn the_builder_is_checked_like_a_file() {
    let error = SchemaBuilder::new(1)
        .record_type(RecordTypeBuilder::new("job").field(FieldBuilder::choice("status", &[])))
        .build()
        .unwrap_err();
    assert_eq!(error.to_string(), "types[0].fields[0]: a choice field needs choices");
}

#[test]
fn an_edit_is_refused_with_every_problem_at_once() {
    let file = with_fields(&json!([
        {"name": "title", "kind": "text", "required": true},
        {"name": "number", "kind": "text", "policy": "server_owned"},
        {"name": "status", "kind": "choice", "choices": ["open"]},
        {"name": "hours", "kind": "decimal"},
        {"name": "count", "kind": "integer"}]));
    let schema = Schema::from_json(&file.to_string()).unwrap();
    let job = schema.record_type("job").unwrap();
    let given = [
        ("count", Value::Integer(i64::MAX)),
        ("ghost", Value::Boolean(true)),
        ("hours", Value::Decimal("ten".into())),
        ("number", Value::Text("1".into())),
        ("status", Value::Choice("closed".into())),
        ("title", Value::Text(String::new())),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let problems = job.canonical_edit(&given).unwrap_err();
    let said: Vec<_> = problems.iter().map(|p| (p.field.as_str(), p.kind.clone(), p.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("count", ProblemKind::OutOfRange, "Count is out of range"),
            ("ghost", ProblemKind::UnknownField, "Job has no field ghost"),
            ("hours", ProblemKind::Malformed, "Hours is not a valid decimal number"),
            ("number", ProblemKind::ServerOwned, "Number is filled by the server"),
            ("status", ProblemKind::UnknownChoice, "Status does not offer \"closed\""),
            ("title", ProblemKind::Missing, "Title is required"),
        ]
    );
    let wrong = job.canonical_edit(&[("title".to_owned(), Value::Integer(1))]).unwrap_err();
    assert_eq!(wrong[0].kind, ProblemKind::WrongType);
    let long = job.canonical_edit(&[("title".to_owned(), Value::Text("x".repeat(16 * 1024 + 1)))]).unwrap_err();
    assert_eq!(long[0].kind, ProblemKind::TooLong);
    let missing = job.check_create(&FieldMap::new());
    assert_eq!(missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["Title is required"]);
}
