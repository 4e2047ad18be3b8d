//! What a host implements in its own language, and how a failure there is taken.

use std::sync::Arc;

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::{Listener, Update};

/// What the host's code threw. It is noted by nobody: a value that could not be shown comes again with the next change.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum HostError {
    /// The host's own exception.
    #[error("the host failed: {words}")]
    Failed {
        /// The exception in words.
        words: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { words: error.reason }
    }
}

/// Hands out bearer tokens. Called from Fieldkeep's threads; may block.
#[uniffi::export(with_foreign)]
pub trait TokenSource: Send + Sync {
    /// The token to use now, at once; none when nobody is signed in.
    ///
    /// # Errors
    /// Whatever the host throws counts as "nobody is signed in".
    fn current(&self) -> Result<Option<AccessToken>, HostError>;

    /// A token newer than `stale`, made if need be; none when the person has to sign in. May wait for the network.
    ///
    /// # Errors
    /// Whatever the host throws counts as "none".
    fn refresh(&self, stale: u64) -> Result<Option<AccessToken>, HostError>;
}

/// Hears of changes, on threads of Fieldkeep's own.
#[uniffi::export(with_foreign)]
pub trait UpdateListener: Send + Sync {
    /// The newest value.
    ///
    /// # Errors
    /// Whatever the host throws is left alone; the next change is told all the same.
    fn on_update(&self, update: Update) -> Result<(), HostError>;
}

/// The host's tokens as the core takes them.
pub(crate) struct Tokens(pub(crate) Arc<dyn TokenSource>);

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        self.0.current().ok().flatten()
    }

    fn refresh(&self, stale: u64) -> TokenFuture<'_> {
        let source = Arc::clone(&self.0);
        // The host may block; the engine's own thread must not, or `suspend` would wait for somebody's log-in server.
        let answer = tokio::task::spawn_blocking(move || source.refresh(stale).ok().flatten());
        Box::pin(async move { answer.await.ok().flatten() })
    }
}

/// The host's listener as the core takes it.
pub(crate) struct Relay(pub(crate) Arc<dyn UpdateListener>);

impl Listener for Relay {
    fn on_update(&self, update: Update) {
        let _ = self.0.on_update(update);
    }
}
