//! What was found, for people.

use anstyle::{AnsiColor, Style};
use serde_json::Value;

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Prints the whole report.
pub(super) fn report(found: &Value) {
    anstream::println!(
        "{HEADING}{}{HEADING:#} on device {}, schema version {}",
        text(&found["user"]),
        text(&found["device"]),
        found["schema_version"]
    );
    anstream::println!("{}", text(&found["state"]));
    outbox(&found["outbox"]);
    reviews(&found["reviews"]);
    invariants(&found["broken"]);
    if !found["record"].is_null() {
        record(&found["record"]);
    }
}

fn outbox(items: &Value) {
    let items = list(items);
    anstream::println!("\n{HEADING}Outbox: {} waiting{HEADING:#}", items.len());
    for item in items {
        let fields: Vec<String> = list(&item["fields"]).iter().map(text).collect();
        anstream::println!(
            "  {:>6}  {} {} {}  {}",
            item["operation"],
            text(&item["kind"]),
            text(&item["record_type"]),
            fields.join(", "),
            why(&item["why"])
        );
        let blocks = list(&item["blocks"]);
        if !blocks.is_empty() {
            let blocks: Vec<String> = blocks.iter().map(Value::to_string).collect();
            anstream::println!("          holds back {}", blocks.join(", "));
        }
    }
}

/// A reason with its arguments: `for_parent (record 0192...)`.
fn why(why: &Value) -> String {
    let name = text(&why["why"]);
    let arguments: Vec<String> = why
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "why")
        .map(|(key, value)| format!("{key} {}", text(value)))
        .collect();
    if arguments.is_empty() { name } else { format!("{name} ({})", arguments.join(", ")) }
}

fn reviews(reviews: &Value) {
    let reviews = list(reviews);
    anstream::println!("\n{HEADING}Reviews: {} open{HEADING:#}", reviews.len());
    for review in reviews {
        anstream::println!(
            "  {} {} of {}: base {}, mine {}, theirs {} by {}",
            text(&review["kind"]),
            text(&review["label"]),
            text(&review["record"]),
            review["base"],
            review["mine"],
            review["theirs"],
            text(&review["theirs_by"])
        );
    }
}

fn invariants(broken: &Value) {
    let broken = list(broken);
    if broken.is_empty() {
        anstream::println!("\n{GOOD}All invariants hold.{GOOD:#}");
        return;
    }
    anstream::println!("\n{BAD}{} invariants do not hold:{BAD:#}", broken.len());
    for fault in broken {
        anstream::println!("  {} (row {})", text(&fault["invariant"]), fault["row"]);
    }
}

fn record(found: &Value) {
    let record = &found["record"];
    anstream::println!("\n{HEADING}{} {}{HEADING:#}", text(&record["type"]), text(&record["id"]));
    if record.is_null() {
        anstream::println!("  not shown on this device");
    } else {
        anstream::println!(
            "  {}  (server id {}, {})",
            text(&record["words"]),
            text(&record["server_id"]),
            text(&record["status"])
        );
        for (field, value) in record["fields"].as_object().into_iter().flatten() {
            anstream::println!("  {field}: {value}");
        }
    }
    for entry in list(&found["history"]) {
        let at_ms = entry["at_ms"].as_i64().unwrap_or_default();
        let at = jiff::Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).unwrap_or_default();
        anstream::println!("  {at}  {}  {}", text(&entry["kind"]), entry["detail"]);
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text bare, anything else as JSON, nothing for null.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
