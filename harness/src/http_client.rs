//! A small HTTP/1 client without TLS, for servers on this machine: what the office, the fault proxy and the tests use.
//! The device has its own, the engine's.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use thiserror::Error;

/// Why there is no reply.
#[derive(Debug, Error)]
pub enum HttpError {
    /// Only plain `http://HOST:PORT` is spoken here.
    #[error("{0} is no http:// address of a server")]
    BadAddress(String),
    /// The request cannot be written: a bad path or header.
    #[error("the request cannot be made")]
    Request(#[from] hyper::http::Error),
    /// The server was not reached, or closed without an answer.
    #[error("the server did not answer")]
    NoAnswer(#[from] hyper_util::client::legacy::Error),
    /// The reply ended before its end.
    #[error("the reply was cut")]
    Cut(#[from] hyper::Error),
}

/// A whole reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as it came, still compressed if it was.
    pub body: Bytes,
}

impl Reply {
    /// The body as text; broken UTF-8 shows as replacement signs.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as one JSON document.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// A client of one server. Each request has a connection of its own, so none fails because an earlier one was closed.
#[derive(Clone)]
pub struct HttpClient {
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl HttpClient {
    /// A client of the server at `base`, `http://HOST:PORT`.
    ///
    /// # Errors
    /// [`HttpError::BadAddress`] for anything else.
    pub fn new(base: &str) -> Result<Self, HttpError> {
        let base = base.trim_end_matches('/');
        let bad = || HttpError::BadAddress(base.to_owned());
        let uri: hyper::Uri = base.parse().map_err(|_| bad())?;
        if uri.scheme_str() != Some("http") || uri.authority().is_none() || uri.path() != "/" {
            return Err(bad());
        }
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        Ok(Self { base: base.to_owned(), client })
    }

    /// The server's address, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends a request and reads the whole reply. `path` starts with a slash and may carry a query.
    ///
    /// # Errors
    /// [`HttpError`] when there is no whole reply. Any status is a reply.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap<HeaderValue>,
        body: Bytes,
    ) -> Result<Reply, HttpError> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).body(Full::new(body))?;
        request.headers_mut().extend(headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        let (parts, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply { status: parts.status, headers: parts.headers, body })
    }
}
