//! What the proxy does to the next requests, as told by commands.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::command_lines::Failure;

/// One command, `{"do": "...", ...}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    /// Let everything through, and forget planned acts.
    Pass {},
    /// No network: close every connection at once.
    Refuse {},
    /// Do this to the next requests of a path; acts of one path queue up.
    Next {
        path: String,
        act: Act,
        #[serde(default = "once")]
        times: u32,
    },
    /// How many requests of each path were seen.
    Count {},
}

/// What happens to one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Act {
    /// The server works on it and answers; the client hears nothing.
    DropReply,
    /// The server never sees it; the client hears nothing.
    CutBefore,
    /// The server answers; the client gets so many lines and then a broken connection.
    CutAfterLines(usize),
    /// An answer that is not the server's.
    Status {
        code: u16,
        #[serde(default)]
        retry_after_s: Option<i64>,
        #[serde(default)]
        retry_after_date_ms: Option<i64>,
    },
    /// A captive portal's page, with status 200.
    Html,
    /// A captive portal's redirect.
    Redirect,
    /// The server gets it twice, one after the other; the client gets the second reply.
    Duplicate,
}

/// What a connection is to do with a request.
pub(super) enum Fate {
    Pass,
    Refuse,
    Do(Act),
}

/// The present plan.
#[derive(Default)]
pub(super) struct Plan(Mutex<State>);

#[derive(Default)]
struct State {
    refuses: bool,
    planned: BTreeMap<String, VecDeque<(Act, u32)>>,
    seen: BTreeMap<String, u64>,
}

impl Plan {
    /// Carries out one command.
    pub(super) fn take(&self, command: Value) -> Result<Value, Failure> {
        let command: Command =
            serde_json::from_value(command).map_err(|error| Failure::bad_input(error.to_string()))?;
        let mut state = self.lock();
        match command {
            Command::Pass {} => {
                state.refuses = false;
                state.planned.clear();
            }
            Command::Refuse {} => state.refuses = true,
            Command::Next { path, act, times } => state.planned.entry(path).or_default().push_back((act, times)),
            Command::Count {} => return Ok(json!({ "requests": state.seen })),
        }
        Ok(json!({}))
    }

    /// Whether connections are closed as they come.
    pub(super) fn refuses(&self) -> bool {
        self.lock().refuses
    }

    /// Counts a request and says what happens to it.
    pub(super) fn next(&self, path: &str) -> Fate {
        let mut state = self.lock();
        if state.refuses {
            return Fate::Refuse;
        }
        *state.seen.entry(path.to_owned()).or_default() += 1;
        let Some(queue) = state.planned.get_mut(path) else { return Fate::Pass };
        let Some((act, times)) = queue.front_mut() else { return Fate::Pass };
        let act = act.clone();
        *times = times.saturating_sub(1);
        if *times == 0 {
            queue.pop_front();
        }
        Fate::Do(act)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn once() -> u32 {
    1
}
