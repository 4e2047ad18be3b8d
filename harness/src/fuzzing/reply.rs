//! A server's reply made of an input: a head of four signs and a line's end, and the body behind it.

use std::collections::VecDeque;
use std::io::Write;

use fieldkeep::remote::{HttpBody, HttpError, HttpFuture, HttpResponse};
use fieldkeep::wire::{JSON, NDJSON};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Bytes of the head: status, coding, size of the pieces, content type, and a line's end for people.
pub(super) const HEAD: usize = 5;

/// Statuses, the usual one most often.
const STATUSES: [u16; 16] = [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 401, 410, 429, 503, 400, 302];
/// Sizes of the pieces in which a body arrives; 0 is whole.
const PIECES: [usize; 8] = [0, 0, 0, 0, 1, 7, 100, 4096];

/// A reply before it is sent.
pub(super) struct Reply<'a> {
    head: [u8; HEAD],
    body: &'a [u8],
}

impl<'a> Reply<'a> {
    /// Any bytes are a reply: what is missing of the head is that of a good one.
    pub(super) fn read(input: &'a [u8]) -> Self {
        let (given, body) = input.split_at(input.len().min(HEAD));
        let mut head = [b'0'; HEAD];
        head[..given.len()].copy_from_slice(given);
        Self { head, body }
    }

    /// The body, with names not filled in yet.
    pub(super) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The response with this body, of a path whose replies have that type.
    pub(super) fn response(&self, path: &str, body: Vec<u8>) -> HttpResponse {
        let [status, coding, pieces, kind, _] = self.head.map(|sign| usize::from(sign.wrapping_sub(b'0')));
        let expected = if path == "/v1/hello" { JSON } else { NDJSON };
        let kind = match kind % 8 {
            5 => "text/html",
            6 => "application/problem+json",
            7 => "",
            _ => expected,
        };
        let mut headers = vec![("content-type".to_owned(), kind.to_owned())];
        headers.extend(retry_after(coding));
        let body = match coding % 4 {
            1 => {
                headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
                pack(&body)
            }
            // Said to be packed, and whatever it is.
            2 if coding > 4 => {
                headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
                body
            }
            _ => body,
        };
        let size = PIECES[pieces % PIECES.len()];
        let size = if size == 0 { body.len().max(1) } else { size };
        let mut parts: VecDeque<_> = body.chunks(size).map(|piece| Ok(piece.to_vec())).collect();
        if pieces >= 64 {
            parts.push_back(Err(HttpError::Cut("the input says so".to_owned())));
        }
        HttpResponse { status: STATUSES[status % STATUSES.len()], headers, body: Box::new(Pieces(parts)) }
    }
}

fn retry_after(sign: usize) -> Option<(String, String)> {
    let value = match sign / 4 % 8 {
        4 => "7",
        5 => "9223372036854775807",
        6 => "Fri, 31 Dec 9999 23:59:59 GMT",
        7 => "-1",
        _ => return None,
    };
    Some(("retry-after".to_owned(), value.to_owned()))
}

/// With gzip.
pub(super) fn pack(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// A response that is right.
pub(super) fn good(path: &str, body: String) -> HttpResponse {
    Reply::read(b"0000\n").response(path, body.into_bytes())
}

struct Pieces(VecDeque<Result<Vec<u8>, HttpError>>);

impl HttpBody for Pieces {
    fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>> {
        let next = self.0.pop_front();
        Box::pin(async { next })
    }
}
