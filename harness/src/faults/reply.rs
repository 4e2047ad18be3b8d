//! Replies: the server's, whole or cut, and forged ones.

use std::io;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use tokio::sync::Notify;

use crate::http_client::Reply;
use crate::server_time::http_date;

/// A body that may break.
pub(super) type ReplyBody = UnsyncBoxBody<Bytes, io::Error>;

/// The server's reply as it came.
pub(super) fn whole(reply: Reply) -> Response<ReplyBody> {
    let body = full(reply.body.clone());
    with_head(reply, body)
}

/// The first lines of the server's reply, and then a broken connection.
pub(super) fn cut_after_lines(reply: Reply, lines: usize, flushed: Arc<Notify>) -> Response<ReplyBody> {
    let end = reply.body.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(lines.saturating_sub(1));
    let end = if lines == 0 { 0 } else { end.map_or(reply.body.len(), |(position, _)| position + 1) };
    cut_after_bytes(reply, end, flushed)
}

/// The first bytes of the body of the server's reply, and then a broken connection.
pub(super) fn cut_after_bytes(reply: Reply, bytes: usize, flushed: Arc<Notify>) -> Response<ReplyBody> {
    let kept = reply.body.slice(..bytes.min(reply.body.len()));
    let frames = stream::iter([Ok(Frame::data(kept))]).chain(stream::once(async move {
        // hyper sends what it has when the body makes it wait, and throws it away when the body fails. So: wait until it
        // has been sent.
        flushed.notified().await;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut on command"))
    }));
    with_head(reply, StreamBody::new(frames).boxed_unsync())
}

/// A status that the server never said.
pub(super) fn status(
    code: u16,
    retry_after_s: Option<i64>,
    retry_after_date_ms: Option<i64>,
    now_ms: i64,
) -> Response<ReplyBody> {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = forged(status, "text/plain", "forged on command\n", now_ms);
    let after = retry_after_s.map(|seconds| seconds.to_string()).or(retry_after_date_ms.map(http_date));
    if let Some(after) = after {
        put(&mut response, header::RETRY_AFTER, &after);
    }
    response
}

/// What a proxy shows when the server behind it does not answer.
pub(super) fn error_page(code: u16, now_ms: i64) -> Response<ReplyBody> {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = "<html><head><title>Bad Gateway</title></head><body><h1>The server did not answer</h1></body></html>";
    forged(status, "text/html", page, now_ms)
}

/// What a captive portal shows instead of the server.
pub(super) fn portal_page(now_ms: i64) -> Response<ReplyBody> {
    let page = "<!doctype html><title>Welcome</title><h1>Please log in to this Wi-Fi</h1>";
    forged(StatusCode::OK, "text/html; charset=utf-8", page, now_ms)
}

/// Where a captive portal sends everybody. `.invalid` never exists (RFC 6761).
pub(super) fn portal_redirect(now_ms: i64) -> Response<ReplyBody> {
    let mut response = forged(StatusCode::FOUND, "text/html; charset=utf-8", "", now_ms);
    put(&mut response, header::LOCATION, "http://portal.invalid/login");
    response
}

fn forged(status: StatusCode, content_type: &str, text: &'static str, now_ms: i64) -> Response<ReplyBody> {
    let mut response = Response::new(full(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    put(&mut response, header::CONTENT_TYPE, content_type);
    put(&mut response, header::DATE, &http_date(now_ms));
    response
}

fn with_head(reply: Reply, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    // These belong to the server's connection; hyper writes its own for this one.
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        response.headers_mut().remove(name);
    }
    response
}

fn full(bytes: Bytes) -> ReplyBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn put(response: &mut Response<ReplyBody>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
