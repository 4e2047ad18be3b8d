//! How large a value may be. All limits of this room, each with its reason.

/// Bytes of a `text` (16 KiB): a line or a paragraph; indexes and lists carry it.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;
/// Bytes of a `long_text` (64 KiB): about 10,000 words; several of them still fit one request. Larger is a file.
pub const MAX_LONG_TEXT_BYTES: usize = 64 * 1024;
/// Digits of a decimal (38): what SQL databases and the decimal types of Java and Swift hold exactly.
pub const MAX_DECIMAL_DIGITS: usize = 38;
/// Largest absolute integer (2^53 - 1): what JSON readers agree on (RFC 7493, section 2.2).
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;
/// Tags on one field: a person can still read them.
pub const MAX_TAGS: usize = 100;
/// Bytes of one tag, one choice or one phone number.
pub const MAX_TOKEN_BYTES: usize = 200;
/// Instants lie in the years 0001 to 9999, the range of RFC 3339, in milliseconds since 1970.
pub const MIN_INSTANT_MS: i64 = -62_135_596_800_000;
/// See [`MIN_INSTANT_MS`].
pub const MAX_INSTANT_MS: i64 = 253_402_300_799_999;
