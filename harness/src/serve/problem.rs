//! Refusals of a whole request: RFC 9457 problem documents.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::error::ServeError;
use crate::report;

/// Why a request is refused as a whole. Its items are untouched.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    header: Option<(HeaderName, String)>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), header: None }
    }

    /// 400: nothing in it was read.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 413: send less at a time.
    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 401: the token is missing, wrong or expired.
    pub(crate) fn unauthorized() -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "a valid bearer token is needed");
        problem.with(header::WWW_AUTHENTICATE, "Bearer".to_owned())
    }

    /// Adds a header to the reply.
    pub(crate) fn with(mut self, name: HeaderName, value: String) -> Self {
        self.header = Some((name, value));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = json!({
            "type": format!("urn:fieldkeep:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("Problem"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, content_type, document.to_string()).into_response();
        if let Some((name, value)) = self.header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<ServeError> for Problem {
    fn from(error: ServeError) -> Self {
        if let ServeError::Unknown(what) = &error {
            return Self::new(StatusCode::NOT_FOUND, "unknown", format!("there is no {what}"));
        }
        // The operator reads the cause; the client is told only that it may try again.
        eprintln!("fieldkeep serve: {}", report::in_one_line(&error));
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; nothing was answered for sure")
    }
}
