//! Who the server takes us for. The host owns tokens; none is ever stored or logged here.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// A boxed future of a token provider.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Option<AccessToken>> + Send + 'a>>;

/// A bearer token and its place in the sequence of tokens.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct AccessToken {
    /// The token's text.
    pub text: String,
    /// Grows with every new token; only a refusal of the newest means "sign in" (pitfall P16).
    pub generation: u64,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(generation {})", self.generation)
    }
}

/// Hands out tokens. One provider serves all lanes.
pub trait TokenProvider: Send + Sync {
    /// The token to use now, without waiting; none when nobody is signed in.
    fn current(&self) -> Option<AccessToken>;
    /// A token newer than `stale`, made if need be; none when the person has to sign in. Called by one task at a time.
    fn refresh(&self, stale: u64) -> TokenFuture<'_>;
}
