//! The server as the engine sees it. Below the native protocol lies one seam, [`Http`]: reqwest in production, a router
//! in process in the simulator, so that protocol code, retry classes and parsing are the real ones everywhere.

mod failure;
mod gzip;
mod http;
mod lines;
mod native;
mod reqwest_http;
mod retry_after;
mod token;

pub(crate) use failure::Failure;
pub use http::{Http, HttpBody, HttpError, HttpFuture, HttpMethod, HttpRequest, HttpResponse};
pub(crate) use native::{Greeting, NativeRemote, PushOutcome, check_address};
pub use reqwest_http::ReqwestHttp;
pub use token::{AccessToken, TokenFuture, TokenProvider};
