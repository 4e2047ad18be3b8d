//! What time the server has: its clock's, or, in virtual time, what the requests say.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::HeaderMap;
use fieldkeep::clock::Clock;
use fieldkeep::wire::TEST_NOW_HEADER;

/// The server's time. Virtual time only moves by requests, and never backwards: the reply to a late request must not
/// undo what an earlier one has seen.
pub(crate) struct ServerTime {
    clock: Arc<dyn Clock>,
    manual_ms: Option<AtomicI64>,
}

impl ServerTime {
    /// Time of `clock`; or, when `manual_from_ms` is given, virtual time from there.
    pub(crate) fn new(clock: Arc<dyn Clock>, manual_from_ms: Option<i64>) -> Self {
        Self { clock, manual_ms: manual_from_ms.map(AtomicI64::new) }
    }

    /// The time of one request, milliseconds since 1970 UTC.
    pub(crate) fn of_request(&self, headers: &HeaderMap) -> i64 {
        let Some(manual_ms) = &self.manual_ms else { return self.clock.now().wall_ms };
        let said_ms = headers.get(TEST_NOW_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
        let said_ms = said_ms.unwrap_or(i64::MIN);
        manual_ms.fetch_max(said_ms, Ordering::SeqCst).max(said_ms)
    }
}

/// An HTTP date (RFC 9110) for a time in milliseconds; times that HTTP cannot say become 1970.
pub(crate) fn http_date(at_ms: i64) -> String {
    // The year 9999 is the last that the format can write.
    const LAST_S: u64 = 253_402_300_799;
    let seconds = u64::try_from(at_ms / 1000).unwrap_or(0).min(LAST_S);
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}
