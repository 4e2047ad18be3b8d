//! Values that carry a mark: who meant what can be read off a value wherever it turns up, and in whatever form a server
//! stores it (trimmed, rounded, in capitals, with a country code).

use fastrand::Rng;
use fieldkeep::value::Value;
use jiff::civil::Date;
use serde_json::Value as Json;

use super::traffic::DAY_MS;

/// Names one thing that somebody meant. Unique in a world.
pub(crate) type Mark = u64;

/// How a field carries a mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Text,
    Number,
    Phone,
    Day,
    Moment,
}

fn carrier(field: &str) -> Option<Carrier> {
    match field {
        "title" | "name" | "description" | "billing_contact" | "city" | "summary" | "text" | "part_number"
        | "safety_note" => Some(Carrier::Text),
        "labor_hours" | "quantity" => Some(Carrier::Number),
        "phone" => Some(Carrier::Phone),
        "due" | "close_date" => Some(Carrier::Day),
        "started" | "ended" => Some(Carrier::Moment),
        _ => None,
    }
}

/// Whether a field refers to another record.
pub(crate) fn is_reference(field: &str) -> bool {
    matches!(field, "customer" | "work_order")
}

/// What a person types into a field: marked where the field can carry a mark.
pub(crate) fn type_in(field: &str, mark: Mark, rng: &mut Rng) -> Value {
    match carrier(field) {
        Some(Carrier::Text) => {
            let (before, after) = *rng.choice(ENDS).unwrap_or(&("", ""));
            let long = if rng.u32(0..40) == 0 { " all of it".repeat(300) } else { String::new() };
            Value::Text(format!("{before}w{mark} checked{after}{long}"))
        }
        Some(Carrier::Number) => {
            let fraction = rng.choice(["5", "25", "125", "335", "50"]).unwrap_or("5");
            Value::Decimal(format!("{mark}.{fraction}"))
        }
        Some(Carrier::Phone) => Value::Phone(format!("0{:09}", 300_000_000 + mark)),
        Some(Carrier::Day) => Value::Date(day(mark)),
        Some(Carrier::Moment) => Value::Instant(moment_ms(mark)),
        None => choose(field, rng),
    }
}

/// What stands around a mark: what people type, and what damages text on its way through JSON and SQL.
const ENDS: &[(&str, &str)] = &[
    ("", ""),
    ("", ""),
    (" ", ""),
    ("", "  "),
    ("", " \"twice\", and it's fine"),
    ("", " C:\\tools\\new"),
    ("", "\nin two lines\t\r\n"),
    ("", " \u{fc}ber \u{e9}t\u{e9}"),
    ("", " \u{1f527}\u{200d}"),
    ("", " {0} %s $1 \u{2028} <b>"),
];

fn choose(field: &str, rng: &mut Rng) -> Value {
    let choices: &[&str] = match field {
        "status" => &["assigned", "in_progress", "waiting_for_approval", "complete", "cancelled"],
        _ => &["low", "normal", "urgent"],
    };
    Value::Choice((*rng.choice(choices).unwrap_or(&"low")).to_owned())
}

/// The mark of a value, in JSON as the server stores it or as an app shows it.
pub(crate) fn mark_of(field: &str, value: &Json) -> Option<Mark> {
    let carrier = carrier(field)?;
    if let (Carrier::Moment, Some(at_ms)) = (carrier, value.as_i64()) {
        return Mark::try_from((at_ms - FIRST_MS).div_euclid(DAY_MS)).ok();
    }
    let text = value.as_str()?;
    match carrier {
        Carrier::Text => {
            let word = text.trim().split(' ').next()?;
            word.strip_prefix(['w', 'W'])?.parse().ok()
        }
        Carrier::Number => text.split('.').next()?.parse().ok(),
        Carrier::Phone => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let number: Mark = digits.get(digits.len().checked_sub(9)?..)?.parse().ok()?;
            number.checked_sub(300_000_000)
        }
        Carrier::Day | Carrier::Moment => {
            let days = text.split('T').next()?.parse::<Date>().ok()?.since(first_day()).ok()?.get_days();
            Mark::try_from(days).ok()
        }
    }
}

/// The first of those mornings, milliseconds since 1970 UTC.
const FIRST_MS: i64 = 946_720_800_000;

/// Ten in the morning of that day.
fn moment_ms(mark: Mark) -> i64 {
    FIRST_MS + i64::try_from(mark).unwrap_or(0) * DAY_MS
}

fn first_day() -> Date {
    Date::constant(2000, 1, 1)
}

fn day(mark: Mark) -> String {
    let days = jiff::Span::new().try_days(i64::try_from(mark).unwrap_or(0));
    days.and_then(|days| first_day().checked_add(days)).unwrap_or(first_day()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_off_whatever_became_of_the_value() {
        let mut rng = Rng::with_seed(1);
        for field in ["title", "labor_hours", "phone", "due", "started"] {
            for mark in [1, 17, 999] {
                let typed = type_in(field, mark, &mut rng).to_json();
                assert_eq!(mark_of(field, &typed), Some(mark), "{field} {typed}");
            }
        }
        for (field, stored) in [("title", "W17 CHECKED"), ("labor_hours", "17.34"), ("phone", "+49300000017")] {
            assert_eq!(mark_of(field, &Json::from(stored)), Some(17), "{field}");
        }
        assert_eq!(mark_of("status", &Json::from("complete")), None);
    }
}
