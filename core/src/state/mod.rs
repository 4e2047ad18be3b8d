//! From stored facts to the one sentence a person reads (requirements E1, E2, E4). Pure; never stored, so never stale.

mod catalogue;
mod sentence;
mod sync_state;
mod time_words;

pub use catalogue::{Catalogue, CatalogueError};
pub use sentence::{ReaderLocale, Sentence, sentence, sentence_with, sentences};
pub use sync_state::{Severity, SyncFact, SyncScope, SyncState};
