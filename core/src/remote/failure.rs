//! What a failure means for the lane. What is unknown is temporary (requirement B6).

use super::http::{HttpError, HttpResponse};
use super::retry_after;
use crate::schedule::LaneReason;

/// Why an exchange did not succeed as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The lane waits: so long as the server said, or as our backoff says.
    Wait { reason: LaneReason, named_ms: Option<i64>, words: String },
    /// Nobody is signed in. `refused`: the generation of the token that was refused, none when there is no token.
    SignIn { refused: Option<u64> },
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
        401 => Err(Failure::SignIn { refused: None }),
        410 => Err(Failure::CursorExpired),
        429 => wait(LaneReason::ServerBusy),
        503 if named_ms.is_some() => wait(LaneReason::ServerBusy),
        400 | 413 | 422 | 431 => Err(Failure::WholeRequest { words }),
        _ => wait(LaneReason::ServerTrouble),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::http::Empty;
    use crate::wire::NDJSON;

    #[test]
    fn a_head_is_an_answer_of_ours_or_says_why_the_lane_waits() {
        use LaneReason as R;
        for (status, content_type, retry_after, expected) in [
            (200, NDJSON, None, None),
            (200, "Application/X-NDJSON; charset=utf-8", None, None),
            (200, "text/html; charset=utf-8", None, Some(R::Portal)),
            (200, "application/json", None, Some(R::Unreadable)),
            (200, "", None, Some(R::Unreadable)),
            (301, "", None, Some(R::Portal)),
            (302, NDJSON, None, Some(R::Portal)),
            (407, "", None, Some(R::Portal)),
            (511, "text/html", None, Some(R::Portal)),
            (429, "", None, Some(R::ServerBusy)),
            (429, "", Some("7"), Some(R::ServerBusy)),
            (503, "", Some("7"), Some(R::ServerBusy)),
            (503, "", None, Some(R::ServerTrouble)),
            (500, NDJSON, None, Some(R::ServerTrouble)),
            (403, "", None, Some(R::ServerTrouble)),
            (404, "", None, Some(R::ServerTrouble)),
            (418, "", None, Some(R::ServerTrouble)),
        ] {
            let mut headers = vec![("content-type".to_owned(), content_type.to_owned())];
            headers.extend(retry_after.map(|text: &str| ("retry-after".to_owned(), text.to_owned())));
            let response = HttpResponse { status, headers, body: Box::new(Empty) };
            match (judge(&response, NDJSON, 0), expected) {
                (Ok(()), None) => {}
                (Err(Failure::Wait { reason, named_ms, .. }), Some(expected)) => {
                    assert_eq!(reason, expected, "{status} {content_type}");
                    assert_eq!(named_ms, retry_after.map(|_| 7_000), "{status}");
                }
                (other, _) => panic!("{status} {content_type}: {other:?}"),
            }
        }
        for (status, expected) in [(401, Failure::SignIn { refused: None }), (410, Failure::CursorExpired)] {
            let response = HttpResponse { status, headers: Vec::new(), body: Box::new(Empty) };
            assert_eq!(judge(&response, NDJSON, 0), Err(expected));
        }
        for status in [400, 413, 422, 431] {
            let response = HttpResponse { status, headers: Vec::new(), body: Box::new(Empty) };
            assert!(matches!(judge(&response, NDJSON, 0), Err(Failure::WholeRequest { .. })), "{status}");
        }
    }
}
