//! Typed values with one exact form each, so that "equal" means equal (pitfall P7).
//!
//! A [`Value`] is what an app hands in and gets back. Inside, each value is a [`Canonical`]: the JSON text of its only
//! accepted form. Two values are equal exactly when their canonical texts are, and an absent value is null.

mod canonical;
mod decimal;
mod fields;
mod id;
mod limits;
mod phone;
mod read;
mod typed;

pub use canonical::Canonical;
pub use fields::FieldMap;
pub use id::{FormToken, RecordId, ReviewId};
pub use limits::*;
pub(crate) use read::is_plainly_canonical;
pub use read::{ValueProblem, canonical_of, canonical_of_json, value_of, value_of_json};
pub use typed::{FieldKind, Value};
