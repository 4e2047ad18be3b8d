//! The state of a record, a visit or the device: every fact that holds, the gravest first.

use serde::Serialize;

/// One thing that is true now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum SyncFact {
    /// The signed-in user is not the one whose work this is. Nothing is sent.
    WrongUser {
        /// Operations that wait.
        count: i64,
    },
    /// Somebody has to sign in.
    SignIn {
        /// Operations that wait.
        count: i64,
    },
    /// The server does not accept a value; a person corrects or gives it up.
    NotAccepted {
        /// The server's words, such as "Close date is required".
        message: String,
    },
    /// The record was archived or deleted on the server.
    Gone,
    /// The record that this one belongs to is gone.
    ParentGone,
    /// This user may not change the record any more.
    Forbidden,
    /// The record is locked, or somebody else owns it.
    Locked {
        /// By whom; empty when the server did not say.
        by: String,
    },
    /// Both sides changed these fields; a person chooses.
    NeedsReview {
        /// The fields' names for people.
        fields: Vec<String>,
        /// Who changed them, if it is one known person.
        by: String,
    },
    /// Part of what was saved together was given up; a person says whether the rest is sent.
    GroupParted,
    /// Something was sent long ago without an answer; a person checks whether it is still meant.
    Uncertain,
    /// The server takes this work from a newer version of the app only.
    UpdateApp {
        /// Operations that wait.
        count: i64,
    },
    /// The device's clock is so wrong that no secure connection can be made.
    ClockWrong {
        /// Operations that wait.
        count: i64,
    },
    /// The network wants a log-in of its own.
    Portal {
        /// Operations that wait.
        count: i64,
    },
    /// The last attempt failed.
    Failed {
        /// Operations that wait.
        count: i64,
        /// When the next attempt is made, corrected device time, milliseconds.
        next_at_ms: i64,
    },
    /// The server asked for patience.
    ServerBusy {
        /// Operations that wait.
        count: i64,
        /// When the next attempt is made, corrected device time, milliseconds.
        next_at_ms: i64,
    },
    /// Others keep changing the record.
    OthersKeepChanging {
        /// Operations that wait.
        count: i64,
        /// When the next attempt is made, corrected device time, milliseconds.
        next_at_ms: i64,
    },
    /// A person has paused it; it goes out when somebody takes it up again.
    Paused {
        /// Operations that wait.
        count: i64,
    },
    /// Another record has to be sent first.
    Behind {
        /// Operations that wait.
        count: i64,
        /// That record, in words.
        what: String,
    },
    /// There is no connection.
    Offline {
        /// Operations that wait.
        count: i64,
    },
    /// It goes out at a known time.
    NextSync {
        /// Operations that wait.
        count: i64,
        /// Corrected device time, milliseconds.
        next_at_ms: i64,
    },
    /// It is on its way.
    Sending {
        /// Operations on their way.
        count: i64,
    },
    /// It is kept here; it goes out at the next step, or right after what it follows.
    Saved {
        /// Operations that wait.
        count: i64,
    },
    /// An archive waits with the rest.
    WillBeArchived,
    /// The server has the change; what else changed there is being fetched.
    Refreshing,
    /// The server takes no new work from this version of the app; what waits goes out.
    AppOutdated,
    /// This version of the app is newer than what the server knows.
    AppNewer,
    /// The device's clock is off; times are corrected.
    ClockOff {
        /// Server time minus device time, milliseconds: the clock is slow when it is positive.
        by_ms: i64,
    },
    /// The last download did not reach its end.
    NotAllLoaded {
        /// When one last did, corrected device time, milliseconds; none when none ever has.
        as_of_ms: Option<i64>,
    },
    /// The server said so.
    Synced {
        /// When it said so, corrected device time, milliseconds.
        at_ms: i64,
    },
    /// Deleted, or given up before the server ever had it; nothing waits.
    Removed,
    /// Out of this user's sight; nothing waits.
    OutOfSight,
    /// Nothing has been loaded from the server yet, and nothing waits.
    NothingYet,
}

impl SyncFact {
    /// Whether it says that nothing is left to do.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Self::Synced { .. } | Self::Removed | Self::OutOfSight | Self::NothingYet)
    }

    /// Lower comes first.
    fn precedence(&self) -> u8 {
        match self {
            Self::WrongUser { .. } => 0,
            Self::SignIn { .. } => 1,
            Self::UpdateApp { .. } => 2,
            Self::NotAccepted { .. } => 3,
            Self::Gone | Self::ParentGone | Self::Forbidden | Self::Locked { .. } => 4,
            Self::NeedsReview { .. } | Self::Uncertain | Self::GroupParted => 5,
            Self::ClockWrong { .. } => 6,
            Self::Portal { .. } => 7,
            Self::Failed { .. } => 8,
            Self::ServerBusy { .. } => 9,
            Self::Offline { .. } => 10,
            Self::OthersKeepChanging { .. } => 11,
            // What stops everything hides it: that the person does not know, this the person has chosen. It comes before
            // what ends by itself, and before what may be behind it.
            Self::Paused { .. } => 12,
            Self::Behind { .. } => 13,
            Self::NextSync { .. } => 14,
            Self::Sending { .. } => 15,
            Self::Saved { .. } => 16,
            Self::WillBeArchived => 17,
            Self::Refreshing => 18,
            Self::AppOutdated => 19,
            Self::ClockOff { .. } => 20,
            Self::NotAllLoaded { .. } => 21,
            Self::Synced { .. } => 22,
            Self::Removed | Self::OutOfSight => 23,
            Self::NothingYet => 24,
            // Nobody can do anything about it, so it never hides where the work is.
            Self::AppNewer => 25,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::WrongUser { .. } | Self::SignIn { .. } | Self::UpdateApp { .. } | Self::ClockWrong { .. } => {
                Severity::Blocking
            }
            Self::NotAccepted { .. }
            | Self::Gone
            | Self::ParentGone
            | Self::Forbidden
            | Self::Locked { .. }
            | Self::NeedsReview { .. }
            | Self::Uncertain
            | Self::GroupParted
            | Self::Portal { .. }
            | Self::Failed { .. }
            | Self::OthersKeepChanging { .. }
            | Self::AppOutdated
            | Self::ClockOff { .. } => Severity::Banner,
            _ => Severity::Quiet,
        }
    }
}

/// How loudly an app says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Beside the record.
    Quiet,
    /// A banner.
    Banner,
    /// Nothing goes on before a person acts.
    Blocking,
}

/// What a state is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum SyncScope {
    /// One record.
    Record,
    /// A record with those that belong to it: a visit, a job with its notes and parts.
    Family,
    /// All that is on this device.
    Device,
}

/// The state: a headline, and every part that holds, none hidden (pitfall 23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct SyncState {
    /// What it is about.
    pub scope: SyncScope,
    /// The gravest fact.
    pub headline: SyncFact,
    /// How loudly to say it: the loudest of all parts.
    pub severity: Severity,
    /// All facts, gravest first; the headline is the first of them.
    pub parts: Vec<SyncFact>,
}

impl SyncState {
    /// Orders facts, merges those of one kind, chooses the headline.
    #[must_use]
    pub fn of(scope: SyncScope, facts: Vec<SyncFact>) -> Self {
        let mut parts: Vec<SyncFact> = Vec::new();
        for fact in facts {
            match parts.iter_mut().find(|known| same_kind(known, &fact)) {
                Some(known) => merge(known, fact),
                None => parts.push(fact),
            }
        }
        // "Synced" is said only when nothing else is to be said of what was sent from here (promise 4).
        let unfinished = parts.iter().any(|fact| !fact.is_settled());
        if unfinished && scope == SyncScope::Record {
            parts.retain(|fact| !fact.is_settled());
        }
        parts.sort_by_key(SyncFact::precedence);
        let headline = parts.first().cloned().unwrap_or(SyncFact::NothingYet);
        let severity = parts.iter().map(SyncFact::severity).max().unwrap_or(Severity::Quiet);
        if parts.is_empty() {
            parts.push(headline.clone());
        }
        Self { scope, headline, severity, parts }
    }
}

fn same_kind(left: &SyncFact, right: &SyncFact) -> bool {
    let by_message =
        matches!((left, right), (SyncFact::NotAccepted { message: a }, SyncFact::NotAccepted { message: b }) if a != b);
    let by_name = matches!((left, right), (SyncFact::Locked { by: a }, SyncFact::Locked { by: b }) if a != b);
    let by_what =
        matches!((left, right), (SyncFact::Behind { what: a, .. }, SyncFact::Behind { what: b, .. }) if a != b);
    std::mem::discriminant(left) == std::mem::discriminant(right) && !by_message && !by_name && !by_what
}

fn merge(known: &mut SyncFact, other: SyncFact) {
    use SyncFact as F;
    match (known, other) {
        (
            F::WrongUser { count: sum }
            | F::SignIn { count: sum }
            | F::UpdateApp { count: sum }
            | F::ClockWrong { count: sum }
            | F::Portal { count: sum }
            | F::Offline { count: sum }
            | F::Sending { count: sum }
            | F::Saved { count: sum }
            | F::Paused { count: sum }
            | F::Behind { count: sum, .. },
            F::WrongUser { count }
            | F::SignIn { count }
            | F::UpdateApp { count }
            | F::ClockWrong { count }
            | F::Portal { count }
            | F::Offline { count }
            | F::Sending { count }
            | F::Saved { count }
            | F::Paused { count }
            | F::Behind { count, .. },
        ) => *sum += count,
        (
            F::Failed { count: sum, next_at_ms: first }
            | F::ServerBusy { count: sum, next_at_ms: first }
            | F::OthersKeepChanging { count: sum, next_at_ms: first }
            | F::NextSync { count: sum, next_at_ms: first },
            F::Failed { count, next_at_ms }
            | F::ServerBusy { count, next_at_ms }
            | F::OthersKeepChanging { count, next_at_ms }
            | F::NextSync { count, next_at_ms },
        ) => {
            *sum += count;
            *first = (*first).min(next_at_ms);
        }
        (F::NeedsReview { fields, by }, F::NeedsReview { fields: more, by: other }) => {
            for field in more {
                if !fields.contains(&field) {
                    fields.push(field);
                }
            }
            if *by != other {
                by.clear();
            }
        }
        // All are synced only as of the oldest.
        (F::Synced { at_ms }, F::Synced { at_ms: other }) => *at_ms = (*at_ms).min(other),
        _ => {}
    }
}
