//! Spoilt replies: what hostile, broken or intercepted servers send (pitfalls 13 and 15).

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use fieldkeep::wire::{MAX_JSON_DEPTH, MAX_REPLY_BYTES, NDJSON};
use serde_json::Value as Json;

use super::Tamper;

/// The names of a record that a spoilt reply may claim falsely.
pub(crate) struct Other {
    pub(crate) server_id: String,
    pub(crate) local_id: Option<String>,
}

/// The reply with these lines, spoilt. `others` are two records, so that there is one that is not the line's own.
pub(crate) fn spoil(how: Tamper, lines: Vec<Json>, others: &[Other]) -> Response {
    match how {
        Tamper::Html => {
            let page = "<!doctype html><title>Welcome</title><h1>Please log in to this Wi-Fi</h1>";
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
        }
        Tamper::NotUtf8 => {
            let mut body = text_of(&lines).into_bytes();
            body.splice(0..0, [b'{', b'"', 0xff, 0xfe]);
            ndjson(body)
        }
        Tamper::TooLarge => {
            let mut body = text_of(&lines);
            let filler = format!("{}\n", " ".repeat(1023));
            body.push_str(&filler.repeat(MAX_REPLY_BYTES / filler.len() + 1));
            ndjson(body.into_bytes())
        }
        Tamper::TooDeep => ndjson(deep_lines(lines).into_bytes()),
        Tamper::DropLines(keep) => ndjson(text_of(&lines[..keep.min(lines.len())]).into_bytes()),
        Tamper::NoRecord | Tamper::WrongRecord | Tamper::TakenServerId | Tamper::SeqBack => {
            let lines: Vec<Json> = lines.into_iter().map(|line| falsify(how, line, others)).collect();
            ndjson(text_of(&lines).into_bytes())
        }
    }
}

fn ndjson(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, NDJSON)], Body::from(Bytes::from(body))).into_response()
}

fn text_of(lines: &[Json]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Every line with a value nested deeper than a phone reads.
fn deep_lines(lines: Vec<Json>) -> String {
    let depth = MAX_JSON_DEPTH * 2;
    let deep = format!("{}0{}", "[".repeat(depth), "]".repeat(depth));
    let with_deep = |line: Json| {
        let text = line.to_string();
        // serde_json would refuse to build it; as text it is one more member in front.
        format!("{{\"deep\":{deep},{}\n", text.strip_prefix('{').unwrap_or(&text))
    };
    lines.into_iter().map(with_deep).collect()
}

/// A line with one lie in it: in `record`, in the entry that the line is, and in the outcome.
fn falsify(how: Tamper, mut line: Json, others: &[Other]) -> Json {
    if let (Tamper::NoRecord, Some(line)) = (how, line.as_object_mut()) {
        line.remove("record");
    }
    if let Some(record) = line.get_mut("record").filter(|record| record.is_object()) {
        falsify_object(how, record, others);
    }
    if line.get("page").is_none() {
        falsify_object(how, &mut line, others);
    }
    line
}

fn falsify_object(how: Tamper, object: &mut Json, others: &[Other]) {
    let own = object.get("server_id").and_then(Json::as_str).map(str::to_owned);
    let other = others.iter().find(|other| Some(&other.server_id) != own.as_ref());
    let mut lie = |name: &str, value: Json| {
        if let Some(slot) = object.get_mut(name) {
            *slot = value;
        }
    };
    match (how, other) {
        (Tamper::SeqBack, _) => lie("seq", 1.into()),
        (Tamper::WrongRecord, Some(other)) => lie("local_id", other.local_id.clone().into()),
        (Tamper::TakenServerId, Some(other)) => lie("server_id", other.server_id.clone().into()),
        _ => {}
    }
}
