//! The seam below the protocol.

use std::future::Future;
use std::pin::Pin;

use thiserror::Error;

/// A boxed future of this seam.
pub type HttpFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The two methods the protocol needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Read.
    Get,
    /// Send.
    Post,
}

/// A request, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method.
    pub method: HttpMethod,
    /// Absolute URL.
    pub url: String,
    /// Header fields, lower case names.
    pub headers: Vec<(String, String)>,
    /// Body bytes as they go out.
    pub body: Vec<u8>,
}

/// A response whose body is still coming.
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Header fields, lower case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Box<dyn HttpBody>,
}

impl HttpResponse {
    /// The first value of a header field, by its lower case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A body, piece by piece.
pub trait HttpBody: Send {
    /// The next piece; `None` at the proper end, an error when the connection was cut.
    fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>>;
}

/// Why no response, or no whole one, came.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HttpError {
    /// No connection could be made.
    #[error("cannot reach the server: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The connection ended before the answer did.
    #[error("the connection was cut: {0}")]
    Cut(String),
    /// The server's certificate is not valid at this device's time.
    #[error("the certificate does not fit this device's clock: {0}")]
    CertificateTime(String),
}

/// Sends requests. Redirects are never followed: a redirected push is no push (pitfall 15).
pub trait Http: Send + Sync {
    /// Sends one request and answers when the response's head is there.
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>>;
}

/// A body with nothing in it, for tests of heads.
#[cfg(test)]
pub(super) struct Empty;

#[cfg(test)]
impl HttpBody for Empty {
    fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>> {
        Box::pin(async { None })
    }
}
