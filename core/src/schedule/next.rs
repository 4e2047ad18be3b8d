//! What the fast lane does next.

use serde::{Deserialize, Serialize};

use super::limits::PUSHES_BEFORE_NEWS;
use crate::mutants::{self, Mutant};

/// Why the lane as a whole waits. Stored beside its due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum LaneReason {
    /// The server could not be reached.
    Unreachable,
    /// The server answered that it cannot now (5xx, time-out).
    ServerTrouble,
    /// The server asked for patience (429, `Retry-After`).
    ServerBusy,
    /// What came back was no answer of our protocol.
    Unreadable,
    /// A network that wants a log-in of its own answered instead.
    Portal,
    /// The device's clock is so wrong that no secure connection can be made.
    ClockWrong,
    /// The token was refused, and a fresh one too.
    SignIn,
    /// The token belongs to somebody else than this database.
    WrongUser,
    /// The server takes nothing from this version of the app any more.
    AppTooOld,
    /// A connection has just come back; a short random pause keeps phones apart.
    Regained,
}

impl LaneReason {
    /// Whether a person is told when it goes on; else what has to happen first.
    #[must_use]
    pub fn names_a_time(self) -> bool {
        match self {
            Self::Unreachable | Self::ServerTrouble | Self::Unreadable | Self::ServerBusy | Self::Regained => true,
            Self::Portal | Self::ClockWrong | Self::SignIn | Self::WrongUser | Self::AppTooOld => false,
        }
    }
}

/// When the engine wants to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// At once: there is more to do.
    Now,
    /// In so many milliseconds.
    In(i64),
    /// Only when something happens: an edit, a change of conditions, a request.
    Idle,
}

impl Wake {
    /// Milliseconds from now; none when only an event brings work.
    #[must_use]
    pub fn in_ms(self) -> Option<i64> {
        match self {
            Self::Now => Some(0),
            Self::In(ms) => Some(ms),
            Self::Idle => None,
        }
    }
}

/// What the lane knows when it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneFacts {
    /// The host reports a network.
    pub online: bool,
    /// Sign-in was refused and nothing has changed since.
    pub signed_out: bool,
    /// Milliseconds until the lane may try again.
    pub wait_left_ms: i64,
    /// The server named that time, so that nothing passes it.
    pub server_floor: bool,
    /// A person pressed "Sync now".
    pub forced: bool,
    /// `hello` has been answered since the engine started, resumed or came back online.
    pub session: bool,
    /// A shipment can be sent or resent, a change sealed, or a resolution reported.
    pub to_send: bool,
    /// Something was sent so long ago without an answer that the server may have forgotten it: it is looked up, after the
    /// news, before anything is sent (pitfall P5).
    pub in_doubt: bool,
    /// Somebody wants to know what changed on the server.
    pub to_pull: bool,
    /// Pushes since the last page of news.
    pub pushes_in_row: usize,
    /// A full refresh left records unseen: the server is asked what became of them.
    pub unseen: bool,
    /// Milliseconds until something that waits on its own becomes due, if anything does.
    pub next_due_ms: Option<i64>,
}

/// The next move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open the session.
    Hello,
    /// Ask what became of shipments in doubt.
    LookUp,
    /// Seal and send.
    Push,
    /// Fetch the next page.
    Pull,
    /// Ask about what a full refresh has not shown.
    Verify,
    /// Nothing now.
    Wait(Wake),
}

/// Decides. No request is made and no timer is set when there is nothing to do (requirement G3).
#[must_use]
pub fn next_action(facts: &LaneFacts) -> Action {
    let wanted = facts.to_send || facts.to_pull || facts.in_doubt || facts.unseen;
    if !facts.online || facts.signed_out {
        return Action::Wait(Wake::Idle);
    }
    if !wanted {
        return Action::Wait(facts.next_due_ms.map_or(Wake::Idle, Wake::In));
    }
    let passes = facts.forced && (!facts.server_floor || mutants::is(Mutant::FloorPassed));
    if facts.wait_left_ms > 0 && !passes {
        return Action::Wait(Wake::In(facts.wait_left_ms));
    }
    match facts {
        LaneFacts { session: false, .. } => Action::Hello,
        LaneFacts { in_doubt: true, to_pull: true, .. } => Action::Pull,
        LaneFacts { in_doubt: true, .. } => Action::LookUp,
        LaneFacts { to_send: true, to_pull: true, pushes_in_row: PUSHES_BEFORE_NEWS.., .. } => Action::Pull,
        LaneFacts { to_send: true, .. } => Action::Push,
        LaneFacts { to_pull: true, .. } => Action::Pull,
        _ => Action::Verify,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: LaneFacts = LaneFacts {
        online: true,
        signed_out: false,
        wait_left_ms: 0,
        server_floor: false,
        forced: false,
        session: true,
        to_send: false,
        in_doubt: false,
        to_pull: false,
        pushes_in_row: 0,
        unseen: false,
        next_due_ms: None,
    };

    #[test]
    fn decides_by_the_facts_alone() {
        let send = LaneFacts { to_send: true, ..IDLE };
        for (facts, expected, what) in [
            (IDLE, Action::Wait(Wake::Idle), "nothing to do: no request, no timer (G3)"),
            (send, Action::Push, "work goes out at once"),
            (LaneFacts { to_pull: true, ..send }, Action::Push, "edits before news"),
            (
                LaneFacts { to_pull: true, pushes_in_row: PUSHES_BEFORE_NEWS, ..send },
                Action::Pull,
                "who never stops editing still hears of the office",
            ),
            (LaneFacts { pushes_in_row: 99, ..send }, Action::Push, "where there is something to hear"),
            (LaneFacts { to_pull: true, ..IDLE }, Action::Pull, "news"),
            (LaneFacts { unseen: true, ..IDLE }, Action::Verify, "what the news did not show"),
            (LaneFacts { unseen: true, to_pull: true, ..IDLE }, Action::Pull, "all pages first"),
            (LaneFacts { unseen: true, ..send }, Action::Push, "edits before all that"),
            (LaneFacts { in_doubt: true, ..send }, Action::LookUp, "a doubt is cleared before anything is sent"),
            (LaneFacts { in_doubt: true, to_pull: true, ..send }, Action::Pull, "news first, then the doubt"),
            (LaneFacts { session: false, ..send }, Action::Hello, "a session opens with hello"),
            (LaneFacts { online: false, ..send }, Action::Wait(Wake::Idle), "no network: the host will say"),
            (LaneFacts { signed_out: true, ..send }, Action::Wait(Wake::Idle), "sign in first"),
            (LaneFacts { wait_left_ms: 5, ..send }, Action::Wait(Wake::In(5)), "backoff"),
            (LaneFacts { wait_left_ms: 5, forced: true, ..send }, Action::Push, "sync now passes our backoff"),
            (
                LaneFacts { wait_left_ms: 5, forced: true, server_floor: true, ..send },
                Action::Wait(Wake::In(5)),
                "and never the server's",
            ),
            (LaneFacts { next_due_ms: Some(9), ..IDLE }, Action::Wait(Wake::In(9)), "something is due later"),
        ] {
            assert_eq!(next_action(&facts), expected, "{what}");
        }
    }
}
