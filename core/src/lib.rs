//! Fieldkeep keeps a field app's work on the phone, sends it once, and says truly where it is.
//!
//! [`Fieldkeep`] is the public face. A record is read with a [`SeenStamp`]; edits hand the stamp back, so that nothing is
//! overwritten that the person has not seen. [`state::sentence`] turns a [`state::SyncState`] into the one sentence to
//! show.

#[cfg(feature = "ffi")]
uniffi::setup_scaffolding!();

pub mod clock;
mod engine;
mod error;
mod keep;
mod ledger;
pub mod merge;
#[doc(hidden)]
pub mod mutants;
mod opening;
mod polled;
pub mod remote;
pub mod schedule;
pub mod schema;
pub mod state;
pub mod store;
pub mod value;
pub mod wire;

pub use engine::{
    Listener, SliceReport, Subscription, SyncAnswer, SyncItem, SyncOutcome, SyncReport, Update, WatchTarget,
};
pub use error::{KeepError, OpenError};
pub use keep::{Draft, Fieldkeep, OpenOptions};
pub use ledger::{
    CommitOptions, DiscardPlan, Edit, HistoryEntry, OutboxItem, PlannedDiscard, PlannedQuestion, Receipt, Record,
    RecordPage, RecordStatus, Resolve, Review, ReviewKind, SeenStamp, WhyWaiting,
};
pub use polled::PolledStep;
pub use store::query::{Comparison, Filter, MAX_PAGE, Query, Sort};

/// The example of the README is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
