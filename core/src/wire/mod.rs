//! What travels between phone and server, as types; `protocol.md` beside this file says it in words. The reference
//! server uses the same types.

mod entry;
mod hello;
mod lookup;
mod pull;
mod push;

pub use entry::{AppliedShipment, Entry, FieldAuthor, RecordLife};
pub use hello::{Hello, Limits, SchemaWindow};
pub use lookup::{LookupAnswers, LookupLine, LookupRequest, RecordAnswer, RecordQuestion, ShipmentAnswer};
pub use pull::{PageEnd, PullLine};
pub use push::{
    ChangeKind, FieldChange, FieldConflict, FieldError, Outcome, PushItem, PushLine, PushRequest, Resolution, Shipment,
};

/// Content type of push and pull replies: one JSON document a line.
pub const NDJSON: &str = "application/x-ndjson";
/// Content type of requests and of single-document replies.
pub const JSON: &str = "application/json";
/// Header with which a device in virtual time tells a server in virtual time what time it is. Others ignore it.
pub const TEST_NOW_HEADER: &str = "fieldkeep-test-now";

/// Most bytes of a whole reply after decompression (8 MiB), so that no server can fill a phone's memory (pitfall 13).
pub const MAX_REPLY_BYTES: usize = 8 * 1024 * 1024;
/// Most bytes of a record's values as JSON (512 KiB): eight of the longest texts.
pub const MAX_RECORD_BYTES: usize = 512 * 1024;
/// Most bytes of one line of a reply (2 MiB): the largest record, what the server made of its fields and the values of a
/// refusal, with room to spare.
pub const MAX_LINE_BYTES: usize = 2 * 1024 * 1024;
/// Deepest nesting of JSON in a reply; deeper is refused before it is parsed (pitfall 13).
pub const MAX_JSON_DEPTH: usize = 64;
/// Most bytes of a server id, a cursor or a name of a person.
pub const MAX_ID_BYTES: usize = 512;
