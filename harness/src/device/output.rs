//! Replies and events share one output: whole lines, never mixed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// Where lines go.
pub(super) struct LineOutput(Mutex<Box<dyn Write + Send>>);

impl LineOutput {
    pub(super) fn new(output: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(output)))
    }

    /// Writes one line. A reader that has gone away is noticed by the next reply.
    pub(super) fn line(&self, value: &Value) {
        let _ = self.write_line(value.to_string().as_bytes());
    }

    fn write_line(&self, line: &[u8]) -> io::Result<()> {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(line)?;
        output.write_all(b"\n")?;
        output.flush()
    }

    /// A writer that hands on whole lines.
    pub(super) fn writer(self: &Arc<Self>) -> LineWriter {
        LineWriter { output: Arc::clone(self), pending: Vec::new() }
    }
}

/// Collects until a line is whole.
pub(super) struct LineWriter {
    output: Arc<LineOutput>,
    pending: Vec<u8>,
}

impl Write for LineWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Formatting hands a reply over in thousands of pieces: each is looked at once.
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            self.pending.extend_from_slice(&rest[..end]);
            self.output.write_line(&std::mem::take(&mut self.pending))?;
            rest = &rest[end + 1..];
        }
        self.pending.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
