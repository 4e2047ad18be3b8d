//! `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).

use std::time::UNIX_EPOCH;

use super::http::HttpResponse;

/// Milliseconds to wait as the server said. A date counts from the server's own `Date`, so that a wrong device clock
/// makes it neither shorter nor longer; `now_ms` is the fallback.
pub(super) fn read(response: &HttpResponse, now_ms: i64) -> Option<i64> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds.clamp(0, i64::MAX / 1000) * 1000);
    }
    let date_ms = |text: &str| {
        let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    };
    let server_now_ms = response.header("date").and_then(date_ms).unwrap_or(now_ms);
    Some((date_ms(text)? - server_now_ms).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::http::Empty;

    #[test]
    fn seconds_and_dates() {
        let date = "Wed, 04 Mar 2026 08:10:00 GMT";
        for (value, expected) in [
            ("120", Some(120_000)),
            ("0", Some(0)),
            ("-5", Some(0)),
            ("Wed, 04 Mar 2026 08:15:00 GMT", Some(300_000)),
            ("Wed, 04 Mar 2026 08:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let headers = vec![("retry-after".to_owned(), value.to_owned()), ("date".to_owned(), date.to_owned())];
            let response = HttpResponse { status: 429, headers, body: Box::new(Empty) };
            assert_eq!(read(&response, 0), expected, "{value}");
        }
    }
}
