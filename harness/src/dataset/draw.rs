//! Chance, from one seed.

use std::ops::RangeInclusive;

use fastrand::Rng;
use uuid::{Builder, Uuid};

/// A stream of decisions. The order of calls is part of the result: each decision moves the stream on.
pub(super) struct Draw(Rng);

impl Draw {
    /// Starts the stream of a seed.
    pub(super) fn from_seed(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len() - 1)]
    }

    /// An index from 0 to `last`.
    pub(super) fn index(&mut self, last: usize) -> usize {
        self.0.usize(0..=last)
    }

    /// A number in a range.
    pub(super) fn between(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.0.i64(range)
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: i64) -> bool {
        self.between(1..=100) <= chance
    }

    /// A UUIDv7 of that moment, in milliseconds since 1970.
    pub(super) fn id(&mut self, at_ms: i64) -> Uuid {
        let mut random = [0; 10];
        self.0.fill(&mut random);
        Builder::from_unix_timestamp_millis(at_ms.unsigned_abs(), &random).into_uuid()
    }
}
