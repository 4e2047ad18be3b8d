//! What Kotlin and Swift call: one object, its subscriptions, and the two traits that a host implements. No decision is
//! made here; data types cross over from `fieldkeep` itself (feature `ffi`), so nothing is declared twice.
//!
//! Every call blocks its thread for as long as it takes. The packages for Kotlin and Swift move it to the right one.

mod guard;
mod host;
mod keep;
mod words;

pub use host::{HostError, TokenSource, UpdateListener};
pub use keep::{FieldkeepCore, OpenConfig, Watching};
pub use words::{check_schema, new_form_token, sentence_of, sentences_of};

uniffi::setup_scaffolding!();
