//! What becomes of a request between a phone and the server.

use fastrand::Rng;

/// The network around a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// None.
    Absent,
    /// Fast, and nothing is lost.
    Good,
    /// Seconds for each way.
    Slow,
    /// Things are lost and cut.
    Lossy,
    /// Things are also repeated, held up and overtaken, for days.
    Evil,
    /// A page that wants a log-in answers.
    Portal,
}

/// What happens to one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No connection comes about.
    Unreachable { after_ms: i64 },
    /// The network answers itself.
    Portal { after_ms: i64, redirect: bool },
    /// The request never arrives.
    RequestLost,
    /// It arrives and is answered.
    Served { up_ms: i64, down: Way, repeats: Vec<i64> },
    /// It arrives when the phone has long given up.
    Late { up_ms: i64 },
}

/// What happens to a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It arrives, in so many pieces.
    Whole { ms: i64, pieces: usize },
    /// It never arrives.
    Lost,
    /// It is cut after so many hundredths of it.
    Cut { ms: i64, percent: usize },
}

/// Silence after which a phone gives an exchange up, as its HTTP client does.
pub(crate) const PATIENCE_MS: i64 = 30_000;

impl Network {
    /// Draws what happens to an exchange.
    pub(crate) fn fate(self, rng: &mut Rng) -> Fate {
        let percent = |rng: &mut Rng, of: u32| rng.u32(0..100) < of;
        match self {
            Self::Absent => Fate::Unreachable { after_ms: rng.i64(5..2_000) },
            Self::Portal => Fate::Portal { after_ms: rng.i64(20..900), redirect: percent(rng, 30) },
            Self::Good => served(rng.i64(5..60), Way::Whole { ms: rng.i64(5..60), pieces: rng.usize(1..3) }),
            Self::Slow => served(rng.i64(800..9_000), Way::Whole { ms: rng.i64(800..15_000), pieces: rng.usize(1..5) }),
            Self::Lossy => match rng.u32(0..100) {
                0..15 => Fate::Unreachable { after_ms: rng.i64(5..10_000) },
                15..30 => Fate::RequestLost,
                30..48 => served(rng.i64(50..4_000), Way::Lost),
                48..66 => served(rng.i64(50..4_000), cut(rng)),
                _ => served(rng.i64(50..4_000), Way::Whole { ms: rng.i64(50..4_000), pieces: rng.usize(1..4) }),
            },
            Self::Evil => match rng.u32(0..100) {
                0..8 => Fate::RequestLost,
                8..25 => Fate::Late { up_ms: long(rng) },
                25..40 => served(rng.i64(50..9_000), Way::Lost),
                40..52 => served(rng.i64(50..9_000), cut(rng)),
                _ => {
                    let repeats = (0..rng.usize(0..3)).map(|_| long(rng)).collect();
                    let down = if percent(rng, 30) { Way::Lost } else { whole(rng) };
                    Fate::Served { up_ms: rng.i64(20..9_000), down, repeats }
                }
            },
        }
    }
}

fn served(up_ms: i64, down: Way) -> Fate {
    Fate::Served { up_ms, down, repeats: Vec::new() }
}

fn whole(rng: &mut Rng) -> Way {
    Way::Whole { ms: rng.i64(20..20_000), pieces: rng.usize(1..4) }
}

fn cut(rng: &mut Rng) -> Way {
    Way::Cut { ms: rng.i64(20..4_000), percent: rng.usize(0..100) }
}

/// From moments to days.
fn long(rng: &mut Rng) -> i64 {
    match rng.u32(0..3) {
        0 => rng.i64(10..5_000),
        1 => rng.i64(5_000..3_600_000),
        _ => rng.i64(3_600_000..5 * 86_400_000),
    }
}
