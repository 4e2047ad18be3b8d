//! What happens in a world: drawn from the seed before anything runs, so that steps can be left out without changing the rest.

use fastrand::Rng;

use super::scenes;

/// A world and what happens in it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// The user of each phone; somebody may have two.
    pub(crate) phones: Vec<String>,
    /// People at the server.
    pub(crate) office: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) no: usize,
    /// So long after the one before.
    pub(crate) wait_ms: i64,
    pub(crate) act: Act,
    /// What this step draws from.
    pub(crate) salt: u64,
}

/// Who does what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// The person with that phone.
    Person(usize, Habit),
    /// That phone, or what is around it.
    Phone(usize, Mishap),
    /// Somebody at the server.
    Office(Deed),
    /// The server itself.
    Server(Whim),
}

/// What a person does with a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Habit {
    OpenForm,
    Save,
    SaveAtOnce,
    DoubleTap,
    TapAgain,
    SaveClearing,
    CreateJob,
    CreateWithNote,
    CreateTogether,
    SaveTogether,
    AddNote,
    Archive,
    Reopen,
    SignOff,
    GiveUpAndRecreate,
    Discard,
    Pause,
    Unpause,
    LookAtReviews,
    AnswerMine,
    AnswerTheirs,
    AnswerMerged,
    SyncNow,
    Rage,
    SaveDraft,
    CloseApp,
    OpenApp,
    Suspend,
    Resume,
    BackgroundSlice,
    SignIn,
    SignInAsOther,
    MoveJob,
    ReadWords,
}

/// What befalls a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mishap {
    Offline,
    Online,
    SlowNetwork,
    LossyNetwork,
    EvilNetwork,
    Portal,
    Kill,
    KillInFileOperation,
    PowerCut,
    Reboot,
    Freeze,
    DiskFull,
    DiskFree,
    DiskFails,
    LockPhone,
    UnlockPhone,
    ClockForward,
    ClockBack,
    ClockRight,
    BatteryLow,
    BatteryOk,
    Upgrade,
}

/// What people at the server do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    Edit,
    EditWhatIsEdited,
    Create,
    Archive,
    Reopen,
    Delete,
    Touch,
    Grant,
    Revoke,
    SeesAll,
}

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whim {
    Down,
    Up,
    Restart,
    ForgetKeys,
    RateLimit,
    Fail,
    Normalise,
    RefuseField,
    RefuseRecord,
    AnswerLater,
    NotAttempted,
    Limits,
    ShortKeys,
    ExpireToken,
    Tamper,
    NoRecords,
    KeepAnswers,
    NoOldApps,
    WellBehaved,
}

pub(super) const HABITS: &[(Habit, u32)] = &[
    (Habit::OpenForm, 60),
    (Habit::Save, 90),
    (Habit::SaveAtOnce, 90),
    (Habit::DoubleTap, 20),
    (Habit::TapAgain, 14),
    (Habit::SaveClearing, 12),
    (Habit::CreateJob, 25),
    (Habit::CreateWithNote, 20),
    (Habit::CreateTogether, 14),
    (Habit::SaveTogether, 16),
    (Habit::AddNote, 25),
    (Habit::Archive, 12),
    (Habit::Reopen, 10),
    (Habit::SignOff, 8),
    (Habit::GiveUpAndRecreate, 10),
    (Habit::Discard, 12),
    (Habit::Pause, 8),
    (Habit::Unpause, 14),
    (Habit::LookAtReviews, 30),
    (Habit::AnswerMine, 45),
    (Habit::AnswerTheirs, 45),
    (Habit::AnswerMerged, 22),
    (Habit::SyncNow, 30),
    (Habit::Rage, 8),
    (Habit::SaveDraft, 6),
    (Habit::CloseApp, 8),
    (Habit::OpenApp, 30),
    (Habit::Suspend, 10),
    (Habit::Resume, 25),
    (Habit::BackgroundSlice, 12),
    (Habit::SignIn, 14),
    (Habit::SignInAsOther, 4),
    (Habit::MoveJob, 16),
    (Habit::ReadWords, 15),
];

pub(super) const MISHAPS: &[(Mishap, u32)] = &[
    (Mishap::Offline, 14),
    (Mishap::Online, 34),
    (Mishap::SlowNetwork, 8),
    (Mishap::LossyNetwork, 12),
    (Mishap::EvilNetwork, 10),
    (Mishap::Portal, 5),
    (Mishap::Kill, 10),
    (Mishap::KillInFileOperation, 12),
    (Mishap::PowerCut, 8),
    (Mishap::Reboot, 6),
    (Mishap::Freeze, 6),
    (Mishap::DiskFull, 4),
    (Mishap::DiskFree, 8),
    (Mishap::DiskFails, 5),
    (Mishap::LockPhone, 3),
    (Mishap::UnlockPhone, 8),
    (Mishap::ClockForward, 4),
    (Mishap::ClockBack, 5),
    (Mishap::ClockRight, 5),
    (Mishap::BatteryLow, 2),
    (Mishap::BatteryOk, 3),
    (Mishap::Upgrade, 3),
];

pub(super) const DEEDS: &[(Deed, u32)] = &[
    (Deed::Edit, 60),
    (Deed::EditWhatIsEdited, 60),
    (Deed::Create, 10),
    (Deed::Archive, 12),
    (Deed::Reopen, 10),
    (Deed::Delete, 5),
    (Deed::Touch, 10),
    (Deed::Grant, 8),
    (Deed::Revoke, 6),
    (Deed::SeesAll, 2),
];

pub(super) const WHIMS: &[(Whim, u32)] = &[
    (Whim::Down, 5),
    (Whim::Up, 16),
    (Whim::Restart, 8),
    (Whim::ForgetKeys, 5),
    (Whim::RateLimit, 8),
    (Whim::Fail, 10),
    (Whim::Normalise, 10),
    (Whim::RefuseField, 8),
    (Whim::RefuseRecord, 6),
    (Whim::AnswerLater, 8),
    (Whim::NotAttempted, 5),
    (Whim::Limits, 6),
    (Whim::ShortKeys, 5),
    (Whim::ExpireToken, 8),
    (Whim::Tamper, 8),
    (Whim::NoRecords, 3),
    (Whim::KeepAnswers, 8),
    (Whim::NoOldApps, 4),
    (Whim::WellBehaved, 14),
];

/// So often not one thing happens, but a scene.
const SCENES_PERCENT: u32 = 4;

/// In each world some things never happen: a world of everything at once hides what needs quiet (swarm testing, Groce et al.,
/// ISSTA 2012).
fn swarm<T: Copy>(all: &[(T, u32)], keep_percent: u32, rng: &mut Rng) -> Vec<(T, u32)> {
    all.iter().copied().filter(|_| rng.u32(0..100) < keep_percent).collect()
}

fn draw<T: Copy>(from: &[(T, u32)], rng: &mut Rng) -> Option<T> {
    let sum: u32 = from.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.u32(0..sum.max(1));
    for (what, weight) in from {
        if left < *weight {
            return Some(*what);
        }
        left -= weight;
    }
    None
}

/// How long nothing happens: mostly moments, sometimes weeks.
fn pause(rng: &mut Rng) -> i64 {
    const SECOND: i64 = 1_000;
    const HOUR: i64 = 3_600 * SECOND;
    match rng.u32(0..100) {
        0..30 => rng.i64(0..800),
        30..55 => rng.i64(SECOND..60 * SECOND),
        55..80 => rng.i64(60 * SECOND..HOUR),
        80..94 => rng.i64(HOUR..20 * HOUR),
        94..99 => rng.i64(20 * HOUR..6 * 24 * HOUR),
        _ => rng.i64(6 * 24 * HOUR..40 * 24 * HOUR),
    }
}

impl Plan {
    /// The world of a seed.
    pub(crate) fn draw(seed: u64, steps: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let people = ["ana", "ben", "cid"];
        let phones = (0..rng.usize(1..=5)).map(|_| people[rng.usize(0..people.len())].to_owned()).collect::<Vec<_>>();
        let office = ["office", "desk2", "desk3"][..rng.usize(1..=3)].iter().map(|&name| name.to_owned()).collect();
        let habits = swarm(HABITS, 85, &mut rng);
        let mishaps = swarm(MISHAPS, 60, &mut rng);
        let deeds = swarm(DEEDS, 80, &mut rng);
        let whims = swarm(WHIMS, 55, &mut rng);
        let shares = [(0, 60), (1, rng.u32(4..24)), (2, rng.u32(4..20)), (3, rng.u32(2..14))];
        let mut list = Vec::with_capacity(steps);
        while list.len() < steps {
            let phone = rng.usize(0..phones.len());
            if rng.u32(0..100) < SCENES_PERCENT {
                let (scene, room) = (scenes::draw(phone, &mut rng), steps - list.len());
                for (wait_ms, act) in scene.into_iter().take(room) {
                    list.push(Step { no: list.len(), wait_ms, act, salt: rng.u64(..) });
                }
                continue;
            }
            let act = match draw(&shares, &mut rng) {
                Some(0) => draw(&habits, &mut rng).map(|habit| Act::Person(phone, habit)),
                Some(1) => draw(&mishaps, &mut rng).map(|mishap| Act::Phone(phone, mishap)),
                Some(2) => draw(&deeds, &mut rng).map(Act::Office),
                _ => draw(&whims, &mut rng).map(Act::Server),
            };
            let (wait_ms, salt) = (pause(&mut rng), rng.u64(..));
            if let Some(act) = act {
                list.push(Step { no: list.len(), wait_ms, act, salt });
            }
        }
        Self { seed, phones, office, steps: list }
    }
}
