//! Compression of bodies (requirement B11).

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder};

/// Below so many bytes compression costs more than it saves.
pub(super) const MIN_COMPRESSED_BYTES: usize = 512;

/// The body compressed; `None` where that fails or does not pay.
pub(super) fn compress(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < MIN_COMPRESSED_BYTES {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// Unpacks a body piece by piece.
pub(super) struct Inflater(GzDecoder<Vec<u8>>);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(GzDecoder::new(Vec::new()))
    }

    /// What this piece unpacks to.
    pub(super) fn push(&mut self, piece: &[u8]) -> std::io::Result<Vec<u8>> {
        self.0.write_all(piece)?;
        self.0.flush()?;
        Ok(std::mem::take(self.0.get_mut()))
    }
}
