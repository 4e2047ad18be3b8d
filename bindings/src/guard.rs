//! No panic crosses into the host: it becomes an error, and the engine goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fieldkeep::KeepError;

/// Runs a call. The store rolls back what a defect interrupts, so the object behind it stays sound.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, KeepError>) -> Result<T, KeepError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(KeepError::Internal { words: "a call failed by a defect of Fieldkeep; it goes on".to_owned() })
    })
}
