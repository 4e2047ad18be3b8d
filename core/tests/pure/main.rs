//! Tables and properties of the rooms that decide without doing: schema, value, merge, schedule, state.
#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod merge;
mod schedule_model;
mod schedule_table;
mod schema;
mod state;
mod value;
