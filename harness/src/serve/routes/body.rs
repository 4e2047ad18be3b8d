//! Bodies in and out: gzip, and caps on what is taken.

use std::io::{Read, Write};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::serve::limits::BODY_BYTES;
use crate::serve::problem::Problem;

/// The whole body of a request, decompressed, at most [`BODY_BYTES`].
pub(super) async fn read(request: Request) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    let coding = parts.headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").to_owned());
    let raw = Limited::new(body, BODY_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { oversized() } else { Problem::malformed("the body was cut") }
    })?;
    match coding.as_deref() {
        None | Some("identity") => Ok(raw.to_bytes()),
        Some("gzip") => inflate(&raw.to_bytes()),
        Some(_) => {
            let detail = "the body may be plain or gzip";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_coding", detail))
        }
    }
}

/// A request body that is one JSON object. serde would also read a struct from an array of its members.
pub(super) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::malformed("the body is not a JSON object"));
    }
    serde_json::from_slice(bytes).map_err(|error| Problem::malformed(format!("the body cannot be read: {error}")))
}

fn oversized() -> Problem {
    Problem::too_large(format!("a body has at most {BODY_BYTES} bytes"))
}

fn inflate(packed: &[u8]) -> Result<Bytes, Problem> {
    let limit = u64::try_from(BODY_BYTES).unwrap_or(u64::MAX);
    let mut plain = Vec::new();
    // One byte more than allowed tells a body that is too large from one that just fits.
    let read = GzDecoder::new(packed).take(limit.saturating_add(1)).read_to_end(&mut plain);
    read.map_err(|_| Problem::malformed("the body is not valid gzip"))?;
    if plain.len() > BODY_BYTES { Err(oversized()) } else { Ok(plain.into()) }
}

/// A reply of this type, gzipped when the client takes that.
pub(super) fn reply(asked: &HeaderMap, content_type: &'static str, text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(content_type))];
    if !takes_gzip(asked) {
        return (headers, text).into_response();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) => {
            let coding = [(header::CONTENT_ENCODING, "gzip"), (header::VARY, "accept-encoding")];
            (headers, coding, Body::from(packed)).into_response()
        }
        // Plain is always an answer.
        Err(_) => (headers, text).into_response(),
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let values = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(weight.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}
