//! Who meant what, and what became of it: a model of its own, made from what people typed and saw, what went over the wire
//! and what the server's book says. It never looks into the product's tables.

mod book;
mod counts;
mod finale;
mod glance;
mod history;
mod intents;
mod keeping;
mod persons;
mod questions;
mod screens;
mod wire;
mod words;

pub(crate) use finale::{all_ended, lists_are_right, same_as_server, says_synced};
pub(crate) use glance::Glance;
pub(crate) use history::History;
pub(crate) use intents::{Commit, Intents, Known, Meant};
pub(crate) use keeping::{nothing_is_lost, waits};
pub(crate) use persons::Ended;
pub(crate) use questions::questions_have_a_ground;
pub(crate) use screens::screens_are_up_to_date;
pub(crate) use wire::Wire;
pub(crate) use words::{Truth, words_are_true};

/// What must not be, in one sentence, or why it cannot be told.
pub(crate) type Verdict = Result<(), String>;
