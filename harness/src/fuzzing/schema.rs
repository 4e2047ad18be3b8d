//! Schema files: what is read is written and read again as the same, and can be used.

use std::sync::Arc;

use fieldkeep::clock::ManualClock;
use fieldkeep::remote::{
    AccessToken, Http, HttpError, HttpFuture, HttpRequest, HttpResponse, TokenFuture, TokenProvider,
};
use fieldkeep::schema::{RecordType, Schema};
use fieldkeep::value::{FieldKind, FieldMap, RecordId, Value};
use fieldkeep::{CommitOptions, Edit, Fieldkeep, OpenOptions, Query};

use super::phone::{sound, usable};
use super::place::new_folder;
use crate::codegen;

/// One schema of so many, by the bytes of its file, is also opened: that takes a file system.
const OPENED: usize = 64;

/// A schema file.
pub fn schema_file(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(schema) = Schema::from_json(&text) else { return };
    let again = Schema::from_json(&schema.to_json());
    assert_eq!(again.as_ref(), Ok(&schema), "written and read again");
    for record_type in &schema.types {
        validate(record_type);
    }
    assert!(codegen::files(&schema).all(|(name, text)| !name.is_empty() && !text.is_empty()));
    if input.iter().map(|byte| usize::from(*byte)).sum::<usize>() % OPENED == 0 {
        open(schema);
    }
}

fn samples() -> [Value; 11] {
    [
        Value::Null,
        Value::Text("Pump".to_owned()),
        Value::Decimal("1.50".to_owned()),
        Value::Integer(7),
        Value::Boolean(true),
        Value::Instant(0),
        Value::Date("2026-03-05".to_owned()),
        Value::Tags(vec!["a".to_owned(), "b".to_owned()]),
        Value::Phone("0171 12".to_owned()),
        Value::Reference(RecordId(uuid::Uuid::nil())),
        Value::Geo { latitude: 53.5, longitude: 10.0 },
    ]
}

/// A value that fits, if there is one.
fn fitting(record_type: &RecordType, name: &str) -> Option<Value> {
    let field = record_type.field(name)?;
    let choices = field.choices.iter().map(|choice| Value::Choice(choice.name.clone()));
    let mut all = samples().into_iter().skip(1).chain(choices);
    all.find(|value| record_type.canonical_edit(&[(name.to_owned(), value.clone())]).is_ok())
}

/// Each field with a value of each kind, and all with what fits.
fn validate(record_type: &RecordType) {
    let mut fields = FieldMap::new();
    for field in &record_type.fields {
        for value in samples() {
            match record_type.canonical_edit(&[(field.name.clone(), value)]) {
                Ok(good) => assert!(good.iter().all(|(name, _)| *name == field.name)),
                Err(problems) => assert!(problems.iter().all(|problem| problem.field == field.name)),
            }
        }
        if let Some(value) = fitting(record_type, &field.name) {
            let good = record_type.canonical_edit(&[(field.name.clone(), value)]).unwrap();
            good.into_iter().for_each(|(name, value)| fields.set(&name, value));
        }
    }
    let problems = record_type.check_create(&fields);
    assert!(problems.is_empty(), "what fits one by one fits as a record: {problems:?}");
}

/// A folder of that schema is opened, a record made and found in it.
fn open(schema: Schema) {
    let folder = new_folder();
    let keep = Fieldkeep::open(OpenOptions {
        folder: folder.path().to_owned(),
        user: "ana".to_owned(),
        schema: schema.clone(),
        server: "http://server.test".to_owned(),
        tokens: Arc::new(Nobody),
        clock: Some(Arc::new(ManualClock::new(1_767_225_600_000, "boot"))),
        http: Some(Arc::new(Nobody)),
        files: None,
        manual: true,
    });
    let keep = keep.unwrap_or_else(|error| panic!("a schema that is read opens: {error}"));
    for record_type in &schema.types {
        let given = record_type.fields.iter().filter(|field| field.kind != FieldKind::Reference);
        let fields = given.filter_map(|field| Some((field.name.clone(), fitting(record_type, &field.name)?))).collect();
        let create = Edit::Create { record_type: record_type.name.clone(), id: None, fields };
        let made = usable(keep.commit(vec![create], CommitOptions::default()));
        let found = sound(keep.find(&Query { limit: 5, ..Query::all(&record_type.name) }));
        assert_eq!(found.records.len(), usize::from(made.is_some()), "{}", record_type.name);
    }
}

/// Nobody is signed in, and there is no network.
struct Nobody;

impl TokenProvider for Nobody {
    fn current(&self) -> Option<AccessToken> {
        None
    }

    fn refresh(&self, _stale: u64) -> TokenFuture<'_> {
        Box::pin(async { None })
    }
}

impl Http for Nobody {
    fn send(&self, _request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async { Err(HttpError::Unreachable("there is no network".to_owned())) })
    }
}
