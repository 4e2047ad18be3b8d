//! Things that happen one after the other: what meets by chance once in a thousand worlds, and in life every week. Each step is
//! one of its own, so that it can be left out.

use std::ops::Range;

use fastrand::Rng;

use super::plan::{Act, Deed, Habit, Mishap, Whim};

/// A step of a scene: so many milliseconds after the one before.
type Beat = (Range<i64>, Part);

/// Whose step it is; the phone is drawn once for the scene.
#[derive(Clone, Copy)]
enum Part {
    Person(Habit),
    Phone(Mishap),
    Office(Deed),
    Server(Whim),
}

use Part::{Office, Person, Phone, Server};

const SOON: Range<i64> = 0..3_000;
/// Of a slow network.
const A_ROUND_TRIP: Range<i64> = 2_000..12_000;
const MOMENTS: Range<i64> = 1_000..40_000;
const MINUTES: Range<i64> = 60_000..900_000;
const HOURS: Range<i64> = 3_600_000..15_000_000;

/// The server asks for patience, and the person has none.
const IMPATIENCE: &[Beat] = &[
    (MOMENTS, Server(Whim::RateLimit)),
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Person(Habit::SyncNow)),
    (MOMENTS, Person(Habit::Rage)),
];

/// A refusal gets lost, somebody else goes on, and the phone asks late.
const LOST_ANSWER: &[Beat] = &[
    (SOON, Server(Whim::ShortKeys)),
    (SOON, Server(Whim::RefuseField)),
    (SOON, Phone(Mishap::LossyNetwork)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Phone(Mishap::Offline)),
    (MOMENTS, Office(Deed::EditWhatIsEdited)),
    (SOON, Office(Deed::EditWhatIsEdited)),
    (HOURS, Phone(Mishap::Online)),
];

/// The answer comes without the record, and the record has moved.
const ANSWER_WITHOUT_RECORD: &[Beat] = &[
    (SOON, Phone(Mishap::Offline)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Office(Deed::EditWhatIsEdited)),
    (SOON, Server(Whim::NoRecords)),
    (MOMENTS, Phone(Mishap::Online)),
    (MOMENTS, Person(Habit::ReadWords)),
];

/// Something is signed off, and then changed after all.
const AFTER_THE_SIGNATURE: &[Beat] = &[
    (SOON, Phone(Mishap::Offline)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SignOff)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Phone(Mishap::Online)),
];

/// A record goes out of sight while it is worked on, and comes back.
const OUT_OF_SIGHT: &[Beat] = &[
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Phone(Mishap::Offline)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Office(Deed::Revoke)),
    (SOON, Office(Deed::Archive)),
    (MINUTES, Phone(Mishap::Online)),
    (MINUTES, Office(Deed::Grant)),
    (SOON, Office(Deed::Reopen)),
    (SOON, Person(Habit::LookAtReviews)),
    (SOON, Person(Habit::AnswerMine)),
    (SOON, Person(Habit::AnswerMine)),
];

/// Others are faster, each time.
const OTHERS_ARE_FASTER: &[Beat] = &[
    (SOON, Phone(Mishap::SlowNetwork)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Office(Deed::EditWhatIsEdited)),
    (2_000..9_000, Office(Deed::EditWhatIsEdited)),
    (2_000..9_000, Office(Deed::EditWhatIsEdited)),
    (2_000..9_000, Office(Deed::EditWhatIsEdited)),
    (2_000..9_000, Office(Deed::EditWhatIsEdited)),
];

/// There is no room, and the person insists.
const NO_ROOM: &[Beat] = &[
    (SOON, Phone(Mishap::DiskFull)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::TapAgain)),
    (MOMENTS, Phone(Mishap::DiskFree)),
    (SOON, Person(Habit::TapAgain)),
];

/// A new version of the app finds work that waits.
const UPDATE: &[Beat] = &[
    (SOON, Phone(Mishap::Offline)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::CreateWithNote)),
    (SOON, Office(Deed::EditWhatIsEdited)),
    (MOMENTS, Phone(Mishap::Upgrade)),
    (MOMENTS, Phone(Mishap::Online)),
];

/// What was saved together does not stay together.
const PARTED: &[Beat] = &[
    (SOON, Phone(Mishap::Offline)),
    (SOON, Person(Habit::SaveTogether)),
    (SOON, Person(Habit::CreateTogether)),
    (SOON, Office(Deed::EditWhatIsEdited)),
    (SOON, Server(Whim::AnswerLater)),
    (MOMENTS, Phone(Mishap::Online)),
    (MOMENTS, Person(Habit::Discard)),
    (MOMENTS, Person(Habit::AnswerTheirs)),
];

/// The server wants to be asked later; others go on meanwhile, and in the end it refuses, with few words.
const TOLD_TO_WAIT: &[Beat] = &[
    (SOON, Server(Whim::AnswerLater)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Office(Deed::EditWhatIsEdited)),
    (SOON, Office(Deed::EditWhatIsEdited)),
    (MOMENTS, Person(Habit::SyncNow)),
    (MOMENTS, Server(Whim::NoRecords)),
    (SOON, Server(Whim::RefuseField)),
    (HOURS, Person(Habit::SyncNow)),
];

/// One token after the other ends, while the phone asks.
const TOKENS_END: &[Beat] = &[
    (SOON, Phone(Mishap::SlowNetwork)),
    (SOON, Server(Whim::ExpireToken)),
    (SOON, Person(Habit::SyncNow)),
    (A_ROUND_TRIP, Server(Whim::ExpireToken)),
    (A_ROUND_TRIP, Server(Whim::ExpireToken)),
    (A_ROUND_TRIP, Server(Whim::ExpireToken)),
    (MINUTES, Phone(Mishap::Online)),
];

/// Half a form is put aside, and taken up in a new version of the app.
const HALF_A_FORM: &[Beat] = &[
    (SOON, Phone(Mishap::Offline)),
    (SOON, Person(Habit::SaveAtOnce)),
    (SOON, Person(Habit::SaveAtOnce)),
    (MOMENTS, Person(Habit::OpenForm)),
    (MOMENTS, Person(Habit::SaveDraft)),
    (MINUTES, Phone(Mishap::Upgrade)),
    (MOMENTS, Person(Habit::Save)),
    (MOMENTS, Phone(Mishap::Online)),
    (MOMENTS, Person(Habit::ReadWords)),
];

const SCENES: &[&[Beat]] = &[
    IMPATIENCE,
    LOST_ANSWER,
    ANSWER_WITHOUT_RECORD,
    AFTER_THE_SIGNATURE,
    OUT_OF_SIGHT,
    OTHERS_ARE_FASTER,
    NO_ROOM,
    UPDATE,
    PARTED,
    TOLD_TO_WAIT,
    TOKENS_END,
    HALF_A_FORM,
];

/// The steps of a scene with this phone: how long after the one before, and what.
pub(crate) fn draw(phone: usize, rng: &mut Rng) -> Vec<(i64, Act)> {
    let scene = SCENES[rng.usize(0..SCENES.len())];
    let step = |(wait, part): &Beat| {
        let act = match *part {
            Person(habit) => Act::Person(phone, habit),
            Phone(mishap) => Act::Phone(phone, mishap),
            Office(deed) => Act::Office(deed),
            Server(whim) => Act::Server(whim),
        };
        (rng.i64(wait.clone()), act)
    };
    scene.iter().map(step).collect()
}
