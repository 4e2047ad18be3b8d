//! The sentence.

use super::catalogue::Catalogue;
use super::sync_state::{SyncFact, SyncScope, SyncState};
use super::time_words::{TimeWords, at, lasting, until};

/// How a person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct ReaderLocale {
    /// Language such as `en` or `de`; English where there are no words for it.
    pub language: String,
    /// Local time minus UTC, minutes.
    pub utc_offset_minutes: i32,
}

impl Default for ReaderLocale {
    fn default() -> Self {
        Self { language: "en".to_owned(), utc_offset_minutes: 0 }
    }
}

/// One plain and true sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Sentence {
    /// The words.
    pub text: String,
    /// When they stop being true by the passing of time alone; render again then. Corrected device time, milliseconds.
    pub changes_at_ms: Option<i64>,
}

/// What to show for a state at a moment, in one of the languages that come with this crate. `now_ms` is corrected device
/// time, the same clock as the times in the state.
#[must_use]
pub fn sentence(state: &SyncState, now_ms: i64, locale: &ReaderLocale) -> Sentence {
    match Catalogue::of_language(&locale.language) {
        Some(words) => sentence_with(words, state, now_ms, locale),
        None => Sentence { text: String::new(), changes_at_ms: None },
    }
}

/// The sentence of every part of a state, in their order; the headline's is the first. Precedence hides no fact (pitfall
/// P23): what a screen has room for, it can say.
#[must_use]
pub fn sentences(state: &SyncState, now_ms: i64, locale: &ReaderLocale) -> Vec<Sentence> {
    let Some(words) = Catalogue::of_language(&locale.language) else { return Vec::new() };
    let speaker = Speaker { words, scope: state.scope, now_ms, locale };
    state.parts.iter().map(|part| speaker.say(part)).collect()
}

/// What [`sentence`] says, with an app's own words.
#[must_use]
pub fn sentence_with(words: &Catalogue, state: &SyncState, now_ms: i64, locale: &ReaderLocale) -> Sentence {
    let speaker = Speaker { words, scope: state.scope, now_ms, locale };
    speaker.say(&state.headline)
}

struct Speaker<'a> {
    words: &'a Catalogue,
    scope: SyncScope,
    now_ms: i64,
    locale: &'a ReaderLocale,
}

impl Speaker<'_> {
    fn say(&self, fact: &SyncFact) -> Sentence {
        match fact {
            SyncFact::WrongUser { count } => self.counted("wrong_user", *count, &[]),
            SyncFact::SignIn { count } => self.counted("sign_in", *count, &[]),
            SyncFact::NotAccepted { message } => {
                self.plain("not_accepted", &[("message", message.trim_end_matches('.'))])
            }
            SyncFact::Gone => self.plain("gone", &[]),
            SyncFact::ParentGone => self.plain("parent_gone", &[]),
            SyncFact::GroupParted => self.plain("group_parted", &[]),
            SyncFact::Forbidden => self.plain("forbidden", &[]),
            SyncFact::Locked { by } if by.is_empty() => self.plain("locked.unnamed", &[]),
            SyncFact::Locked { by } => self.plain("locked", &[("by", by)]),
            SyncFact::NeedsReview { fields, by } => {
                let key = if by.is_empty() { "needs_review" } else { "needs_review.by" };
                self.plain(key, &[("fields", &self.list(fields)), ("by", by)])
            }
            SyncFact::UpdateApp { count } => self.counted("update_app", *count, &[]),
            SyncFact::Uncertain => self.plain("uncertain", &[]),
            SyncFact::ClockWrong { count } => self.counted("clock_wrong", *count, &[]),
            SyncFact::Portal { count } => self.counted("portal", *count, &[]),
            SyncFact::Failed { count, next_at_ms } => self.timed("failed", *count, *next_at_ms),
            SyncFact::ServerBusy { count, next_at_ms } => self.timed("server_busy", *count, *next_at_ms),
            SyncFact::OthersKeepChanging { count, next_at_ms } => {
                self.timed("others_keep_changing", *count, *next_at_ms)
            }
            SyncFact::Paused { count } => self.counted("paused", *count, &[]),
            SyncFact::Behind { count, what } => self.counted("behind", *count, &[("what", what)]),
            SyncFact::Offline { count } => self.counted("offline", *count, &[]),
            SyncFact::NextSync { count, next_at_ms } => self.timed("next_sync", *count, *next_at_ms),
            SyncFact::Sending { count } => self.counted("sending", *count, &[]),
            SyncFact::Saved { count } => self.counted("saved", *count, &[]),
            SyncFact::WillBeArchived => self.plain("will_be_archived", &[]),
            SyncFact::Refreshing => self.plain("refreshing", &[]),
            SyncFact::AppOutdated => self.plain("app_outdated", &[]),
            SyncFact::AppNewer => self.plain("app_newer", &[]),
            SyncFact::ClockOff { by_ms } => {
                let key = if *by_ms > 0 { "clock_slow" } else { "clock_fast" };
                self.plain(key, &[("for", &lasting(self.words, by_ms.saturating_abs()))])
            }
            SyncFact::NotAllLoaded { as_of_ms: Some(at_ms) } => self.at("not_all_loaded", *at_ms),
            SyncFact::NotAllLoaded { as_of_ms: None } => self.plain("not_all_loaded.first", &[]),
            SyncFact::Synced { at_ms } => self.at("synced", *at_ms),
            SyncFact::Removed => self.plain("removed", &[]),
            SyncFact::OutOfSight => self.plain("out_of_sight", &[]),
            SyncFact::NothingYet => self.plain("nothing_yet", &[]),
        }
    }

    fn plain(&self, key: &str, arguments: &[(&str, &str)]) -> Sentence {
        Sentence { text: self.words.text(key, arguments), changes_at_ms: None }
    }

    /// Of one record a person reads "saved", of several how many.
    fn counted(&self, key: &str, count: i64, arguments: &[(&str, &str)]) -> Sentence {
        if self.scope == SyncScope::Record {
            return self.plain(key, arguments);
        }
        let number = count.to_string();
        let mut all = vec![("count", number.as_str())];
        all.extend_from_slice(arguments);
        self.plain(&self.words.counted(&format!("{key}.many"), count), &all)
    }

    fn timed(&self, key: &str, count: i64, at_ms: i64) -> Sentence {
        let TimeWords { text, changes_at_ms } = until(self.words, self.now_ms, at_ms);
        let Sentence { text, .. } = self.counted(key, count, &[("when", &text)]);
        Sentence { text, changes_at_ms }
    }

    fn at(&self, key: &str, at_ms: i64) -> Sentence {
        let TimeWords { text, changes_at_ms } = at(self.words, self.now_ms, at_ms, self.locale);
        Sentence { text: self.words.text(key, &[("time", &text)]), changes_at_ms }
    }

    fn list(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => self.words.text("and", &[("first", &first.join(", ")), ("last", last)]),
        }
    }
}
