//! From an app's value or a server's JSON to the canonical form, and back.

use jiff::{Timestamp, civil};
use serde_json::Value as Json;
use thiserror::Error;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{
    Canonical, FieldKind, MAX_INSTANT_MS, MAX_INTEGER, MAX_LONG_TEXT_BYTES, MAX_TAGS, MAX_TEXT_BYTES, MAX_TOKEN_BYTES,
    MIN_INSTANT_MS, RecordId, Value, decimal, phone,
};

/// Why a value does not fit its field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueProblem {
    /// Another type than the field's.
    #[error("is not a {expected}")]
    WrongType {
        /// What the field takes, in words.
        expected: &'static str,
    },
    /// Right type, but not a readable one: a date that does not exist, a number with letters.
    #[error("is not a valid {expected}")]
    Malformed {
        /// What the field takes, in words.
        expected: &'static str,
    },
    /// Larger than the field's limit.
    #[error("is too long: at most {limit} {unit}")]
    TooLong {
        /// The limit.
        limit: usize,
        /// What is counted.
        unit: &'static str,
    },
    /// A number, moment or place outside the range that can be kept exactly.
    #[error("is out of range")]
    OutOfRange,
}

/// The canonical form of an app's value. `None` is null; an empty text and an empty tag set are null too.
///
/// # Errors
/// [`ValueProblem`] when the value does not fit `kind`.
pub fn canonical_of(kind: FieldKind, value: &Value) -> Result<Option<Canonical>, ValueProblem> {
    let json = match (kind, value) {
        (_, Value::Null) => return Ok(None),
        (FieldKind::Text, Value::Text(text)) => return text_of(text, MAX_TEXT_BYTES),
        (FieldKind::LongText, Value::Text(text)) => return text_of(text, MAX_LONG_TEXT_BYTES),
        (FieldKind::Decimal, Value::Decimal(text)) => decimal_of(text)?,
        (FieldKind::Integer, Value::Integer(number)) => integer_of(*number)?,
        (FieldKind::Boolean, Value::Boolean(flag)) => Json::Bool(*flag),
        (FieldKind::Instant, Value::Instant(ms)) => instant_of(*ms)?,
        (FieldKind::Date, Value::Date(text)) => date_of(text)?,
        (FieldKind::Choice, Value::Choice(name)) => return text_of(name, MAX_TOKEN_BYTES),
        (FieldKind::Tags, Value::Tags(tags)) => return tags_of(tags),
        (FieldKind::Phone, Value::Phone(text)) => return phone_of(text),
        (FieldKind::Reference, Value::Reference(id)) => Json::String(id.to_string()),
        (FieldKind::GeoPoint, Value::Geo { latitude, longitude }) => geo_of(*latitude, *longitude)?,
        _ => return Err(ValueProblem::WrongType { expected: in_words(kind) }),
    };
    Ok(Canonical::of_undeclared(&json))
}

/// The canonical form of JSON from a server, a schema file or a script. Servers may write a decimal as a number or a
/// moment as RFC 3339 text: the value is the same, so the form becomes the same (pitfall P7).
///
/// # Errors
/// [`ValueProblem`] when the JSON does not fit `kind`.
pub fn canonical_of_json(kind: FieldKind, json: &Json) -> Result<Option<Canonical>, ValueProblem> {
    match value_from_json(kind, json)? {
        Some(value) => canonical_of(kind, &value),
        None => Ok(None),
    }
}

/// The value as an app sees it. What does not fit the type any more is [`Value::Unknown`], never an error: a read must
/// show what is there.
#[must_use]
pub fn value_of(kind: FieldKind, canonical: &Canonical) -> Value {
    if let Some(value) = plain_value_of(kind, canonical.as_str()) {
        return value;
    }
    // A text that is too long is still a text; "soon" is no date.
    let any_text_fits = matches!(kind, FieldKind::Text | FieldKind::LongText | FieldKind::Choice | FieldKind::Tags);
    match value_from_json(kind, &canonical.json()) {
        Ok(Some(value)) if any_text_fits || canonical_of(kind, &value).is_ok() => value,
        _ => Value::Unknown(canonical.as_str().to_owned()),
    }
}

/// The same for what nearly all stored values are, without a parser between: a list of a thousand records has ten thousand
/// of them. `None` for all others.
fn plain_value_of(kind: FieldKind, json: &str) -> Option<Value> {
    let text = || {
        let inside = json.strip_prefix('"')?.strip_suffix('"')?;
        (!inside.contains(['\\', '"'])).then(|| inside.to_owned())
    };
    let number = || json.parse::<i64>().ok();
    match kind {
        FieldKind::Text | FieldKind::LongText => text().map(Value::Text),
        FieldKind::Choice => text().map(Value::Choice),
        FieldKind::Integer => number().filter(|number| integer_of(*number).is_ok()).map(Value::Integer),
        FieldKind::Instant => number().filter(|ms| instant_of(*ms).is_ok()).map(Value::Instant),
        FieldKind::Decimal => text().filter(|text| decimal_of(text).is_ok()).map(Value::Decimal),
        FieldKind::Reference => text().and_then(|text| text.parse::<RecordId>().ok()).map(Value::Reference),
        FieldKind::Boolean | FieldKind::Date | FieldKind::Tags | FieldKind::Phone | FieldKind::GeoPoint => None,
    }
}

/// Whether a value is certainly in its canonical form already, which most values from a server are: a page of thousands is
/// not parsed again to find that out. `false` says nothing.
pub(crate) fn is_plainly_canonical(kind: FieldKind, value: &Canonical) -> bool {
    let json = value.as_str();
    let text_within = |limit: usize| {
        let inside = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or("");
        let plain = |byte: u8| byte.is_ascii() && !matches!(byte, b'\\' | b'"' | 0..=0x1f | 0x7f);
        !inside.is_empty() && inside.len() <= limit && inside.bytes().all(plain)
    };
    let number = || json.parse::<i64>().ok().filter(|_| json != "-0");
    match kind {
        FieldKind::Text => text_within(MAX_TEXT_BYTES),
        FieldKind::LongText => text_within(MAX_LONG_TEXT_BYTES),
        FieldKind::Choice => text_within(MAX_TOKEN_BYTES),
        FieldKind::Integer => number().is_some_and(|number| integer_of(number).is_ok()),
        FieldKind::Instant => number().is_some_and(|ms| instant_of(ms).is_ok()),
        FieldKind::Boolean => matches!(json, "true" | "false"),
        _ => false,
    }
}

/// An app's value from JSON, for hosts whose values come as JSON. JSON of another type becomes [`Value::Unknown`]; that,
/// and a text that cannot be read as the type, is refused by a commit with the field's name.
#[must_use]
pub fn value_of_json(kind: FieldKind, json: &Json) -> Value {
    match value_from_json(kind, json) {
        Ok(value) => value.unwrap_or(Value::Null),
        Err(_) => Value::Unknown(json.to_string()),
    }
}

fn value_from_json(kind: FieldKind, json: &Json) -> Result<Option<Value>, ValueProblem> {
    let wrong = ValueProblem::WrongType { expected: in_words(kind) };
    let value = match (kind, json) {
        (_, Json::Null) => return Ok(None),
        (FieldKind::Text | FieldKind::LongText, Json::String(text)) => Value::Text(text.clone()),
        (FieldKind::Decimal, Json::String(text)) => Value::Decimal(text.clone()),
        (FieldKind::Decimal, Json::Number(number)) => Value::Decimal(number.to_string()),
        (FieldKind::Integer, Json::Number(number)) => Value::Integer(number.as_i64().ok_or(wrong)?),
        (FieldKind::Boolean, Json::Bool(flag)) => Value::Boolean(*flag),
        (FieldKind::Instant, Json::Number(number)) => Value::Instant(number.as_i64().ok_or(wrong)?),
        (FieldKind::Instant, Json::String(text)) => {
            let moment = text.parse::<Timestamp>();
            let malformed = ValueProblem::Malformed { expected: in_words(kind) };
            Value::Instant(moment.map_err(|_| malformed)?.as_millisecond())
        }
        (FieldKind::Date, Json::String(text)) => Value::Date(text.clone()),
        (FieldKind::Choice, Json::String(text)) => Value::Choice(text.clone()),
        (FieldKind::Tags, Json::Array(items)) => {
            let words = items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
            Value::Tags(words.ok_or(wrong)?)
        }
        (FieldKind::Phone, Json::String(text)) => Value::Phone(text.clone()),
        (FieldKind::Reference, Json::String(text)) => {
            let malformed = ValueProblem::Malformed { expected: in_words(kind) };
            Value::Reference(text.parse::<RecordId>().map_err(|_| malformed)?)
        }
        (FieldKind::GeoPoint, Json::Array(pair)) => match (pair.as_slice(), pair.len()) {
            ([latitude, longitude], 2) => Value::Geo {
                latitude: latitude.as_i64().map(degrees).ok_or(wrong.clone())?,
                longitude: longitude.as_i64().map(degrees).ok_or(wrong)?,
            },
            _ => return Err(wrong),
        },
        _ => return Err(wrong),
    };
    Ok(Some(value))
}

fn in_words(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::LongText => "text",
        FieldKind::Decimal => "decimal number",
        FieldKind::Integer => "whole number",
        FieldKind::Boolean => "yes or no",
        FieldKind::Instant => "moment",
        FieldKind::Date => "date",
        FieldKind::Choice => "choice",
        FieldKind::Tags => "set of tags",
        FieldKind::Phone => "phone number",
        FieldKind::Reference => "reference",
        FieldKind::GeoPoint => "place",
    }
}

fn text_of(text: &str, limit: usize) -> Result<Option<Canonical>, ValueProblem> {
    if text.len() > limit {
        return Err(ValueProblem::TooLong { limit, unit: "bytes" });
    }
    let normal = nfc(text);
    if normal.len() > limit {
        return Err(ValueProblem::TooLong { limit, unit: "bytes" });
    }
    if normal.is_empty() { Ok(None) } else { Ok(Canonical::of_undeclared(&Json::String(normal))) }
}

/// Unicode normalisation form C, cheap for text that is there already.
fn nfc(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

fn decimal_of(text: &str) -> Result<Json, ValueProblem> {
    decimal::canonical(text).map(Json::String).ok_or(ValueProblem::Malformed { expected: "decimal number" })
}

fn integer_of(number: i64) -> Result<Json, ValueProblem> {
    if (-MAX_INTEGER..=MAX_INTEGER).contains(&number) { Ok(number.into()) } else { Err(ValueProblem::OutOfRange) }
}

fn instant_of(ms: i64) -> Result<Json, ValueProblem> {
    if (MIN_INSTANT_MS..=MAX_INSTANT_MS).contains(&ms) { Ok(ms.into()) } else { Err(ValueProblem::OutOfRange) }
}

fn date_of(text: &str) -> Result<Json, ValueProblem> {
    let malformed = ValueProblem::Malformed { expected: "date" };
    // jiff also reads dates with times; only the plain ten signs are this type's form.
    if text.len() != 10 {
        return Err(malformed);
    }
    let date = text.parse::<civil::Date>().map_err(|_| malformed)?;
    Ok(Json::String(date.to_string()))
}

fn tags_of(tags: &[String]) -> Result<Option<Canonical>, ValueProblem> {
    let mut words: Vec<String> = tags.iter().map(|tag| nfc(tag.trim())).filter(|tag| !tag.is_empty()).collect();
    words.sort();
    words.dedup();
    if words.len() > MAX_TAGS {
        return Err(ValueProblem::TooLong { limit: MAX_TAGS, unit: "tags" });
    }
    if words.iter().any(|word| word.len() > MAX_TOKEN_BYTES) {
        return Err(ValueProblem::TooLong { limit: MAX_TOKEN_BYTES, unit: "bytes a tag" });
    }
    if words.is_empty() { Ok(None) } else { Ok(Canonical::of_undeclared(&words.into())) }
}

fn phone_of(text: &str) -> Result<Option<Canonical>, ValueProblem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.len() > MAX_TOKEN_BYTES {
        return Err(ValueProblem::TooLong { limit: MAX_TOKEN_BYTES, unit: "bytes" });
    }
    let digits = phone::canonical(text).ok_or(ValueProblem::Malformed { expected: "phone number" })?;
    Ok(Canonical::of_undeclared(&Json::String(digits)))
}

/// Degrees are kept as whole ten-millionths: exact in JSON, equal when they are.
const GEO_SCALE: f64 = 1e7;

fn degrees(scaled: i64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "at most 1.8e9, far below 2^53")]
    let scaled = scaled as f64;
    scaled / GEO_SCALE
}

/// Degrees in whole ten-millionths.
pub(super) fn scaled(degrees: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation, reason = "a rounded number of at most 1.8e9; others saturate")]
    let whole = (degrees * GEO_SCALE).round() as i64;
    whole
}

fn geo_of(latitude: f64, longitude: f64) -> Result<Json, ValueProblem> {
    let inside = |degrees: f64, limit: f64| degrees.is_finite() && degrees.abs() <= limit;
    if !inside(latitude, 90.0) || !inside(longitude, 180.0) {
        return Err(ValueProblem::OutOfRange);
    }
    Ok(vec![scaled(latitude), scaled(longitude)].into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_plainly_canonical_is_its_own_canonical_form(
            text in prop_oneof![".*", "[ -~]{0,40}", "-?[0-9]{1,20}", "true|false|null"],
            quoted: bool,
        ) {
            let json = if quoted { Json::String(text) } else { serde_json::from_str(&text).unwrap_or(Json::String(text)) };
            let Some(value) = Canonical::of_undeclared(&json) else { return Ok(()) };
            for kind in [
                FieldKind::Text, FieldKind::LongText, FieldKind::Choice, FieldKind::Integer, FieldKind::Instant,
                FieldKind::Boolean, FieldKind::Decimal, FieldKind::Date,
            ] {
                if is_plainly_canonical(kind, &value) {
                    prop_assert_eq!(canonical_of_json(kind, &json), Ok(Some(value.clone())));
                }
            }
        }
    }
}
