//! What a host implements in its own language, and how a failure there is taken.

use std::sync::Arc;
use std::thread;

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::{Listener, Update};
use tokio::sync::oneshot;

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

/// Hands out bearer tokens. Called from threads of Fieldkeep, or from one that waits for a sync or a slice.
#[uniffi::export(with_foreign)]
pub trait TokenSource: Send + Sync {
    /// The token to use now, at once; none when nobody is signed in. Must not call Fieldkeep.
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
        let (answer, answered) = oneshot::channel();
        // The host may block; the engine's own thread must not, or `suspend` would wait for somebody's log-in server. Nor a
        // thread of the runtime: that would be waited for when a Fieldkeep is dropped.
        let asked = thread::Builder::new().name("fieldkeep-token".to_owned()).spawn(move || {
            let _ = answer.send(source.refresh(stale).ok().flatten());
        });
        Box::pin(async move {
            match asked {
                Ok(_) => answered.await.ok().flatten(),
                Err(_) => None,
            }
        })
    }
}

/// The host's listener as the core takes it.
pub(crate) struct Relay(pub(crate) Arc<dyn UpdateListener>);

impl Listener for Relay {
    fn on_update(&self, update: Update) {
        let _ = self.0.on_update(update);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct NeverAnswers(mpsc::Sender<()>);

    impl TokenSource for NeverAnswers {
        fn current(&self) -> Result<Option<AccessToken>, HostError> {
            Ok(None)
        }

        fn refresh(&self, _stale: u64) -> Result<Option<AccessToken>, HostError> {
            let _ = self.0.send(());
            loop {
                thread::park();
            }
        }
    }

    #[test]
    fn a_sign_in_that_never_ends_does_not_hold_up_the_end_of_a_runtime() {
        let (asked, was_asked) = mpsc::channel();
        let tokens = Tokens(Arc::new(NeverAnswers(asked)));
        let (ended, has_ended) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = tokens.refresh(1) => {}
                    () = async { was_asked.recv().expect("refresh is called") } => {}
                }
            });
            drop(runtime);
            let _ = ended.send(());
        });
        has_ended.recv_timeout(std::time::Duration::from_secs(20)).expect("the runtime ends");
    }
}
