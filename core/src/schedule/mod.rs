//! What may be sent now, how long to wait after a failure, and why each thing waits (requirements B5, B6, B7, B10). Pure:
//! stored facts in, decisions out.

mod backoff;
mod conditions;
mod due;
mod limits;
mod next;
mod stand;

pub use backoff::{own_wait_ms, server_wait_ms};
pub use conditions::{Battery, Conditions, NetworkKind};
pub use due::Due;
pub use limits::*;
pub use next::{Action, LaneFacts, LaneReason, Wake, next_action};
pub use stand::{ChangeFacts, ChangeState, MissingParent, RecordFacts, Stand, seal_groups, stands};
