//! The device's token: from a file, and replaced by command.

use std::sync::{Mutex, PoisonError};

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};

/// Holds the token that the script last set.
pub(crate) struct Tokens(Mutex<Held>);

struct Held {
    text: Option<String>,
    generation: u64,
    /// What a refresh finds: set beforehand by the script, as a sign-in service would hand it out.
    next: Option<String>,
}

impl Tokens {
    pub(crate) fn new(text: String) -> Self {
        Self(Mutex::new(Held { text: Some(text), generation: 1, next: None }))
    }

    /// Signs in with a new token, or out with none.
    pub(super) fn set(&self, text: Option<String>) {
        let mut held = self.lock();
        held.text = text;
        held.generation += 1;
    }

    /// What the next refresh will find.
    pub(super) fn set_next(&self, text: String) {
        self.lock().next = Some(text);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        let held = self.lock();
        Some(AccessToken { text: held.text.clone()?, generation: held.generation })
    }

    fn refresh(&self, stale: u64) -> TokenFuture<'_> {
        let mut held = self.lock();
        if held.generation <= stale
            && let Some(next) = held.next.take()
        {
            held.text = Some(next);
            held.generation += 1;
        }
        drop(held);
        Box::pin(async { self.current() })
    }
}
