//! The two versions of the app's schema: what it is released with, and what an upgrade brings.

use fieldkeep::schema::Schema;
use serde_json::{Value as Json, json};

use crate::serve::DEFAULT_SCHEMA;

/// The first version, and the second, which has a field more, no urgent priority any more, and hours that are numbers.
pub(crate) fn both() -> Result<[Schema; 2], String> {
    let read = |text: &str| Schema::from_json(text).map_err(|error| format!("the schema: {error}"));
    let mut later: Json = serde_json::from_str(DEFAULT_SCHEMA).map_err(|error| error.to_string())?;
    later["version"] = 2.into();
    for record_type in later["types"].as_array_mut().into_iter().flatten() {
        if record_type["name"] != "work_order" {
            continue;
        }
        let fields = record_type["fields"].as_array_mut().ok_or("a type without fields")?;
        for field in fields.iter_mut().filter(|field| field["name"] == "priority") {
            let choices = field["choices"].as_array_mut().ok_or("a choice without choices")?;
            choices.retain(|choice| choice["name"] != "urgent");
        }
        fields.push(json!({ "name": "safety_note", "label": "Safety note", "kind": "long_text" }));
    }
    let mut first: Json = serde_json::from_str(DEFAULT_SCHEMA).map_err(|error| error.to_string())?;
    for record_type in first["types"].as_array_mut().into_iter().flatten() {
        for field in record_type["fields"].as_array_mut().into_iter().flatten() {
            if field["name"] == "labor_hours" {
                field["kind"] = "text".into();
            }
        }
    }
    Ok([read(&first.to_string())?, read(&later.to_string())?])
}
