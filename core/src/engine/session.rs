//! `hello`: who we are to the server, what time it has, what it takes.

use serde_json::json;

use super::step::{Engine, StepResult};
use crate::remote::{Failure, Greeting};
use crate::schedule::FAILURES_BEFORE_PROBE;
use crate::store::Turn;
use crate::wire::Hello;

/// A measured difference below this is the journey of the answer, not the clock.
const SKEW_NOISE_MS: i64 = 2_000;

/// No server remembers keys for longer than it keeps tombstones (90 days); a larger number is a mistake.
const MAX_KEY_LIFETIME_S: i64 = 90 * 86_400;

/// What the server said when the session opened.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) batch_items: usize,
    pub(super) batch_bytes: usize,
    /// How long the server remembers what became of a shipment.
    pub(super) key_lifetime_ms: i64,
    /// The generation of the token whose user is known.
    pub(super) token: u64,
}

impl Engine {
    pub(super) async fn hello(&mut self) -> StepResult {
        let sent_ms = self.core.context.clock.now().wall_ms;
        let answer = self.race(self.core.remote.hello()).await;
        let Greeting { hello, token } = match answer {
            Ok(greeting) => greeting,
            Err(failure) => return self.failed(failure),
        };
        if hello.user != self.core.context.user {
            return self.wrong_user(&hello, token);
        }
        let received_ms = self.core.context.clock.now().wall_ms;
        let measured_ms = hello.server_time_ms - i64::midpoint(sent_ms, received_ms);
        let skew_ms = if measured_ms.abs() < SKEW_NOISE_MS { 0 } else { measured_ms };
        self.core.write(Turn::Engine, |unit| {
            let known = crate::store::meta::skew_ms(unit.db)?;
            if (known - skew_ms).abs() >= SKEW_NOISE_MS || known != 0 && skew_ms == 0 {
                crate::store::meta::set_skew_ms(unit.db, skew_ms)?;
                unit.journal(None, "clock_skew", &json!({"skew_ms": skew_ms}))?;
            }
            Ok::<_, crate::store::StoreError>(())
        })?;
        self.session = Some(Session {
            batch_items: hello.limits.batch_items.clamp(1, crate::schedule::BATCH_ITEMS),
            batch_bytes: hello.limits.batch_bytes.clamp(1, crate::schedule::BATCH_BYTES),
            key_lifetime_ms: hello.key_lifetime_s.clamp(0, MAX_KEY_LIFETIME_S) * 1000,
            token,
        });
        // The way is free; but only what the session was opened for ends the count of failures, or a network that passes
        // small requests alone would be tried every few seconds.
        self.core.lane_opened()
    }

    /// The token is somebody else's: nothing of this store is ever sent under another name (pitfall P16).
    fn wrong_user(&mut self, hello: &Hello, token: u64) -> StepResult {
        self.core.shared().wrong_user_token = Some(token);
        self.core.write(Turn::Engine, |unit| unit.journal(None, "wrong_user", &json!({"user": hello.user})))?;
        self.core.notices.everything();
        Ok(())
    }

    /// A failure of the whole exchange. Stopping is none, and another token only means to ask whose it is. When that one
    /// is refused at once too, a person has to sign in: tokens are not tried without end.
    pub(super) fn failed(&mut self, failure: Failure) -> StepResult {
        let failure = match failure {
            Failure::OtherToken { refused } if !(refused && self.refused_before) => {
                self.refused_before |= refused;
                self.session = None;
                return Ok(());
            }
            Failure::OtherToken { .. } => Failure::SignIn,
            other => other,
        };
        self.last_failure = Some(failure.clone());
        if self.core.lane_failed(&failure)? >= FAILURES_BEFORE_PROBE {
            self.session = None;
        }
        Ok(())
    }
}
