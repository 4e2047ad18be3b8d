//! One world from its beginning to its end.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use fastrand::Rng;
use fieldkeep::Resolve;
use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use serde_json::json;

use super::cover::Cover;
use super::network::Network;
use super::oracle::{self, Verdict};
use super::phone::Wanted;
use super::plan::{Act, Plan, Step};
use super::trace::Mode;
use super::world::{BEGINNING_MS, World};

/// Rounds of healing: after each, a person at each phone answers what is asked.
const ROUNDS: usize = 40;
/// Longer than a server may make a phone wait.
const A_DAY_AND_MORE_MS: i64 = 27 * 3_600_000;
/// Longer than the lane waits by itself.
const ROUND_MS: i64 = 30 * 60_000;

/// What a run came to.
pub(crate) struct Outcome {
    /// What must not be, in one sentence, and at which step.
    pub(crate) violation: Option<Violation>,
    pub(crate) digest: String,
    pub(crate) cover: Cover,
    pub(crate) virtual_ms: i64,
}

/// What must not be.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) step: Option<usize>,
    pub(crate) words: String,
}

impl Violation {
    /// What sort of thing it is: the same defect found in another place is of the same sort.
    pub(crate) fn kind(&self) -> &'static str {
        const KINDS: [&str; 16] = [
            "panic",
            "invariants",
            "stuck",
            "lost",
            "twice",
            "used twice",
            "overwritten unseen",
            "out of order",
            "overtook",
            "nobody meant",
            "not the same",
            "in part",
            "waits for",
            "says",
            "the screen shows",
            "neither on the server",
        ];
        KINDS.into_iter().find(|kind| self.words.contains(kind)).unwrap_or("other")
    }
}

thread_local! {
    /// Where the last panic of this thread was, for a trace that says so.
    static PANICKED_AT: Cell<Option<String>> = const { Cell::new(None) };
    static IN_A_WORLD: Cell<bool> = const { Cell::new(false) };
}

/// A panic in a world is a finding, told with the others, and not on its own. Any other is told as always.
pub(crate) fn quieten_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IN_A_WORLD.get() {
                return usual(panic);
            }
            let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
            PANICKED_AT.set(place);
        }));
    });
}

/// Runs a plan.
pub(crate) fn run(plan: &Plan, mode: Mode) -> Outcome {
    let mut world = match World::new(plan, mode) {
        Ok(world) => world,
        Err(words) => {
            let violation = Some(Violation { step: None, words });
            return Outcome { violation, digest: String::new(), cover: Cover::default(), virtual_ms: 0 };
        }
    };
    let mut at = None;
    IN_A_WORLD.set(true);
    let live = catch_unwind(AssertUnwindSafe(|| {
        for phone in 0..world.phones.len() {
            world.open_app(phone)?;
        }
        for step in &plan.steps {
            at = Some(step.no);
            take(&mut world, step)?;
        }
        at = None;
        heal(&mut world)
    }));
    IN_A_WORLD.set(false);
    let verdict = live.unwrap_or_else(|panic| Err(format!("panic: {}", words_of(&*panic))));
    let violation = verdict.err().map(|words| Violation { step: at, words });
    let virtual_ms = world.now_ms() - BEGINNING_MS;
    Outcome { violation, digest: world.trace.digest(), cover: std::mem::take(&mut world.cover), virtual_ms }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    format!("{} at {}", text.unwrap_or_default(), PANICKED_AT.take().unwrap_or_default())
}

fn take(world: &mut World, step: &Step) -> Verdict {
    world.pass(step.wait_ms)?;
    world.rng = Rng::with_seed(step.salt);
    match step.act {
        Act::Person(phone, habit) => world.habit(phone, habit),
        Act::Phone(phone, mishap) => world.mishap(phone, mishap),
        Act::Office(deed) => world.deed(deed),
        Act::Server(whim) => world.whim(whim),
    }
}

/// Everything works again, people answer what they are asked, and time passes: then nothing may be left.
fn heal(world: &mut World) -> Verdict {
    world.say("world", "heals");
    world.office.start()?;
    for phone in 0..world.phones.len() {
        let user = world.phones[phone].user.clone();
        world.office.admin(&json!({ "do": "sees_all", "user": user, "value": true }))?;
        world.phones[phone].network = Network::Good;
        world.phones[phone].disk.set_fault(None);
        world.phones[phone].disk.set_fuse(None);
        world.phones[phone].disk.set_capacity(None);
        world.phones[phone].storage_is_ill = false;
        world.phones[phone].clock.set_right();
        let conditions = Conditions { network: NetworkKind::Unmetered, battery: Battery::Ok };
        world.with_app(phone)?;
        world.sign_in(phone)?;
        world.phones[phone].tell_conditions(conditions);
    }
    world.pass(A_DAY_AND_MORE_MS)?;
    for phone in 0..world.phones.len() {
        only_people_are_waited_for(world, phone)?;
    }
    for round in 0..ROUNDS {
        for phone in 0..world.phones.len() {
            answer_all(world, phone, round)?;
        }
        world.pass(ROUND_MS)?;
        if is_quiet(world)? {
            break;
        }
    }
    // A phone hears of the others when somebody asks for news.
    for phone in 0..world.phones.len() {
        want_sync(world, phone)?;
    }
    world.pass(ROUND_MS)?;
    for phone in 0..world.phones.len() {
        nothing_is_left(world, phone)?;
    }
    oracle::all_ended(&world.intents)
}

/// After a day in which everything worked nothing waits for anything but a person.
fn only_people_are_waited_for(world: &mut World, phone: usize) -> Verdict {
    let Some(keep) = world.with_app(phone)? else { return Ok(()) };
    let outbox = keep.outbox().map_err(|error| format!("the outbox cannot be read: {error}"))?;
    let stuck = outbox.iter().find(|item| {
        use fieldkeep::WhyWaiting as Why;
        matches!(
            item.why,
            Why::SignIn
                | Why::WrongUser
                | Why::InFlight
                | Why::Ready
                | Why::Lane { .. }
                | Why::Later { .. }
                | Why::Bounced { .. }
                | Why::Offline
                | Why::BehindShipment
        )
    });
    match stuck {
        Some(item) => Err(format!("{}: stuck: nobody is asked, and it waits: {item:?}", world.phones[phone].name)),
        None => Ok(()),
    }
}

fn answer_all(world: &mut World, phone: usize, round: usize) -> Verdict {
    let Some(keep) = world.with_app(phone)? else { return Ok(()) };
    for item in keep.outbox().map_err(|error| format!("the outbox cannot be read: {error}"))? {
        if item.why == fieldkeep::WhyWaiting::Paused {
            let _ = keep.unpause(item.operation);
            world.intents.pause(phone, item.operation, false);
        }
    }
    // First they try to have their way; what is refused again and again they let go.
    let answer = if round < 2 { Resolve::Mine } else { Resolve::Theirs };
    for review in keep.reviews().map_err(|error| format!("the reviews cannot be read: {error}"))? {
        if !world.resolve(phone, &keep, &review, answer.clone())? && answer == Resolve::Mine {
            world.resolve(phone, &keep, &review, Resolve::Theirs)?;
        }
    }
    want_sync(world, phone)
}

fn want_sync(world: &mut World, phone: usize) -> Verdict {
    if let Some(app) = &mut world.phones[phone].app {
        app.wanted.push_back(Wanted::Sync);
    }
    world.pump(phone)
}

fn is_quiet(world: &mut World) -> Result<bool, String> {
    for phone in 0..world.phones.len() {
        let Some(keep) = world.keep_of(phone) else { return Ok(false) };
        if !keep.outbox().is_ok_and(|outbox| outbox.is_empty()) || !keep.reviews().is_ok_and(|open| open.is_empty()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn nothing_is_left(world: &mut World, phone: usize) -> Verdict {
    let name = world.phones[phone].name.clone();
    let Some(keep) = world.keep_of(phone) else { return Err(format!("{name}: the app does not run")) };
    let outbox = keep.outbox().map_err(|error| format!("{name}: the outbox cannot be read: {error}"))?;
    if let Some(item) = outbox.first() {
        return Err(format!("{name}: stuck: {} waiting after everything was healed: {item:?}", outbox.len()));
    }
    let reviews = keep.reviews().map_err(|error| format!("{name}: the reviews cannot be read: {error}"))?;
    if let Some(review) = reviews.first() {
        return Err(format!("{name}: stuck: a question that no answer ends: {review:?}"));
    }
    world.check_invariants(phone)?;
    world.fits_its_disk(phone)?;
    for (review, choice) in std::mem::take(&mut world.phones[phone].answered) {
        match world.office.answer_to(review)? {
            Some(told) if told["choice"] == choice => {}
            Some(told) => return Err(format!("{name}: lost: {choice} was answered to {review}, and told as {told}")),
            None => return Err(format!("{name}: lost: the server was never told the answer to {review}")),
        }
    }
    let records = world.intents.records_of(phone);
    world.count_histories(&keep, &records);
    let user = world.phones[phone].user.clone();
    let schema = world.phones[phone].schema.clone();
    let mut alive: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in world.office.records()? {
        let visible = world.office.shows(&user, record.no)?;
        if visible && record.life == "alive" {
            alive.entry(record.record_type.clone()).or_default().insert(record.server_id.clone());
        }
        oracle::same_as_server(&keep, &schema, &record, visible)
            .map_err(|error| format!("{name}: not the same: {error}"))?;
    }
    for record_type in &schema.types {
        let expected = alive.remove(&record_type.name).unwrap_or_default();
        oracle::lists_are_right(&keep, &record_type.name, &expected)
            .map_err(|error| format!("{name}: not the same: {error}"))?;
    }
    oracle::says_synced(&keep).map_err(|error| format!("{name}: {error}"))?;
    world.look(phone)
}
