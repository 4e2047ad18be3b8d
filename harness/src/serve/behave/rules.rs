//! The standing rules of a misbehaving server: limits, refusals, and values stored otherwise than sent.

use std::collections::BTreeMap;

use fieldkeep::schema::Schema;
use fieldkeep::value::{Canonical, FieldKind, canonical_of_json};
use fieldkeep::wire::{Limits, Outcome, SchemaWindow};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::serve::limits;

/// What holds until it is changed.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) limits: Limits,
    pub(crate) key_lifetime_s: i64,
    pub(crate) schema: SchemaWindow,
    /// What is answered from now on is kept whole, and repeated whole.
    pub(crate) keeps_answers: bool,
    /// By `type.field`.
    pub(crate) normalise: BTreeMap<String, NormaliseRule>,
    /// Message by `type.field`.
    pub(crate) refused_fields: BTreeMap<String, String>,
    /// By server id.
    pub(crate) refused_records: BTreeMap<String, RecordRefusal>,
}

impl Rules {
    /// Those of a well-behaved server.
    pub(crate) fn new(schema: &Schema) -> Self {
        let limits = Limits {
            batch_items: limits::BATCH_ITEMS,
            batch_bytes: limits::BATCH_BYTES,
            page_entries: limits::PAGE_ENTRIES,
        };
        Self {
            limits,
            key_lifetime_s: limits::KEY_LIFETIME_S,
            keeps_answers: false,
            schema: SchemaWindow { current: schema.version, new_from: 1, pending_from: 1 },
            normalise: BTreeMap::new(),
            refused_fields: BTreeMap::new(),
            refused_records: BTreeMap::new(),
        }
    }
}

/// How work on a record is refused, `{"kind": "locked", "by": "office"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum RecordRefusal {
    Locked { by: String },
    NotOwner { owner: String },
    Forbidden,
}

impl RecordRefusal {
    /// The outcome that says so.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Locked { by } => Outcome::Locked { by: by.clone() },
            Self::NotOwner { owner } => Outcome::NotOwner { owner: owner.clone() },
            Self::Forbidden => Outcome::Forbidden,
        }
    }
}

/// What servers do to values: `"trim"`, `"round2"`, `"upper"` or `"e164:+49"`.
#[derive(Clone, Debug)]
pub(crate) enum NormaliseRule {
    /// No white space around a text.
    Trim,
    /// Two digits after the point, half away from zero.
    Round2,
    /// Capital letters.
    Upper,
    /// A phone number with this country code in place of the leading zero.
    E164(String),
}

impl<'de> Deserialize<'de> for NormaliseRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match (text.as_str(), text.strip_prefix("e164:")) {
            ("trim", _) => Ok(Self::Trim),
            ("round2", _) => Ok(Self::Round2),
            ("upper", _) => Ok(Self::Upper),
            (_, Some(code)) if code.starts_with('+') => Ok(Self::E164(code.to_owned())),
            _ => Err(serde::de::Error::custom("a rule is trim, round2, upper or e164:+CODE")),
        }
    }
}

impl NormaliseRule {
    /// The value as this server stores it. What the rule does not concern stays as it is.
    pub(crate) fn apply(&self, kind: FieldKind, value: Option<Canonical>) -> Option<Canonical> {
        let Some(text) = value.as_ref().and_then(Canonical::text) else { return value };
        let changed = match self {
            Self::Trim => text.trim().to_owned(),
            Self::Upper => text.to_uppercase(),
            Self::Round2 => round2(&text).unwrap_or(text),
            Self::E164(code) => text.strip_prefix('0').map_or(text.clone(), |rest| format!("{code}{rest}")),
        };
        canonical_of_json(kind, &Json::String(changed)).unwrap_or(value)
    }
}

/// A canonical decimal rounded to two places; `None` when it has not more than two anyway.
fn round2(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.')?;
    let next = fraction.as_bytes().get(2)?;
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes().take(2)).collect();
    if *next >= b'5' {
        add_one(&mut digits);
    }
    let text = String::from_utf8(digits).ok()?;
    let (whole, cents) = text.split_at(text.len() - 2);
    Some(format!("{whole}.{cents}"))
}

/// Adds one to the last of these decimal digits; a sign in front stays in front.
fn add_one(digits: &mut Vec<u8>) {
    let first = usize::from(digits.first() == Some(&b'-'));
    for digit in digits[first..].iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(first, b'1');
}

#[cfg(test)]
mod tests {
    use super::round2;

    #[test]
    fn rounds_half_away_from_zero_to_two_places() {
        for (given, expected) in [
            ("1.005", Some("1.01")),
            ("1.004", Some("1.00")),
            ("9.995", Some("10.00")),
            ("-9.999", Some("-10.00")),
            ("0.005", Some("0.01")),
            ("1.5", None),
            ("3", None),
        ] {
            assert_eq!(round2(given).as_deref(), expected, "{given}");
        }
    }
}
