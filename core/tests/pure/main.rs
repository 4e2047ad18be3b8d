//! Tables and properties of the rooms that decide without doing: schema, value, merge, schedule, state.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::type_complexity,
    reason = "tests"
)]

mod merge;
mod schedule_model;
mod schedule_table;
mod schema;
mod state;
mod value;
