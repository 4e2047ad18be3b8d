//! A reply of one JSON document a line, read as it comes and bounded in every direction (pitfall 13).

use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::gzip::Inflater;
use super::http::HttpResponse;
use crate::wire::{MAX_JSON_DEPTH, MAX_LINE_BYTES, MAX_REPLY_BYTES};

/// Reads lines from a response's body.
pub(super) struct Lines {
    response: HttpResponse,
    inflater: Option<Inflater>,
    buffer: Vec<u8>,
    /// Where in the buffer the search for a line end goes on.
    searched: usize,
    total: usize,
    ended: bool,
}

impl Lines {
    pub(super) fn new(response: HttpResponse) -> Self {
        let packed = response.header("content-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        Self { response, inflater: packed.then(Inflater::new), buffer: Vec::new(), searched: 0, total: 0, ended: false }
    }

    /// The next document; `None` at the end. A last line without an end was cut and does not count.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        loop {
            if let Some(end) = self.buffer[self.searched..].iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=self.searched + end).collect();
                self.searched = 0;
                let line = line.trim_ascii();
                if line.is_empty() {
                    continue;
                }
                return parse(line).map(Some);
            }
            self.searched = self.buffer.len();
            if self.buffer.len() > MAX_LINE_BYTES {
                return Err(Failure::unreadable("a line of the reply is too long"));
            }
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
            Some(Ok(piece)) => {
                let piece = match &mut self.inflater {
                    Some(inflater) => inflater.push(&piece).map_err(|error| Failure::unreadable(error.to_string()))?,
                    None => piece,
                };
                self.total += piece.len();
                if self.total > MAX_REPLY_BYTES {
                    return Err(Failure::unreadable("the reply is too large"));
                }
                self.buffer.extend_from_slice(&piece);
            }
        }
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
    use super::depth;

    #[test]
    fn brackets_in_strings_do_not_count() {
        for (json, expected) in
            [("[]", 1), (r#"{"a":[[1]]}"#, 3), (r#"{"a":"[[[\"[["}"#, 1), ("1", 0), (r#"["\\",[]]"#, 2)]
        {
            assert_eq!(depth(json.as_bytes()), expected, "{json}");
        }
    }
}
