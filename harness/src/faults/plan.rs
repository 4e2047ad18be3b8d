//! What the proxy does to the next requests, as told by commands.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

/// Stands for every path in a plan.
const ANY_PATH: &str = "*";

/// One command, `{"do": "...", ...}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Command {
    /// Let everything through at full speed, and forget planned acts. What was kept stays kept.
    Pass {},
    /// No network: close every connection at once.
    Refuse {},
    /// Do this to the next requests of a path, or of `*`, any; acts of one path queue up and come before those of any.
    Next {
        path: String,
        act: Act,
        #[serde(default = "once")]
        times: u32,
    },
    /// Hold every request so long before anything else happens to it; 0 ends it.
    Delay { ms: u64 },
    /// All connections together pass so many bytes a second, both ways counted; null ends it.
    Throttle { bytes_per_s: Option<u32> },
    /// Send what was kept to the server, in the order in which it came; the network had it all the time. In virtual time
    /// `at_ms` is when that is.
    Repeat {
        #[serde(default)]
        at_ms: Option<i64>,
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
    /// The server gets half of it and then a broken connection; so does the client.
    CutInsideRequest,
    /// The server answers; the client gets so many lines and then a broken connection.
    CutAfterLines(usize),
    /// The same by bytes, so that a line may break in the middle.
    CutAfterBytes(usize),
    /// It passes later than it came, milliseconds.
    Delay(u64),
    /// An answer that is not the server's.
    Status {
        code: u16,
        #[serde(default)]
        retry_after_s: Option<i64>,
        #[serde(default)]
        retry_after_date_ms: Option<i64>,
    },
    /// The page of a proxy whose server does not answer, such as 502 or 504.
    ErrorPage(u16),
    /// A captive portal's page, with status 200.
    Html,
    /// A captive portal's redirect.
    Redirect,
    /// The server gets it twice, one after the other; the client gets the second reply.
    Duplicate,
    /// It passes, and the network keeps a copy for `repeat`.
    Keep,
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
    delay_ms: u64,
    planned: BTreeMap<String, VecDeque<(Act, u32)>>,
    seen: BTreeMap<String, u64>,
}

impl Plan {
    /// From now on everything passes.
    pub(super) fn clear(&self) {
        let mut state = self.lock();
        let seen = std::mem::take(&mut state.seen);
        *state = State { seen, ..State::default() };
    }

    /// From now on nothing does.
    pub(super) fn refuse(&self) {
        self.lock().refuses = true;
    }

    /// Plans an act.
    pub(super) fn add(&self, path: String, act: Act, times: u32) {
        if times > 0 {
            self.lock().planned.entry(path).or_default().push_back((act, times));
        }
    }

    /// Sets how long requests are held.
    pub(super) fn set_delay_ms(&self, delay_ms: u64) {
        self.lock().delay_ms = delay_ms;
    }

    /// How long requests are held.
    pub(super) fn delay_ms(&self) -> u64 {
        self.lock().delay_ms
    }

    /// How many requests of each path were seen.
    pub(super) fn seen(&self) -> BTreeMap<String, u64> {
        self.lock().seen.clone()
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
        for name in [path, ANY_PATH] {
            let Some(queue) = state.planned.get_mut(name) else { continue };
            let Some((act, times)) = queue.front_mut() else { continue };
            let act = act.clone();
            *times -= 1;
            if *times == 0 {
                queue.pop_front();
            }
            return Fate::Do(act);
        }
        Fate::Pass
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn once() -> u32 {
    1
}
