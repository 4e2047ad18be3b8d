//! Values from scripts and servers: whatever JSON comes, its canonical form is its own canonical form.

use fieldkeep::value::{Canonical, FieldKind, Value, canonical_of, canonical_of_json, value_of, value_of_json};
use serde_json::Value as Json;

/// Each line as JSON and as a text, as a value of every kind.
pub fn canonical_values(input: &[u8]) {
    for line in String::from_utf8_lossy(input).lines() {
        let text = Json::from(line);
        let json = serde_json::from_str::<Json>(line).ok();
        for kind in FieldKind::ALL {
            check(kind, &text);
            json.iter().for_each(|json| check(kind, json));
        }
    }
}

fn check(kind: FieldKind, json: &Json) {
    let value = value_of_json(kind, json);
    let own = canonical_of(kind, &value);
    let Ok(canonical) = canonical_of_json(kind, json) else {
        assert!(own.is_err(), "{kind:?} {json}: a script may say what a server may not");
        return;
    };
    assert_eq!(own.as_ref(), Ok(&canonical), "{kind:?} {json}: two ways in, two forms");
    let Some(canonical) = canonical else { return };
    assert_eq!(canonical_of_json(kind, &canonical.json()), Ok(Some(canonical.clone())), "{kind:?} {json}");
    let shown = value_of(kind, &canonical);
    assert!(!matches!(shown, Value::Unknown(_) | Value::Null), "{kind:?} {json}: {shown:?}");
    assert_eq!(canonical_of(kind, &shown), Ok(Some(canonical.clone())), "{kind:?} {json}: as it is shown");
    assert_eq!(shown.to_json(), canonical.json(), "{kind:?} {json}: what is shown is what is stored");
    assert_eq!(Canonical::of_undeclared(&canonical.json()), Some(canonical), "{kind:?} {json}: compact JSON");
}
