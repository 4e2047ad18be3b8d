//! How the server misbehaves on command, so that a device can be tested against what real servers do.

mod command;
mod rules;
mod tamper;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{StatusCode, header};
use fieldkeep::schema::Schema;
use fieldkeep::wire::Outcome;

use super::problem::Problem;
use crate::server_time::http_date;

pub(crate) use command::{Command, OpenOutcome, RetryAfter, Tamper, TamperPath};
pub(crate) use rules::Rules;
pub(crate) use tamper::{Other, spoil};

/// The present behaviour.
pub(crate) struct Behaviour(Mutex<State>);

struct State {
    rules: Rules,
    rate_limit: Option<RateLimit>,
    failures: Vec<Failure>,
    answers: Vec<Answer>,
    tampers: Vec<(TamperPath, Tamper, u32)>,
}

struct RateLimit {
    times: u32,
    until_ms: Option<i64>,
    after_s: i64,
    retry_after: RetryAfter,
}

struct Failure {
    status: StatusCode,
    times: u32,
    path: Option<String>,
}

struct Answer {
    outcome: Outcome,
    times: u32,
    skip: u32,
}

impl Behaviour {
    /// A well-behaved server of this schema.
    pub(crate) fn new(schema: &Schema) -> Self {
        Self(Mutex::new(State::new(schema)))
    }

    /// The standing rules now.
    pub(crate) fn rules(&self) -> Rules {
        self.lock().rules.clone()
    }

    /// Takes over a command about behaviour. Gives back a command about data, which is not this room's.
    pub(crate) fn take(&self, command: Command, schema: &Schema) -> Option<Command> {
        let mut state = self.lock();
        match command {
            Command::Reset {} => *state = State::new(schema),
            Command::RateLimit { times, until_ms, after_s, retry_after } => {
                state.rate_limit = Some(RateLimit { times, until_ms, after_s, retry_after });
            }
            Command::Fail { status, times, path } => state.failures.push(Failure { status, times, path }),
            Command::Answer { outcome, times, skip, after_s } => {
                state.answers.push(Answer { outcome: open_outcome(outcome, after_s), times, skip });
            }
            Command::Tamper { path, how, times } => state.tampers.push((path, how, times)),
            other => return state.rules.take(other),
        }
        None
    }

    /// Whether this request is to fail before anything looks at it.
    pub(crate) fn refusal(&self, path: &str, now_ms: i64) -> Option<Problem> {
        let mut state = self.lock();
        if let Some(limit) = &mut state.rate_limit {
            if let Some(problem) = limit.refusal(now_ms) {
                return Some(problem);
            }
            state.rate_limit = None;
        }
        let due = state.failures.iter().position(|failure| failure.path.as_deref().is_none_or(|only| only == path))?;
        let failure = &mut state.failures[due];
        let status = failure.status;
        failure.times = failure.times.saturating_sub(1);
        if failure.times == 0 {
            state.failures.remove(due);
        }
        Some(Problem::new(status, "told_to_fail", "this server was told to fail"))
    }

    /// What the next item of a push is answered without being decided, if anything.
    pub(crate) fn next_answer(&self) -> Option<Outcome> {
        let mut state = self.lock();
        let answer = state.answers.first_mut()?;
        if answer.skip > 0 {
            answer.skip -= 1;
            return None;
        }
        let outcome = answer.outcome.clone();
        answer.times = answer.times.saturating_sub(1);
        if answer.times == 0 {
            state.answers.remove(0);
        }
        Some(outcome)
    }

    /// How the next reply of this path is to be spoilt, if at all.
    pub(crate) fn next_tamper(&self, path: TamperPath) -> Option<Tamper> {
        let mut state = self.lock();
        let due = state.tampers.iter().position(|(of, _, _)| *of == path)?;
        let (_, how, times) = &mut state.tampers[due];
        let how = *how;
        *times = times.saturating_sub(1);
        if *times == 0 {
            state.tampers.remove(due);
        }
        Some(how)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(schema: &Schema) -> Self {
        let rules = Rules::new(schema);
        Self { rules, rate_limit: None, failures: Vec::new(), answers: Vec::new(), tampers: Vec::new() }
    }
}

impl RateLimit {
    /// 429 while the limit lasts; `None` once it is over.
    fn refusal(&mut self, now_ms: i64) -> Option<Problem> {
        let lasts = match self.until_ms {
            Some(until_ms) => now_ms < until_ms,
            None => self.times > 0,
        };
        if !lasts {
            return None;
        }
        self.times = self.times.saturating_sub(1);
        // Seconds are rounded up: coming back a moment early would be refused again.
        let after_ms =
            self.until_ms.map_or(self.after_s.saturating_mul(1000), |until_ms| until_ms.saturating_sub(now_ms));
        let after_s = after_ms.saturating_add(999) / 1000;
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many requests");
        Some(match self.retry_after {
            RetryAfter::Seconds => problem.with(header::RETRY_AFTER, after_s.to_string()),
            RetryAfter::HttpDate => {
                let at_ms = now_ms.saturating_add(after_s.saturating_mul(1000));
                problem.with(header::RETRY_AFTER, http_date(at_ms))
            }
            RetryAfter::None => problem,
        })
    }
}

impl Rules {
    /// Takes over a command about rules; gives back any other.
    fn take(&mut self, command: Command) -> Option<Command> {
        match command {
            Command::Normalise { field, rule } => set(&mut self.normalise, field, rule),
            Command::RefuseField { field, message } => set(&mut self.refused_fields, field, message),
            Command::RefuseRecord { server_id, refusal } => set(&mut self.refused_records, server_id, refusal),
            Command::KeepAnswers { value } => self.keeps_answers = value,
            Command::Limits {
                batch_items,
                batch_bytes,
                page_entries,
                key_lifetime_s,
                schema_new_from,
                schema_pending_from,
            } => {
                let limits = &mut self.limits;
                limits.batch_items = batch_items.unwrap_or(limits.batch_items);
                limits.batch_bytes = batch_bytes.unwrap_or(limits.batch_bytes);
                limits.page_entries = page_entries.unwrap_or(limits.page_entries).max(1);
                self.key_lifetime_s = key_lifetime_s.unwrap_or(self.key_lifetime_s);
                self.schema.new_from = schema_new_from.unwrap_or(self.schema.new_from);
                self.schema.pending_from = schema_pending_from.unwrap_or(self.schema.pending_from);
            }
            other => return Some(other),
        }
        None
    }
}

fn set<T>(table: &mut std::collections::BTreeMap<String, T>, key: String, value: Option<T>) {
    match value {
        Some(value) => table.insert(key, value),
        None => table.remove(&key),
    };
}

fn open_outcome(outcome: OpenOutcome, after_s: i64) -> Outcome {
    match outcome {
        OpenOutcome::Later => Outcome::Later { after_s },
        OpenOutcome::NotAttempted => Outcome::NotAttempted,
        OpenOutcome::ParentMissing => Outcome::ParentMissing,
        OpenOutcome::Expired => Outcome::Expired,
    }
}
