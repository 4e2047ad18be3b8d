//! [`Http`] over reqwest and rustls, with Mozilla's roots compiled in: no JNI, no set-up, the same on every phone
//! (requirement G7, pitfall 25).

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use rustls::{ClientConfig, RootCertStore};

use super::http::{Http, HttpBody, HttpError, HttpFuture, HttpMethod, HttpRequest, HttpResponse};

/// Time to make a connection: a weak network needs several seconds, a dead one must not hold a person's "Sync now".
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence within a response.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest whole exchange: a page of 8 MiB on a slow uplink.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(180);

/// The real thing.
pub struct ReqwestHttp {
    client: reqwest::Client,
}

impl ReqwestHttp {
    /// Makes a client. `extra_roots` are certificates (DER) that are trusted besides Mozilla's: for servers with a
    /// private authority.
    ///
    /// # Errors
    /// A sentence that says why the client cannot be made.
    pub fn new(extra_roots: &[Vec<u8>]) -> Result<Self, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in extra_roots {
            roots.add(root.clone().into()).map_err(|error| error.to_string())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method = match request.method {
            HttpMethod::Get => reqwest::Method::GET,
            HttpMethod::Post => reqwest::Method::POST,
        };
        let mut builder = self.client.request(method, &request.url).body(request.body);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let response = builder.send().await.map_err(|error| classify(&error))?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = response.status().as_u16();
        let pieces = response.bytes_stream().map(|piece| match piece {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(error) => Err(classify(&error)),
        });
        Ok(HttpResponse { status, headers, body: Box::new(Pieces(pieces.boxed())) })
    }
}

impl Http for ReqwestHttp {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.exchange(request))
    }
}

struct Pieces(BoxStream<'static, Result<Vec<u8>, HttpError>>);

impl HttpBody for Pieces {
    fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>> {
        Box::pin(self.0.next())
    }
}

fn classify(error: &reqwest::Error) -> HttpError {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<rustls::Error>().is_some_and(is_about_time) {
            return HttpError::CertificateTime(inner.to_string());
        }
        words = inner.to_string();
        cause = beneath(inner);
    }
    if error.is_timeout() {
        HttpError::TimedOut
    } else if error.is_connect() || error.is_builder() {
        HttpError::Unreachable(words)
    } else {
        HttpError::Cut(words)
    }
}

/// The error inside an error. An `io::Error` names as its source what is inside the error that it carries, and so hides
/// that one.
fn beneath<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(carried) => Some(carried),
        None => error.source(),
    }
}

fn is_about_time(error: &rustls::Error) -> bool {
    use rustls::CertificateError as C;
    let rustls::Error::InvalidCertificate(fault) = error else { return false };
    matches!(fault, C::Expired | C::NotValidYet | C::ExpiredContext { .. } | C::NotValidYetContext { .. })
}
