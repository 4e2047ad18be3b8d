//! Times in words, and when the words stop being true (pitfall P11: nobody runs a timer for text but the screen).

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::catalogue::Catalogue;
use super::sentence::ReaderLocale;

/// Some words and when they change, if they do.
pub(super) struct TimeWords {
    pub(super) text: String,
    pub(super) changes_at_ms: Option<i64>,
}

/// Steps of a countdown: below so many milliseconds, rounded up to so many.
const STEPS_MS: [(i64, i64); 4] = [(10_000, 1_000), (60_000, 5_000), (90 * 60_000, 60_000), (i64::MAX, 3_600_000)];

/// "in 5 minutes": rounded up, so that nobody is called back too early.
pub(super) fn until(words: &Catalogue, now_ms: i64, at_ms: i64) -> TimeWords {
    let left = at_ms.saturating_sub(now_ms);
    if left <= 0 {
        return TimeWords { text: words.text("now", &[]), changes_at_ms: None };
    }
    let position = STEPS_MS.iter().position(|(below, _)| left <= *below).unwrap_or(STEPS_MS.len() - 1);
    let step = STEPS_MS[position].1;
    let finer_from = if position == 0 { 0 } else { STEPS_MS[position - 1].0 };
    let count = left / step + i64::from(left % step != 0);
    let (key, number) = match step {
        1_000 => ("in_seconds", count),
        5_000 if count * 5 >= 60 => ("in_minutes", 1),
        5_000 => ("in_seconds", count * 5),
        60_000 => ("in_minutes", count),
        _ => ("in_hours", count),
    };
    let text = words.text(&words.counted(key, number), &[("n", &number.to_string())]);
    // The next step of this size, or where finer steps begin, whichever comes first.
    TimeWords { text, changes_at_ms: Some(at_ms.saturating_sub(((count - 1) * step).max(finer_from))) }
}

/// "12 minutes", "3 days": to the nearest, in the largest unit of which there are at least two.
pub(super) fn lasting(words: &Catalogue, ms: i64) -> String {
    const MINUTE_MS: i64 = 60_000;
    let units = [("days", 24 * 60 * MINUTE_MS), ("hours", 60 * MINUTE_MS), ("minutes", MINUTE_MS)];
    let (key, unit_ms) = units.into_iter().find(|(_, unit_ms)| ms >= 2 * unit_ms).unwrap_or(units[2]);
    let number = ms / unit_ms + i64::from(ms % unit_ms >= unit_ms / 2);
    words.text(&words.counted(key, number), &[("n", &number.to_string())])
}

/// "14:03" today, "3 March at 14:03" on another day.
pub(super) fn at(words: &Catalogue, now_ms: i64, at_ms: i64, locale: &ReaderLocale) -> TimeWords {
    let zone =
        Offset::from_seconds(locale.utc_offset_minutes.saturating_mul(60)).map_or(TimeZone::UTC, TimeZone::fixed);
    let local = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(zone.clone());
    let (moment, today) = (local(at_ms), local(now_ms));
    let time = format!("{:02}:{:02}", moment.hour(), moment.minute());
    if moment.date() != today.date() {
        let day = moment.day().to_string();
        let arguments = [("day", day.as_str()), ("month", words.month(moment.month())), ("time", &time)];
        // A moment that lies ahead, by a clock that was wrong, is today at some time.
        let ahead = (moment.date() > today.date()).then(|| moment.date());
        let changes_at_ms = ahead.and_then(|date| date.to_zoned(zone).ok()).map(|day| day.timestamp().as_millisecond());
        return TimeWords { text: words.text("on_day", &arguments), changes_at_ms };
    }
    let midnight = today.date().tomorrow().ok().and_then(|date| date.to_zoned(zone).ok());
    TimeWords { text: time, changes_at_ms: midnight.map(|zoned| zoned.timestamp().as_millisecond()) }
}
