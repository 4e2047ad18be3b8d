//! How base, mine and theirs combine (requirements D1, D5, D13). Pure: the same facts give the same plan on every device.
//!
//! A plan is made per field. It is never made while a shipment of the record is unanswered: then "theirs" may be our own
//! echo (pitfall P4), and the page entry is parked instead.

mod field;
mod record;

pub use field::{FieldStep, Mine, plan_field};
pub use record::{HoldReason, LiveWork, RecordStep, plan_life};
