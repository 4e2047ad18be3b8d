//! Whole transactions over the tables: commit, seal, settle, take news, resolve, and the reading side of them. Between
//! the rows of `store` and the network of `engine`; decisions come from the pure rooms.

mod body;
mod commit;
mod convert;
mod discard;
mod doubt;
mod edit;
mod export;
mod facts;
mod giving_up;
mod history;
mod hold;
mod identity;
mod item;
mod localise;
mod outbox;
mod pausing;
mod placing;
mod pull;
mod read;
mod record;
mod refresh;
mod resolve;
mod review;
mod seal;
mod settle;
mod stamp;
mod theirs;
mod unit;
mod work;

pub(crate) use commit::commit;
pub(crate) use convert::adopt_schema;
pub(crate) use doubt::{Cleared, clear_doubts, doubtful};
pub use edit::{CommitOptions, Edit, Receipt};
pub(crate) use edit::{EditProblem, MAX_DRAFT_BYTES, StoreFailure};
pub(crate) use export::export_unsent;
pub use giving_up::{DiscardPlan, PlannedDiscard, PlannedQuestion};
pub(crate) use giving_up::{discard, give_up};
pub use history::HistoryEntry;
pub(crate) use history::history;
pub(crate) use item::ItemProblem;
pub(crate) use outbox::{LaneView, outbox};
pub use outbox::{OutboxItem, WhyWaiting};
pub(crate) use pausing::{pause, unpause};
pub(crate) use pull::{CursorMove, move_cursor, take_page};
pub use read::RecordPage;
pub(crate) use read::{family_of, find, get, get_by_server_id, numbers_of, summaries_of};
pub use record::{Record, RecordStatus};
pub(crate) use refresh::{begin_refresh, take_unseen, unseen_records};
pub use resolve::Resolve;
pub(crate) use resolve::ResolveProblem;
pub(crate) use resolve::resolve;
pub use review::{Review, ReviewKind};
pub(crate) use review::{open_reviews, unreported_resolutions};
pub(crate) use seal::{SealRoom, next_to_send, seal};
pub(crate) use settle::{
    Settled, contradictory_groups, postpone, postpone_alone, postpone_contradiction, refuse_alone, settle,
};
pub use stamp::SeenStamp;
pub(crate) use unit::{Context, Said, Unit};
