//! The behaviours of `docs/behaviours.md`: one test a number, with the engine's
//! own threads, real time and real processes. What they wait for is an event, never a length of time.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "real time and files: the test plays the app and the system around it")]

mod calls;
mod giving_up;
mod listing;
mod models;
mod opening;
mod outbox;
mod phone;
mod reviewing;
mod saving;
mod stage;
mod watching;
mod words;
