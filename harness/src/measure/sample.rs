//! The records that both sides keep: 12 fields, two indexed, one searchable, 400 bytes of JSON on average. The n-th record
//! is the same in every run and on both sides, so nothing has to remember them.

use fieldkeep::schema::Schema;
use uuid::Uuid;

use super::Fault;

/// The one record type.
pub(super) const TYPE: &str = "job";
/// The schema with its two indexes and its searchable field.
const SCHEMA: &str = include_str!("../../schemas/bench.json");
/// The moment from which due times and ids count: 2026-01-01 UTC.
const START_MS: i64 = 1_767_225_600_000;
/// A prime above all counts: due times are all different, and in another order than the records.
const DUES: i64 = 1_000_003;
const STATUSES: [&str; 8] = [
    "planned",
    "assigned",
    "travelling",
    "in_progress",
    "waiting_for_parts",
    "waiting_for_approval",
    "complete",
    "cancelled",
];
const ASSETS: [&str; 8] = [
    "Circulation pump",
    "Gas boiler",
    "Passenger lift",
    "Chiller compressor",
    "Main distribution board",
    "Fire damper",
    "Pressure vessel",
    "Heat exchanger",
];
const FAULTS: [&str; 8] = [
    "no flow since Monday",
    "leaks at the flange",
    "stops between floors",
    "trips after start",
    "hums and gets hot",
    "yearly inspection due",
    "replace the seal",
    "reads the wrong pressure",
];
const CITIES: [&str; 4] = ["Neustadt an der Weinstrasse", "Bergisch Gladbach", "Freiburg", "Rostock"];
const PEOPLE: [&str; 4] = ["Martina Oberhauser", "Karl-Heinz Lindner", "Aylin Demir", "Tom Reuter"];

/// Whether a schema names indexed and searchable fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Extent {
    /// Two indexed fields, one searchable one.
    Indexed,
    /// None of either.
    Plain,
}

/// The schema as text.
pub(super) fn schema_text(extent: Extent) -> String {
    match extent {
        Extent::Indexed => SCHEMA.to_owned(),
        Extent::Plain => SCHEMA
            .replace("\"indexed\": true", "\"indexed\": false")
            .replace("\"searchable\": true", "\"searchable\": false"),
    }
}

/// The schema.
pub(super) fn schema(extent: Extent) -> Result<Schema, Fault> {
    Ok(Schema::from_json(&schema_text(extent))?)
}

/// A number that looks like chance and is not: the finaliser of SplitMix64.
pub(super) fn mixed(n: usize) -> u64 {
    let mut z = (n as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One of a list, the same one for the same record and purpose.
fn pick<'a>(list: &[&'a str], n: usize, purpose: u32) -> &'a str {
    let drawn = usize::try_from(mixed(n) >> (8 * purpose) & 0xff).unwrap_or(0);
    list[drawn % list.len()]
}

/// The device's id of the n-th record: a UUIDv7 of its own second, with its number in the last four bytes.
pub(super) fn id(n: usize) -> Uuid {
    let made_ms = u64::try_from(START_MS).unwrap_or(0) + n as u64 * 1_000;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&made_ms.to_be_bytes()[2..]);
    bytes[6..12].copy_from_slice(&mixed(n).to_be_bytes()[..6]);
    bytes[12..].copy_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
    bytes[6] = 0x70 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    Uuid::from_bytes(bytes)
}

/// Which record an id names.
pub(super) fn number_of(id: Uuid) -> usize {
    let [.., a, b, c, d] = *id.as_bytes();
    usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX)
}

/// The server's id of the n-th record.
pub(super) fn server_id(n: usize) -> String {
    format!("J-{n:07}")
}

/// A word that stands in the title of the n-th record alone.
pub(super) fn word(n: usize) -> String {
    format!("u{n:07}")
}

/// When the n-th record is due: no other is due at that moment.
pub(super) fn due_ms(n: usize) -> i64 {
    START_MS + i64::try_from(n).unwrap_or(0).wrapping_mul(7_919).rem_euclid(DUES) * 60_000
}

/// The status of the n-th record.
pub(super) fn status(n: usize) -> &'static str {
    pick(&STATUSES, n, 0)
}

fn title(n: usize, variant: u32) -> String {
    format!("{} {}: {}", pick(&ASSETS, n, 1), word(n), pick(&FAULTS, n, 2 + variant))
}

/// The values of the n-th record, in their canonical form, in the order of their names.
pub(super) fn values(n: usize) -> String {
    let drawn = mixed(n);
    format!(
        concat!(
            r#"{{"assignee":"{}","city":"{}","contact":"{}","due":{},"hours":"{}.5","note":"{}","number":"WO-{:07}","#,
            r#""phone":"+4930{:07}","priority":"{}","status":"{}","title":"{}","urgent":{}}}"#
        ),
        pick(&PEOPLE, n, 4),
        pick(&CITIES, n, 5),
        pick(&PEOPLE, n, 6),
        due_ms(n),
        1 + drawn % 9,
        note(n),
        n,
        drawn % 10_000_000,
        ["low", "normal", "high"][n % 3],
        status(n),
        title(n, 0),
        n.is_multiple_of(7),
    )
}

fn note(n: usize) -> String {
    format!(
        "Key at the gate, code {:05}. Ring twice; the caretaker shows the way to the plant room in the basement. Mind the dog.",
        mixed(n) % 100_000
    )
}

/// One field of a record and what a person makes of it.
pub(super) struct Change {
    /// The field.
    pub(super) field: &'static str,
    /// Its value before.
    pub(super) from: String,
    /// Its value after.
    pub(super) to: String,
}

/// The one edit of the n-th record. In turn: a status, which an index holds; a title, whose words are searched; a note,
/// which neither holds.
pub(super) fn change(n: usize) -> Change {
    let (field, from, to) = match n % 3 {
        0 => {
            let at = STATUSES.iter().position(|known| *known == status(n)).unwrap_or(0);
            ("status", status(n).to_owned(), STATUSES[(at + 1) % STATUSES.len()].to_owned())
        }
        1 => ("title", title(n, 0), format!("{}, urgent", title(n, 1))),
        _ => ("note", note(n), format!("{} Done, meter {n}.", note(n))),
    };
    Change { field, from, to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_what_the_measures_say_they_are() {
        let schema = schema(Extent::Indexed).unwrap();
        let fields = &schema.types[0].fields;
        let count = |wanted: fn(&fieldkeep::schema::Field) -> bool| fields.iter().filter(|field| wanted(field)).count();
        assert_eq!((fields.len(), count(|f| f.indexed), count(|f| f.searchable)), (12, 2, 1));
        let bytes: usize = (0..1_000).map(|n| values(n).len()).sum();
        assert!((390..=410).contains(&(bytes / 1_000)), "{}", bytes / 1_000);
        let plain = self::schema(Extent::Plain).unwrap();
        assert!(plain.types[0].fields.iter().all(|field| !field.indexed && !field.searchable));
    }

    #[test]
    fn ids_lead_back_and_changes_change() {
        for n in [0, 1, 2, 77_777, 999_999] {
            assert_eq!(number_of(id(n)), n);
            let change = change(n);
            assert_ne!(change.from, change.to);
            let values: serde_json::Value = serde_json::from_str(&values(n)).unwrap();
            assert_eq!(values[change.field], change.from.as_str());
        }
    }
}
