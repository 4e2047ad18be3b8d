//! Tables and properties of the rooms that decide without doing: schema, value, merge, schedule, state.
#![allow(missing_docs, reason = "tests")]

mod merge;
mod schedule_model;
mod schedule_table;
mod schema;
mod state;
mod value;
