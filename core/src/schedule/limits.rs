//! Every constant of the fast lane, on one screen, each with its reason.

/// First wait of the fast lane after a failure: a person expects a small edit to arrive within seconds (seed 002).
pub const FIRST_WAIT_MS: i64 = 2_000;
/// Each further failure doubles the wait: a weak network is not helped by more requests (seed 002).
pub const WAIT_GROWTH: i64 = 2;
/// Longest wait of the fast lane: "Sync failed, retrying in 5 minutes" is the most a person is asked to bear.
pub const LONGEST_WAIT_MS: i64 = 5 * 60_000;
/// With the battery low the longest wait doubles (requirement B5).
pub const LOW_BATTERY_FACTOR: i64 = 2;
/// Own waits vary by so many per cent in both directions, so that phones that failed together do not come back together.
pub const OWN_JITTER_PERCENT: i64 = 20;
/// A wait that the server named is a floor; up to so many per cent come on top (requirement B6).
pub const SERVER_JITTER_PERCENT: i64 = 10;
/// A longer `Retry-After` than a day is taken as a day: nobody plans a phone's work further ahead, and a mistyped header
/// must not silence a device for ever. The server will name its time again.
pub const LONGEST_SERVER_WAIT_MS: i64 = DAY_MS;
/// After so many failures in a row one small request (`hello`) goes ahead, and the rest waits for its answer: a network that
/// carries nothing is not asked to carry a whole batch each time.
pub const FAILURES_BEFORE_PROBE: i64 = 3;
/// When a network returns, the lane is due within so many milliseconds, drawn at random: a whole shift walks out of the
/// same basement.
pub const REGAINED_SPREAD_MS: i64 = 2_000;
/// A session lasts so long; then the server is asked again what it takes, and what time it is. A phone's clock may go wrong by
/// four seconds a day, and a limit may change while an app runs for weeks (requirement D8).
pub const SESSION_MS: i64 = DAY_MS / 2;
/// When so many tokens were refused one after the other and nothing has succeeded between, a person has to sign in. Two may
/// have expired in turn.
pub const TOKENS_TRIED: u32 = 3;
/// The same where a person has just signed in: that token deserves to be tried, but a host that says so after each refusal
/// must not make the phone ask without end.
pub const TOKENS_TRIED_AT_MOST: u32 = 6;
/// A transaction of the engine ends after so many milliseconds of work (pitfall P12). A save that comes in the wrong moment
/// waits for it and for its commit; at 20 the slowest in a hundred took 41 ms beside a large download.
pub const SLICE_MS: i64 = 10;
/// A day.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// Settled work stays so long, for whoever asks what was sent last week; then only its history is left.
pub const KEEP_SETTLED_MS: i64 = 30 * DAY_MS;
/// History stays so long: a year with its audits, and some weeks to hold them.
pub const KEEP_JOURNAL_MS: i64 = 400 * DAY_MS;
/// After so many refusals of a record in a row for others' changes, it waits (requirement D13, pitfall P7).
pub const BOUNCES_BEFORE_WAIT: i64 = 3;
/// What the server did not attempt, or says to have forgotten, goes on at once so often; then it waits like other failures. A
/// server that stops early takes some more each time.
pub const ATTEMPTS_AT_ONCE: i64 = 5;
/// After so many pushes in a row one page of news is fetched: who never stops editing still hears of the office.
pub const PUSHES_BEFORE_NEWS: usize = 5;
/// Shipments in one push, unless the server names less: one reply is applied in one go.
pub const BATCH_ITEMS: usize = 100;
/// Bytes in one push body before compression, unless the server names less: passes a weak uplink within its time-out.
pub const BATCH_BYTES: usize = 256 * 1024;
