//! What the app's calls and the engine tell each other, in memory only.

use crate::ledger::LaneView;
use crate::schedule::Conditions;
use crate::store::StoreResult;
use crate::store::lanes;

use super::core::Core;

/// Flags and reports of the host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(crate) conditions: Conditions,
    /// The generation of the host's token when it was last asked for; none when nobody is signed in. The host's code is
    /// asked by the engine alone, with no lock held: a call of the app must not wait for it, nor it for a call.
    pub(crate) token: Option<u64>,
    /// The generation of the token that was refused for good, until a newer one is there.
    pub(crate) refused_token: Option<u64>,
    /// Nobody was signed in at the last attempt.
    pub(crate) no_token: bool,
    /// The token names another user than the store's.
    pub(crate) wrong_user_token: Option<u64>,
    /// The host has said that there is another token, and no exchange has failed since.
    pub(crate) signed_in_anew: bool,
    /// The session has to be opened anew: resumed, or back online.
    pub(crate) session_lost: bool,
    /// Somebody wants to know what changed on the server.
    pub(crate) pull_wanted: bool,
    /// How often that was wished: a wish that comes while a page is on its way is for what the page cannot have.
    pub(crate) wishes: u64,
    /// A push is under way right now.
    pub(crate) sending: bool,
}

impl Shared {
    /// Somebody wants to know what changed on the server by now.
    pub(crate) fn want_news(&mut self) {
        self.pull_wanted = true;
        self.wishes = self.wishes.wrapping_add(1);
    }

    /// A page came that was asked for after so many wishes. The last page fulfils those, and none that came since.
    pub(super) fn news_came(&mut self, wishes: u64, more: bool) {
        self.pull_wanted = more || self.wishes != wishes;
    }

    /// Sign-in was refused and no newer token has come.
    pub(super) fn signed_out(&self) -> bool {
        match self.token {
            None => self.no_token || self.refused_token.is_some(),
            Some(current) => self.refused_token.is_some_and(|refused| current <= refused),
        }
    }

    /// The current token is somebody else's.
    pub(super) fn wrong_user(&self) -> bool {
        self.wrong_user_token.is_some_and(|wrong| self.token.is_some_and(|current| current <= wrong))
    }
}

impl Core {
    /// The lane as far as waiting is concerned, from the stored row and what the host reported.
    pub(crate) fn lane_view(&self, db: &rusqlite::Connection) -> StoreResult<LaneView> {
        let row = lanes::get(db, lanes::FAST)?;
        let now = self.context.clock.now();
        let now_ms = self.context.corrected_ms(&now);
        let shared = self.shared();
        let waits = match (&row.due, row.reason) {
            (Some(due), Some(reason)) if due.remaining_ms(&now) > 0 => Some((now_ms + due.remaining_ms(&now), reason)),
            _ => None,
        };
        Ok(LaneView {
            online: shared.conditions.network != crate::schedule::NetworkKind::None,
            signed_out: shared.signed_out(),
            wrong_user: shared.wrong_user(),
            sending: shared.sending,
            waits,
        })
    }

    /// Asks the host for its token, and remembers which it is. Subscribers hear of another one.
    pub(super) fn ask_for_token(&self) -> Option<u64> {
        let current = self.tokens.current().map(|token| token.generation);
        let before = std::mem::replace(&mut self.shared().token, current);
        if before != current {
            self.notices.everything();
        }
        current
    }
}
