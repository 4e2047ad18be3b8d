//! The pure part: words, schemas, tokens of forms. No object is needed for it.

use fieldkeep::OpenError;
use fieldkeep::clock::{SystemClock, new_uuid};
use fieldkeep::schema::Schema;
use fieldkeep::state::{ReaderLocale, Sentence, SyncState, sentence, sentences};
use fieldkeep::value::FormToken;

/// One plain and true sentence for a state. `now_ms` is corrected device time (`FieldkeepCore.now_ms`); render again at
/// `changes_at_ms`.
#[uniffi::export]
#[must_use]
pub fn sentence_of(state: &SyncState, now_ms: i64, locale: &ReaderLocale) -> Sentence {
    sentence(state, now_ms, locale)
}

/// The sentence of every part of a state, in their order; that of the headline is the first.
#[uniffi::export]
#[must_use]
pub fn sentences_of(state: &SyncState, now_ms: i64, locale: &ReaderLocale) -> Vec<Sentence> {
    sentences(state, now_ms, locale)
}

/// A token for a form that opens now. Saved twice with the same token, the form is one operation.
#[uniffi::export]
#[must_use]
pub fn new_form_token() -> FormToken {
    FormToken(new_uuid(&SystemClock::new()))
}

/// Reads a schema without opening anything; says its version.
///
/// # Errors
/// [`OpenError::SetUp`] with place and reason.
#[uniffi::export]
pub fn check_schema(json: &str) -> Result<i64, OpenError> {
    read_schema(json).map(|schema| schema.version)
}

pub(crate) fn read_schema(json: &str) -> Result<Schema, OpenError> {
    Schema::from_json(json).map_err(|error| OpenError::SetUp { words: error.to_string() })
}
