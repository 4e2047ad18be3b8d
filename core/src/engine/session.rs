//! `hello`: who we are to the server, what time it has, what it takes.

use serde_json::json;

use super::step::{Engine, StepResult};
use crate::clock::Moment;
use crate::mutants::{self, Mutant};
use crate::remote::{Failure, Greeting};
use crate::schedule::{Due, FAILURES_BEFORE_PROBE, LaneReason, SESSION_MS, TOKENS_TRIED, TOKENS_TRIED_AT_MOST};
use crate::store::meta::{self, Skew, Versions};
use crate::store::{StoreError, StoreResult, Turn, changes};
use crate::value::{MAX_INSTANT_MS, MIN_INSTANT_MS};
use crate::wire::{Hello, SchemaWindow};

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
    /// After that the server is asked again.
    ends: Due,
}

impl Session {
    pub(super) fn has_ended(&self, now: &Moment) -> bool {
        self.ends.remaining_ms(now) == 0 && !mutants::is(Mutant::SessionsLast)
    }
}

/// Whether the server takes anything from this version of the app.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Something,
    Nothing,
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
        if !(MIN_INSTANT_MS..=MAX_INSTANT_MS).contains(&hello.server_time_ms) {
            return self.failed(Failure::unreadable("the server's time is no moment"));
        }
        self.measure_skew(sent_ms, hello.server_time_ms)?;
        if self.note_versions(hello.schema)? == Taken::Nothing {
            let words = format!("the server takes work from version {} on", hello.schema.pending_from);
            return self.failed(Failure::Wait { reason: LaneReason::AppTooOld, named_ms: None, words });
        }
        self.session = Some(Session {
            batch_items: hello.limits.batch_items.clamp(1, crate::schedule::BATCH_ITEMS),
            batch_bytes: hello.limits.batch_bytes.clamp(1, crate::schedule::BATCH_BYTES),
            key_lifetime_ms: hello.key_lifetime_s.clamp(0, MAX_KEY_LIFETIME_S) * 1000,
            token,
            ends: Due::after(&self.core.context.clock.now(), SESSION_MS),
        });
        // The way is free; but only what the session was opened for ends the count of failures, or a network that passes
        // small requests alone would be tried every few seconds.
        self.core.lane_opened()
    }

    /// What the server's time says of this device's clock (requirement D8).
    fn measure_skew(&self, sent_ms: i64, server_time_ms: i64) -> StepResult {
        let now = self.core.context.clock.now();
        let measured_ms = server_time_ms.saturating_sub(i64::midpoint(sent_ms, now.wall_ms));
        let skew = Skew::at(&now, if measured_ms.saturating_abs() < SKEW_NOISE_MS { 0 } else { measured_ms });
        let known = self.core.context.said().skew.clone();
        let learned = self.core.write::<_, StoreError>(Turn::Engine, |unit| {
            let believed_ms = known.as_ref().map_or(0, |known| known.corrected_ms(&now) - now.wall_ms);
            let moved = believed_ms.saturating_sub(skew.ms).saturating_abs() >= SKEW_NOISE_MS;
            if moved {
                unit.journal(None, "clock_skew", &json!({"skew_ms": skew.ms}))?;
            }
            // In the next boot only the wall clock is there: what is stored has to fit to where it stands now.
            let fits = known.as_ref().is_some_and(|known| {
                known.boot_id == skew.boot_id && (known.offset_ms - skew.offset_ms).abs() < SKEW_NOISE_MS
            });
            if moved || !fits {
                meta::set_skew(unit.db, &skew)?;
            }
            Ok(moved || !fits)
        })?;
        if learned {
            self.core.context.said().skew = Some(skew);
        }
        Ok(())
    }

    /// What the server takes from this version of the app (requirement F5). From the moment at which it refuses new work,
    /// what was waiting by then goes on, and what is made later waits for a newer app.
    fn note_versions(&self, window: SchemaWindow) -> StoreResult<Taken> {
        let version = self.core.context.schema.version;
        let known = self.core.context.said().versions;
        let said = self.core.write::<_, StoreError>(Turn::Engine, |unit| {
            let refused_before = known.filter(|known| version < known.new_from).map(|known| known.waiting_to);
            let waiting_to = match refused_before {
                Some(waiting_to) => waiting_to,
                None => changes::last_seq(unit.db)?,
            };
            let said = Versions { current: window.current, new_from: window.new_from, waiting_to };
            let same = |known: &Versions| (known.current, known.new_from) == (said.current, said.new_from);
            let news = known.is_none_or(|known| !same(&known));
            if news {
                meta::set_versions(unit.db, &said)?;
                let detail = json!({"version": version, "current": window.current, "new_from": window.new_from});
                unit.journal(None, "versions", &detail)?;
            }
            Ok(news.then_some(said))
        })?;
        if said.is_some() {
            self.core.context.said().versions = said;
        }
        Ok(if version < window.pending_from { Taken::Nothing } else { Taken::Something })
    }

    /// The token is somebody else's: nothing of this store is ever sent under another name (pitfall P16).
    fn wrong_user(&mut self, hello: &Hello, token: u64) -> StepResult {
        if !mutants::is(Mutant::StrangerStays) && self.core.ask_for_token() != Some(token) {
            // There is another token since, or none: whose that one is the server is asked next.
            self.session = None;
            return Ok(());
        }
        self.core.shared().wrong_user_token = Some(token);
        self.core.write(Turn::Engine, |unit| unit.journal(None, "wrong_user", &json!({"user": hello.user})))?;
        self.core.notices.everything();
        Ok(())
    }

    /// The server has taken the token: refusals are counted anew.
    pub(super) fn token_was_taken(&mut self) {
        if !mutants::is(Mutant::GoodTokenRefused) {
            self.refusals = 0;
        }
    }

    /// A failure of the whole exchange. Stopping is none, and another token only means to ask whose it is. When one after the
    /// other is refused a person has to sign in: tokens are not tried without end.
    pub(super) fn failed(&mut self, failure: Failure) -> StepResult {
        let has_signed_in = std::mem::take(&mut self.core.shared().signed_in_anew);
        let another = match failure {
            Failure::OtherToken { refused } => Some(refused),
            // One has come while this was on its way, and is still to be tried.
            Failure::SignIn { refused: Some(refused) } if self.core.ask_for_token() > Some(refused) => Some(true),
            _ => None,
        };
        let failure = match another {
            None => failure,
            Some(refused) => {
                self.refusals += u32::from(refused);
                if self.refusals < refusals_before_sign_in(has_signed_in) {
                    self.session = None;
                    return Ok(());
                }
                Failure::SignIn { refused: None }
            }
        };
        self.last_failure = Some(failure.clone());
        if self.core.lane_failed(&failure)? >= FAILURES_BEFORE_PROBE {
            self.session = None;
        }
        Ok(())
    }
}

/// So many tokens in a row may be refused before a person has to sign in; more where one just has.
fn refusals_before_sign_in(has_signed_in: bool) -> u32 {
    match has_signed_in {
        _ if mutants::is(Mutant::NewTokenBlamed) => 2,
        false => TOKENS_TRIED,
        true => TOKENS_TRIED_AT_MOST,
    }
}
