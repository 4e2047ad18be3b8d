//! Programs that are driven by lines: one JSON command in, one JSON reply out, in order, each flushed. Bad input is
//! answered and survived.

use std::io::{self, BufRead, Read, Write};

use serde_json::{Map, Value, json};

/// Most bytes of one command (4 MiB): a few long texts; more is a mistake.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A word that a script can match.
    pub kind: &'static str,
    /// A sentence for people.
    pub message: String,
    /// More for a script: the members of an object are added to the error.
    pub detail: Map<String, Value>,
}

impl Failure {
    /// A failure of that kind.
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), detail: Map::new() }
    }

    /// Adds a fact for scripts.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.detail.insert(name.to_owned(), value);
        self
    }

    /// The input was no command.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new("bad_input", message)
    }
}

/// Answers each line of `input` on `output` until the input ends. Replies are `{"ok":true,"result":...}` or
/// `{"ok":false,"error":{"kind","message"}}`; a command's `tag` comes back with its reply, and the command that
/// `handle` sees has none. Empty lines are skipped.
///
/// # Errors
/// When input or output fail.
pub fn serve(
    mut input: impl BufRead,
    mut output: impl Write,
    mut handle: impl FnMut(Value) -> Result<Value, Failure>,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let whole = line.ends_with(b"\n") || line.len() < usize::try_from(MAX_LINE_BYTES).unwrap_or(usize::MAX);
        if !whole {
            input.skip_until(b'\n')?;
        } else if line.trim_ascii().is_empty() {
            continue;
        }
        let reply = if whole { answer(&line, &mut handle) } else { too_long() };
        writeln!(output, "{reply}")?;
        output.flush()?;
    }
}

fn answer(line: &[u8], handle: &mut impl FnMut(Value) -> Result<Value, Failure>) -> Value {
    let mut command = match serde_json::from_slice::<Map<String, Value>>(line) {
        Ok(command) => command,
        Err(error) => return reply(None, Err(Failure::bad_input(format!("not a JSON object: {error}")))),
    };
    let tag = command.remove("tag");
    reply(tag, handle(Value::Object(command)))
}

fn too_long() -> Value {
    reply(None, Err(Failure::bad_input(format!("a line has at most {MAX_LINE_BYTES} bytes"))))
}

fn reply(tag: Option<Value>, result: Result<Value, Failure>) -> Value {
    let mut reply = match result {
        Ok(result) => json!({ "ok": true, "result": result }),
        Err(failure) => {
            let mut error = failure.detail;
            error.insert("kind".to_owned(), json!(failure.kind));
            error.insert("message".to_owned(), json!(failure.message));
            json!({ "ok": false, "error": error })
        }
    };
    if let Some(tag) = tag {
        reply["tag"] = tag;
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::{Failure, serve};

    #[test]
    fn every_line_is_answered_in_order_and_bad_ones_are_survived() {
        let input = b"{\"do\":\"a\",\"tag\":7}\n\n[1]\nnonsense\n\xff\n{\"do\":\"no\"}".as_slice();
        let mut output = Vec::new();
        let handle = |command: serde_json::Value| match command["do"].as_str() {
            Some("a") => Ok(command),
            _ => Err(Failure::new("unknown", "no")),
        };
        serve(input, &mut output, handle).unwrap();
        let lines: Vec<serde_json::Value> =
            String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0], serde_json::json!({"ok": true, "result": {"do": "a"}, "tag": 7}));
        let kinds: Vec<_> = lines[1..].iter().map(|line| line["error"]["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["bad_input", "bad_input", "bad_input", "unknown"]);
    }
}
