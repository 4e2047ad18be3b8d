//! What a phone's sign-in has at hand.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};

/// The tokens of one phone.
pub(crate) struct Tokens(Mutex<State>);

struct State {
    current: Option<AccessToken>,
    last_generation: u64,
    /// What a silent refresh brings, if it works.
    next: Option<String>,
}

impl Tokens {
    pub(crate) fn new(text: &str) -> Self {
        let current = Some(AccessToken { text: text.to_owned(), generation: 1 });
        Self(Mutex::new(State { current, last_generation: 1, next: None }))
    }

    /// Somebody signs in, or out.
    pub(crate) fn set(&self, text: Option<&str>) {
        let mut state = self.state();
        state.last_generation += 1;
        let generation = state.last_generation;
        state.current = text.map(|text| AccessToken { text: text.to_owned(), generation });
    }

    /// What the next silent refresh brings; none: it fails.
    pub(crate) fn set_next(&self, text: Option<&str>) {
        self.state().next = text.map(str::to_owned);
    }

    /// The token at hand.
    pub(crate) fn text(&self) -> Option<String> {
        self.state().current.as_ref().map(|token| token.text.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        self.state().current.clone()
    }

    fn refresh(&self, stale: u64) -> TokenFuture<'_> {
        Box::pin(async move {
            let mut state = self.state();
            if let Some(current) = state.current.clone().filter(|current| current.generation > stale) {
                return Some(current);
            }
            let text = state.next.take()?;
            state.last_generation += 1;
            state.current = Some(AccessToken { text, generation: state.last_generation });
            state.current.clone()
        })
    }
}
