//! All limits of the server, each with its reason.

/// Items of one push: a batch that a phone on a bad line can finish, and that one person's bad item can be found in.
pub(crate) const BATCH_ITEMS: usize = 100;
/// Bytes of one push body before compression, when it holds more than one item (256 KiB): a few seconds on a bad line.
pub(crate) const BATCH_BYTES: usize = 256 * 1024;
/// Bytes of any request body after decompression (4 MiB): one shipment with several long texts fits, a gzip bomb does
/// not.
pub(crate) const BODY_BYTES: usize = 4 * 1024 * 1024;
/// Entries of one pull page.
pub(crate) const PAGE_ENTRIES: usize = 500;
/// Bytes at which a page ends early (4 MiB): half of what a phone takes in one reply, whatever the last entry weighs.
pub(crate) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Items decided in one transaction: one fsync for sixteen saves, and nobody waits long for the writer.
pub(crate) const SLICE_ITEMS: usize = 16;
/// Questions in one lookup: as many as a phone may have in doubt at once, twice.
pub(crate) const LOOKUP_QUESTIONS: usize = 200;
/// How long an outcome is kept with its key, seconds (one day).
pub(crate) const KEY_LIFETIME_S: i64 = 86_400;
/// How long tombstones and `by` lists are kept, milliseconds (90 days): a phone that was in a drawer for a season.
pub(crate) const TOMBSTONE_MS: i64 = 90 * 86_400_000;
/// Shipments named in a record's `by`, the newest ones: 70 bytes each, so that a record edited all day long does not
/// outgrow a line of a reply. An older open one is found by its key or by lookup.
pub(crate) const APPLIED_LISTED: usize = 1_000;
/// What a shipment is told when the database failed under it, seconds.
pub(crate) const AFTER_FAILURE_S: i64 = 5;
