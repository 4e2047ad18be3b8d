//! Canonical forms: one form per value, stable, equal when the values are equal by type, and back again unchanged.

use fieldkeep::value::{
    Canonical, FieldKind, MAX_INSTANT_MS, MAX_INTEGER, MAX_LONG_TEXT_BYTES, MAX_TAGS, MAX_TEXT_BYTES, MAX_TOKEN_BYTES,
    MIN_INSTANT_MS, RecordId, Value, ValueProblem, canonical_of, canonical_of_json, value_of, value_of_json,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A value that fits its kind, in any of the forms in which people and servers write it.
fn fitting() -> impl Strategy<Value = (FieldKind, Value)> {
    let token = "[a-zäöü0-9 _-]{1,20}";
    prop_oneof![
        "\\PC{0,60}".prop_map(|text| (FieldKind::Text, Value::Text(text))),
        "\\PC{0,200}".prop_map(|text| (FieldKind::LongText, Value::Text(text))),
        "[+-]?[0-9]{0,12}[0-9](\\.[0-9]{0,12})?".prop_map(|text| (FieldKind::Decimal, Value::Decimal(text))),
        (-MAX_INTEGER..=MAX_INTEGER).prop_map(|number| (FieldKind::Integer, Value::Integer(number))),
        any::<bool>().prop_map(|flag| (FieldKind::Boolean, Value::Boolean(flag))),
        (MIN_INSTANT_MS..=MAX_INSTANT_MS).prop_map(|ms| (FieldKind::Instant, Value::Instant(ms))),
        (1..=9999_u16, 1..=12_u8, 1..=28_u8)
            .prop_map(|(y, m, d)| (FieldKind::Date, Value::Date(format!("{y:04}-{m:02}-{d:02}")))),
        token.prop_map(|name| (FieldKind::Choice, Value::Choice(name))),
        prop::collection::vec(token, 0..6).prop_map(|tags| (FieldKind::Tags, Value::Tags(tags))),
        "(\\+|00)?[0-9][0-9 /().-]{2,20}".prop_map(|text| (FieldKind::Phone, Value::Phone(text))),
        any::<u128>()
            .prop_map(|bits| { (FieldKind::Reference, Value::Reference(RecordId(uuid::Uuid::from_u128(bits)))) }),
        (-90.0..=90.0_f64, -180.0..=180.0_f64)
            .prop_map(|(latitude, longitude)| (FieldKind::GeoPoint, Value::Geo { latitude, longitude })),
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,20}".prop_map(Json::from),
        "[0-9+. -]{0,12}".prop_map(Json::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Json::from))
}

proptest! {
    #[test]
    fn canonical_forms_are_stable_and_round_trip((kind, value) in fitting()) {
        let once = canonical_of(kind, &value);
        prop_assume!(once.is_ok());
        let Some(canonical) = once.unwrap() else {
            prop_assert!(matches!(value, Value::Text(_) | Value::Tags(_) | Value::Phone(_)));
            return Ok(());
        };
        // The form of the form is the form, by either way.
        prop_assert_eq!(canonical_of_json(kind, &canonical.json()).unwrap(), Some(canonical.clone()));
        let shown = value_of(kind, &canonical);
        prop_assert!(!matches!(shown, Value::Unknown(_) | Value::Null), "{shown:?}");
        prop_assert_eq!(canonical_of(kind, &shown).unwrap(), Some(canonical.clone()));
        // What an app sees goes through JSON unchanged.
        prop_assert_eq!(value_of_json(kind, &shown.to_json()), shown.clone());
        // The stored text is JSON and equals itself after parsing.
        prop_assert_eq!(Canonical::of_undeclared(&canonical.json()), Some(canonical));
    }

    #[test]
    fn no_json_of_a_server_panics_or_is_half_taken(json in any_json()) {
        for kind in FieldKind::ALL {
            match canonical_of_json(kind, &json) {
                Ok(Some(canonical)) => {
                    prop_assert_eq!(canonical_of_json(kind, &canonical.json()).unwrap(), Some(canonical));
                }
                Ok(None) => {}
                Err(_) => {
                    let handed_in = value_of_json(kind, &json);
                    prop_assert!(canonical_of(kind, &handed_in).is_err(), "{handed_in:?} is taken");
                    let Some(stored) = Canonical::of_undeclared(&json) else { continue };
                    let as_text = matches!(value_of(kind, &stored), Value::Text(_) | Value::Choice(_) | Value::Tags(_));
                    let kept = value_of(kind, &stored) == Value::Unknown(stored.as_str().to_owned());
                    prop_assert!(as_text || kept, "{kind:?} {stored:?}");
                }
            }
        }
    }

    #[test]
    fn tags_are_a_set(mut tags in prop::collection::vec("[a-c]{0,2}", 0..8), spin in 0..8_usize) {
        let canonical = |tags: &[String]| canonical_of(FieldKind::Tags, &Value::Tags(tags.to_vec())).unwrap();
        let before = canonical(&tags);
        if !tags.is_empty() {
            let first = tags[0].clone();
            let middle = spin % tags.len();
            tags.rotate_left(middle);
            tags.push(format!(" {first} "));
        }
        prop_assert_eq!(canonical(&tags), before);
    }
}

#[test]
fn values_are_equal_by_type_however_they_are_written() {
    let same = |kind, left: Json, right: Json| {
        let (one, other) = (canonical_of_json(kind, &left).unwrap(), canonical_of_json(kind, &right).unwrap());
        assert_eq!(one, other, "{kind:?} {left} {right}");
    };
    same(FieldKind::Decimal, json!("10.50"), json!(10.5));
    same(FieldKind::Decimal, json!("-0.0"), json!(0));
    same(FieldKind::Text, json!("Caf\u{e9}"), json!("Cafe\u{301}"));
    same(FieldKind::Text, json!(""), Json::Null);
    same(FieldKind::Instant, json!("2026-03-04T08:10:00Z"), json!("2026-03-04T09:10:00+01:00"));
    same(FieldKind::Instant, json!("2026-03-04T08:10:00Z"), json!(1_772_611_800_000_i64));
    same(FieldKind::Phone, json!("+49 (171) 123"), json!("0049171123"));
    same(FieldKind::Phone, json!("  "), Json::Null);
    same(FieldKind::Tags, json!(["b", "a", "b", " "]), json!(["a", "b"]));
    same(FieldKind::Tags, json!([]), Json::Null);
    same(
        FieldKind::Reference,
        json!("018F0000-0000-7000-8000-00000000000A"),
        json!("018f0000-0000-7000-8000-00000000000a"),
    );
    let geo = |latitude, longitude| canonical_of(FieldKind::GeoPoint, &Value::Geo { latitude, longitude }).unwrap();
    assert_eq!(geo(48.000_000_01, 11.5), geo(48.0, 11.500_000_01));
    assert_ne!(geo(48.000_000_1, 11.5), geo(48.0, 11.5));
    // What differs stays different.
    for (kind, left, right) in [
        (FieldKind::Text, json!("a"), json!("A")),
        (FieldKind::Text, json!(" a"), json!("a")),
        (FieldKind::Decimal, json!("10.5"), json!("10.51")),
        (FieldKind::Date, json!("2026-03-04"), json!("2026-03-05")),
    ] {
        assert_ne!(canonical_of_json(kind, &left).unwrap(), canonical_of_json(kind, &right).unwrap());
    }
}

#[test]
fn limits_are_exact() {
    use FieldKind as K;
    let long = |unit: &'static str, limit| Err(ValueProblem::TooLong { limit, unit });
    let text = |kind, length: usize| canonical_of(kind, &Value::Text("x".repeat(length))).map(|_| ());
    assert_eq!(text(K::Text, MAX_TEXT_BYTES), Ok(()));
    assert_eq!(text(K::Text, MAX_TEXT_BYTES + 1), long("bytes", MAX_TEXT_BYTES));
    assert_eq!(text(K::LongText, MAX_LONG_TEXT_BYTES), Ok(()));
    assert_eq!(text(K::LongText, MAX_LONG_TEXT_BYTES + 1), long("bytes", MAX_LONG_TEXT_BYTES));
    assert_eq!(text(K::LongText, 2 * 1024 * 1024), long("bytes", MAX_LONG_TEXT_BYTES));
    let choice = |length: usize| canonical_of(K::Choice, &Value::Choice("x".repeat(length))).map(|_| ());
    assert_eq!(choice(MAX_TOKEN_BYTES), Ok(()));
    assert_eq!(choice(MAX_TOKEN_BYTES + 1), long("bytes", MAX_TOKEN_BYTES));
    let tags =
        |count: usize| canonical_of(K::Tags, &Value::Tags((0..count).map(|n| format!("t{n}")).collect())).map(|_| ());
    assert_eq!(tags(MAX_TAGS), Ok(()));
    assert_eq!(tags(MAX_TAGS + 1), long("tags", MAX_TAGS));
    let big_tag = canonical_of(K::Tags, &Value::Tags(vec!["x".repeat(MAX_TOKEN_BYTES + 1)])).map(|_| ());
    assert_eq!(big_tag, long("bytes a tag", MAX_TOKEN_BYTES));
    for (kind, inside, outside) in [
        (K::Integer, Value::Integer(MAX_INTEGER), Value::Integer(MAX_INTEGER + 1)),
        (K::Integer, Value::Integer(-MAX_INTEGER), Value::Integer(-MAX_INTEGER - 1)),
        (K::Instant, Value::Instant(MAX_INSTANT_MS), Value::Instant(MAX_INSTANT_MS + 1)),
        (K::Instant, Value::Instant(MIN_INSTANT_MS), Value::Instant(MIN_INSTANT_MS - 1)),
        (
            K::GeoPoint,
            Value::Geo { latitude: -90.0, longitude: 180.0 },
            Value::Geo { latitude: f64::NAN, longitude: 0.0 },
        ),
        (K::GeoPoint, Value::Geo { latitude: 90.0, longitude: -180.0 }, Value::Geo { latitude: 0.0, longitude: 180.1 }),
    ] {
        assert!(canonical_of(kind, &inside).is_ok(), "{inside:?}");
        assert_eq!(canonical_of(kind, &outside), Err(ValueProblem::OutOfRange), "{outside:?}");
    }
}

#[test]
fn other_types_and_unreadable_values_are_refused() {
    let malformed = [
        (FieldKind::Date, Value::Date("2026-02-30".into())),
        (FieldKind::Date, Value::Date("2026-2-3".into())),
        (FieldKind::Date, Value::Date("2026-03-04T00:00".into())),
        (FieldKind::Decimal, Value::Decimal("1e3".into())),
        (FieldKind::Phone, Value::Phone("call me".into())),
    ];
    for (kind, value) in malformed {
        assert!(matches!(canonical_of(kind, &value), Err(ValueProblem::Malformed { .. })), "{value:?}");
    }
    for kind in FieldKind::ALL {
        assert_eq!(canonical_of(kind, &Value::Null), Ok(None));
        let unknown = canonical_of(kind, &Value::Unknown("{}".into()));
        assert!(matches!(unknown, Err(ValueProblem::WrongType { .. })), "{kind:?}");
        assert_eq!(value_of_json(kind, &json!({"a": 1})), Value::Unknown("{\"a\":1}".into()));
    }
}
