//! What a failure means for the lane. What is unknown is temporary (requirement B6).

use super::http::{HttpError, HttpResponse};
use super::retry_after;
use crate::schedule::LaneReason;

/// Why an exchange did not succeed as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The lane waits: so long as the server said, or as our backoff says.
    Wait { reason: LaneReason, named_ms: Option<i64>, words: String },
    /// The token was refused.
    SignIn,
    /// The token is not the one that the session was opened with; whose it is has to be asked first. `refused`: the
    /// session's own was refused just now.
    OtherToken { refused: bool },
    /// The request as a whole is not acceptable: fewer items may be.
    WholeRequest { words: String },
    /// The download has to start anew.
    CursorExpired,
    /// The engine was told to stop; nothing is known of the exchange.
    Cancelled,
}

impl Failure {
    pub(crate) fn unreadable(words: impl Into<String>) -> Self {
        Self::Wait { reason: LaneReason::Unreadable, named_ms: None, words: words.into() }
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        let reason = match error {
            HttpError::CertificateTime(_) => LaneReason::ClockWrong,
            _ => LaneReason::Unreachable,
        };
        Self::Wait { reason, named_ms: None, words: error.to_string() }
    }
}

/// What the head of a response means, before its body is read. `Ok` only for a success with the expected content type:
/// a captive portal answers 200, too (pitfall 15).
pub(super) fn judge(response: &HttpResponse, expected: &str, now_ms: i64) -> Result<(), Failure> {
    let content_type = response.header("content-type").unwrap_or("");
    let is_expected = content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(expected));
    let is_page = content_type.to_ascii_lowercase().contains("html");
    let named_ms = retry_after::read(response, now_ms);
    let words = format!("status {} {content_type}", response.status);
    let wait = |reason| Err(Failure::Wait { reason, named_ms, words: words.clone() });
    match response.status {
        200..=299 if is_expected => Ok(()),
        200..=299 if is_page => wait(LaneReason::Portal),
        200..=299 => wait(LaneReason::Unreadable),
        300..=399 | 407 | 511 => wait(LaneReason::Portal),
        401 => Err(Failure::SignIn),
        410 => Err(Failure::CursorExpired),
        429 => wait(LaneReason::ServerBusy),
        503 if named_ms.is_some() => wait(LaneReason::ServerBusy),
        400 | 413 | 422 | 431 => Err(Failure::WholeRequest { words }),
        _ => wait(LaneReason::ServerTrouble),
    }
}
