//! Planted defects, for seeing whether the simulator finds them. They are there with the feature `mutants` alone, and of
//! those the one that was chosen at run time; without it every question is answered "no" when this crate is compiled.

use std::sync::atomic::{AtomicU8, Ordering};

/// Chooses a mutant in a process that does not choose by itself.
const VARIABLE: &str = "FIELDKEEP_MUTANT";
/// Nobody has looked yet.
const UNKNOWN: u8 = u8::MAX;
/// None is chosen.
const NONE: u8 = u8::MAX - 1;

static CHOSEN: AtomicU8 = AtomicU8::new(UNKNOWN);

macro_rules! mutants {
    ($($variant:ident $name:literal $what:literal)*) => {
        /// One planted defect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mutant {
            $(#[doc = $what] $variant,)*
        }

        /// All of them: name, and what is wrong.
        pub const ALL: &[(Mutant, &str, &str)] = &[$((Mutant::$variant, $name, $what),)*];
    };
}

mutants! {
    InFlightInMemory "in-flight-in-memory" "What was sent is forgotten when the app ends, and goes on being edited under its old key."
    MergeWhileUnanswered "merge-while-unanswered" "A page is merged while a shipment of its record has no answer."
    NoOrderCheck "no-order-check" "Replies and pages are taken in the order in which they come."
    KeyReusedAfterRefusal "key-reused-after-refusal" "After a refusal the next shipment of the record has the old key."
    PassesBarrier "passes-barrier" "Edits pass a sign-off that was made before them."
    WallClock "wall-clock" "Due times are counted on the wall clock alone."
    SyncedWhileStale "synced-while-stale" "A record is called synced though others changed it before this phone did."
    ResolveMoved "resolve-moved" "An answer is taken though the other side has moved since."
    CursorBeforeData "cursor-before-data" "The cursor is stored before the page."
    SignOutIsFinal "sign-out-is-final" "A refused token is taken for a refusal of the work."
    ArchiveOvertakes "archive-overtakes" "An archive goes although an earlier edit waits for a person."
    FromThePage "from-the-page" "An edit starts from what a page says, not from what the person saw."
    RefusalForgotten "refusal-forgotten" "A refused create goes out again as if nothing had been said."
    StampIgnored "stamp-ignored" "What the person saw does not count while something of the record waits."
    SynchronousOff "synchronous-off" "A commit does not wait for the disk."
    NoPokeAfterUnpause "no-poke-after-unpause" "Nobody wakes the engine when something is taken up again."
    ParkedIsDropped "parked-is-dropped" "A page that had to wait for an answer is forgotten."
    GroupInPart "group-in-part" "A group goes without the members that cannot go now."
    FormTokenForgotten "form-token-forgotten" "The token of a form is forgotten after some others."
    FloorPassed "floor-passed" "What the server asked for is no floor: a person's haste passes it."
    AnswerNotReported "answer-not-reported" "Answers to questions are not told to the server when they give nothing up."
    HalfTidied "half-tidied" "The clean-up leaves half of the newest operation, as it once did."
    UnheardNetwork "unheard-network" "Nobody wakes the engine when the network comes back and that cannot be stored, as it once was."
    OwnConflict "own-conflict" "A person is asked to choose between two values of their own, as once after \"try again\"."
    GoodTokenRefused "good-token-refused" "That the server takes a token does not end the count of those that it refused."
    LaneHidesLater "lane-hides-later" "The lane's time is named for an item that waits longer than the lane, as it once was."
    GroupWaitUnsaid "group-wait-unsaid" "A member of a group is called ready while another one's time has not come, as it once was."
    GroupTimePassed "group-time-passed" "A time that the server names for one part of a group counts only when all parts are answered, as once."
    CountedTwice "counted-twice" "A report counts an operation twice that waits and is asked about, as it once did."
    GivenUpUnwritten "given-up-unwritten" "What goes with an answer to a whole record is in no history, as it once was."
    SeenNotConverted "seen-not-converted" "After an update of the app the kinds of values that a form showed are the old ones, as they once were."
    DeleterIsAuthor "deleter-is-author" "Who deleted a record counts as the author of its values, as once."
    StrangerStays "stranger-stays" "A token is called somebody else's though a person has signed in since, as once."
    NewTokenBlamed "new-token-blamed" "A new token counts as refused because an older one was, as once."
    KeptAnswerIsFresh "kept-answer-is-fresh" "The record beside an answer that the server may have kept is taken for the present one, as once."
    AsksAboutTheSame "asks-about-the-same" "An earlier edit that counts again is asked about though it says what the others say, as once."
    OldAuthorNamed "old-author-named" "Of a value that came without its record, whoever changed the record before counts as the author, as once."
    SessionsLast "sessions-last" "A session lasts as long as the app, and with it what is believed of the clock, as once."
    HiddenIsGone "hidden-is-gone" "Of a record that is hidden from its user a lookup says that it is gone, as once."
    OlderNewsOnTop "older-news-on-top" "A page that waited for an answer is taken though the answer is newer, as once."
    LaterIsNow "later-is-now" "An item that was told to wait does not."
}

/// Chooses a mutant by its name for this process; none when there is no such.
#[must_use]
pub fn choose(name: &str) -> Option<Mutant> {
    let (position, (mutant, ..)) = ALL.iter().enumerate().find(|(_, (_, known, _))| *known == name)?;
    CHOSEN.store(u8::try_from(position).unwrap_or(NONE), Ordering::SeqCst);
    Some(*mutant)
}

/// Ends the choice.
pub fn choose_none() {
    CHOSEN.store(NONE, Ordering::SeqCst);
}

/// Whether this is the chosen one.
#[inline]
pub(crate) fn is(mutant: Mutant) -> bool {
    cfg!(feature = "mutants") && chosen() == Some(mutant)
}

fn chosen() -> Option<Mutant> {
    match CHOSEN.load(Ordering::Relaxed) {
        UNKNOWN => {
            let named = std::env::var(VARIABLE).ok().and_then(|name| choose(&name));
            if named.is_none() {
                choose_none();
            }
            named
        }
        position => ALL.get(usize::from(position)).map(|(mutant, ..)| *mutant),
    }
}
