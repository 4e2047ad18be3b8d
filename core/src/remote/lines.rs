//! A reply of one JSON document a line, read as it comes and bounded in every direction (pitfall 13).

use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::gzip::Inflater;
use super::http::HttpResponse;
use crate::wire::{MAX_JSON_DEPTH, MAX_LINE_BYTES, MAX_REPLY_BYTES};

/// Packed bytes unpacked in one go: a thousand times as many can come out, and no more than that is in memory before the
/// size is looked at.
const BITE_BYTES: usize = 4 * 1024;

/// Reads lines from a response's body.
pub(super) struct Lines {
    response: HttpResponse,
    inflater: Option<Inflater>,
    buffer: Vec<u8>,
    /// Where in the buffer the next line begins: what is before has been handed out, and goes when more comes.
    begins: usize,
    /// Where in the buffer the search for its end goes on.
    searched: usize,
    total: usize,
    ended: bool,
    /// Whether the rest of the present line belongs to one that is too long.
    skipping: bool,
    too_long: usize,
}

impl Lines {
    pub(super) fn new(response: HttpResponse) -> Self {
        let packed = response.header("content-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        Self {
            response,
            inflater: packed.then(Inflater::new),
            buffer: Vec::new(),
            begins: 0,
            searched: 0,
            total: 0,
            ended: false,
            skipping: false,
            too_long: 0,
        }
    }

    /// Lines left out so far because they were too long. The others count all the same: one record must not stop them.
    pub(super) fn too_long(&self) -> usize {
        self.too_long
    }

    /// The next document; `None` at the end. A last line without an end was cut and does not count.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        loop {
            if let Some(length) = self.buffer[self.searched..].iter().position(|&byte| byte == b'\n') {
                let (begins, end) = (self.begins, self.searched + length);
                (self.begins, self.searched) = (end + 1, end + 1);
                let line = &self.buffer[begins..end];
                if std::mem::take(&mut self.skipping) || line.len() > MAX_LINE_BYTES {
                    self.too_long += 1;
                    continue;
                }
                let line = line.trim_ascii();
                if line.is_empty() {
                    continue;
                }
                return parse(line).map(Some);
            }
            self.buffer.drain(..self.begins);
            self.begins = 0;
            if self.skipping || self.buffer.len() > MAX_LINE_BYTES {
                self.skipping = true;
                self.buffer.clear();
            }
            self.searched = self.buffer.len();
            if self.ended {
                return Ok(None);
            }
            self.fill().await?;
        }
    }

    /// The whole body as one document.
    pub(super) async fn document<T: DeserializeOwned>(mut self) -> Result<T, Failure> {
        while !self.ended {
            self.fill().await?;
        }
        parse(self.buffer.trim_ascii())
    }

    async fn fill(&mut self) -> Result<(), Failure> {
        match self.response.body.next().await {
            None => self.ended = true,
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(piece)) if self.inflater.is_none() => self.keep(&piece)?,
            Some(Ok(piece)) => {
                for bite in piece.chunks(BITE_BYTES) {
                    let Some(inflater) = &mut self.inflater else { break };
                    let unpacked = inflater.push(bite).map_err(|error| Failure::unreadable(error.to_string()))?;
                    self.keep(&unpacked)?;
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.total += bytes.len();
        if self.total > MAX_REPLY_BYTES {
            return Err(Failure::unreadable("the reply is too large"));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, Failure> {
    if depth(line) > MAX_JSON_DEPTH {
        return Err(Failure::unreadable("the reply is nested too deeply"));
    }
    let text = std::str::from_utf8(line).map_err(|_| Failure::unreadable("the reply is not UTF-8"))?;
    serde_json::from_str(text).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Deepest nesting of brackets outside of strings.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::Value as Json;

    use super::*;
    use crate::remote::http::{HttpBody, HttpError, HttpFuture};
    use crate::schedule::LaneReason;

    struct Pieces(VecDeque<Result<Vec<u8>, HttpError>>);

    impl HttpBody for Pieces {
        fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>> {
            let next = self.0.pop_front();
            Box::pin(async { next })
        }
    }

    fn reply(pieces: &[&[u8]], packed: bool, cut: bool) -> Lines {
        let mut body: VecDeque<_> = pieces.iter().map(|piece| Ok(piece.to_vec())).collect();
        if cut {
            body.push_back(Err(HttpError::Cut("here".to_owned())));
        }
        let headers = if packed { vec![("content-encoding".to_owned(), "gzip".to_owned())] } else { Vec::new() };
        Lines::new(HttpResponse { status: 200, headers, body: Box::new(Pieces(body)) })
    }

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// All lines up to the end, or to what ended it.
    fn read(mut lines: Lines) -> (Vec<Json>, Option<Failure>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut read = Vec::new();
            loop {
                match lines.next::<Json>().await {
                    Ok(Some(line)) => read.push(line),
                    Ok(None) => return (read, None),
                    Err(failure) => return (read, Some(failure)),
                }
            }
        })
    }

    fn words(failure: Option<Failure>) -> String {
        match failure {
            Some(Failure::Wait { reason: LaneReason::Unreadable, words, .. }) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        for (json, expected) in
            [("[]", 1), (r#"{"a":[[1]]}"#, 3), (r#"{"a":"[[[\"[["}"#, 1), ("1", 0), (r#"["\\",[]]"#, 2)]
        {
            assert_eq!(depth(json.as_bytes()), expected, "{json}");
        }
    }

    #[test]
    fn lines_come_whole_however_they_are_cut_into_pieces() {
        let text = "{\"a\":1}\n\n  [\"\u{e4}\"]\r\n3\n".as_bytes();
        let expected = vec![serde_json::json!({"a": 1}), serde_json::json!(["\u{e4}"]), serde_json::json!(3)];
        for size in 1..=text.len() {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            assert_eq!(read(reply(&pieces, false, false)), (expected.clone(), None), "pieces of {size}");
            let packed = pack(text);
            let pieces: Vec<&[u8]> = packed.chunks(size).collect();
            assert_eq!(read(reply(&pieces, true, false)), (expected.clone(), None), "packed, pieces of {size}");
        }
    }

    #[test]
    fn a_cut_last_line_does_not_count_and_the_whole_ones_do() {
        assert_eq!(read(reply(&[b"1\n2\n3"], false, false)), (vec![1.into(), 2.into()], None));
        let (lines, failure) = read(reply(&[b"1\n2", b"2\n3"], false, true));
        assert_eq!(lines, [Json::from(1), 22.into()]);
        assert!(matches!(failure, Some(Failure::Wait { reason: LaneReason::Unreachable, .. })), "{failure:?}");
    }

    #[test]
    fn what_is_no_line_of_ours_ends_the_reading() {
        let deep = format!("{}1{}\n", "[".repeat(MAX_JSON_DEPTH + 1), "]".repeat(MAX_JSON_DEPTH + 1));
        let fits = format!("{}1{}\n", "[".repeat(MAX_JSON_DEPTH), "]".repeat(MAX_JSON_DEPTH));
        assert_eq!(read(reply(&[fits.as_bytes()], false, false)).1, None);
        for (bytes, expected) in [
            (deep.as_bytes(), "too deeply"),
            (b"{\n".as_slice(), "EOF"),
            (b"\xff\xfe\n".as_slice(), "UTF-8"),
            (b"<html>\n".as_slice(), "expected value"),
        ] {
            let (lines, failure) = read(reply(&[b"1\n", bytes, b"2\n"], false, false));
            assert_eq!(lines, [Json::from(1)]);
            let words = words(failure);
            assert!(words.contains(expected), "{words}");
        }
        assert!(words(read(reply(&[b"not gzip at all"], true, false)).1).contains("gzip"));
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_others_count() {
        let line = |bytes: usize| format!("\"{}\"\n", "x".repeat(bytes - 2)).into_bytes();
        let (fits, long) = (line(MAX_LINE_BYTES), line(MAX_LINE_BYTES + 1));
        assert_eq!(read(reply(&[&fits], false, false)).0.len(), 1);
        let around: Vec<u8> = [b"1\n".as_slice(), &long, b"2\n"].concat();
        for size in [1000, MAX_LINE_BYTES, around.len()] {
            let pieces: Vec<&[u8]> = around.chunks(size).collect();
            assert_eq!(read(reply(&pieces, false, false)), (vec![1.into(), 2.into()], None), "pieces of {size}");
        }
        let endless = vec![b'x'; MAX_LINE_BYTES + 1];
        assert_eq!(read(reply(&[&endless], false, false)), (vec![], None));
    }

    #[test]
    fn what_is_left_out_is_counted_and_takes_no_room() {
        let long = vec![b'x'; MAX_LINE_BYTES];
        let mut lines = reply(&[b"1\n", &long, b"x", b"x", b"\n2\n"], false, false);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            assert_eq!(lines.next::<u8>().await.unwrap(), Some(1));
            assert_eq!(lines.next::<u8>().await.unwrap(), Some(2));
        });
        assert_eq!(lines.too_long(), 1);
        assert!(lines.buffer.len() < 10, "{}", lines.buffer.len());
    }

    #[test]
    fn a_reply_is_bounded_before_it_is_unpacked_whole() {
        let lines = "1\n".repeat(MAX_REPLY_BYTES / 2 + 1);
        let (read_so_far, failure) = read(reply(&[lines.as_bytes()], false, false));
        assert!(read_so_far.is_empty() && words(failure).contains("too large"));
        // 64 MiB in 64 KiB.
        let bomb = pack("1\n".repeat(32 * 1024 * 1024).as_bytes());
        let mut bombed = reply(&[&bomb], true, false);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let failure = runtime.block_on(bombed.fill()).unwrap_err();
        assert!(words(Some(failure)).contains("too large"));
        assert!(bombed.buffer.len() <= MAX_REPLY_BYTES && bombed.total < MAX_REPLY_BYTES + BITE_BYTES * 1100);
    }
}
