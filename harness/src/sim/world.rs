//! The world: one true time, everything that happens in it one after the other, and the oracle that looks on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrand::Rng;
use fieldkeep::Fieldkeep;
use fieldkeep::remote::HttpRequest;
use fieldkeep::schema::Schema;

use super::clocks::TrueTime;
use super::cover::Cover;
use super::marks::{Mark, is_reference};
use super::office::Office;
use super::oracle::{History, Intents, Verdict, Wire};
use super::phone::{Done, Phone};
use super::plan::Plan;
use super::radio::Slot;
use super::trace::{Mode, Trace};

/// When every world begins: 2027-01-04 08:00 UTC, a Monday.
pub(crate) const BEGINNING_MS: i64 = 1_799_049_600_000;
/// More steps of one engine at one moment than any work needs: it spins.
const MAX_STEPS_AT_ONCE: usize = 5_000;

/// One world in so many begins with a server that keeps its answers whole.
const KEEPS_ANSWERS_EACH: u64 = 3;

/// So long after somebody has touched it a phone stays awake.
const AWAKE_MS: i64 = 6 * 60_000;
/// Between two moments in which a sleeping phone lets its apps run: hours at first, days when nobody ever touches it.
const SHORTEST_NAP_MS: i64 = 5 * 3_600_000;
const LONGEST_NAP_MS: i64 = 3 * 86_400_000;
/// Such a moment.
const WINDOW_MS: i64 = 90_000;

/// Something that is due.
pub(crate) enum Event {
    /// A request reaches the server; nobody hears the answer of a repeated one.
    Arrive { exchange: u64, repeated: bool },
    /// A piece of a reply, its end, or a failure reaches the phone.
    Deliver { exchange: u64, piece: Piece },
    /// A phone's engine wants a step.
    Wake { phone: usize },
    /// A phone that the system had frozen goes on.
    Thaw { phone: usize },
}

/// What arrives.
pub(crate) enum Piece {
    Head(u16, Vec<(String, String)>),
    Body(Vec<u8>),
    End,
    Failure(fieldkeep::remote::HttpError),
}

/// A request on its way.
pub(crate) struct Exchange {
    pub(crate) phone: usize,
    pub(crate) request: HttpRequest,
    pub(crate) slot: Slot,
    pub(crate) fate: super::network::Fate,
    /// Whether the phone waits for it.
    pub(crate) waited_for: bool,
    /// What the server answered to a push, where all of it arrives.
    pub(crate) reply: Vec<u8>,
}

/// A world.
pub(crate) struct World {
    pub(crate) time: TrueTime,
    queue: BTreeMap<(i64, u64), Event>,
    order: u64,
    pub(crate) phones: Vec<Phone>,
    pub(crate) office: Office,
    pub(crate) desks: Vec<String>,
    pub(crate) schemas: [Schema; 2],
    pub(crate) exchanges: BTreeMap<u64, Exchange>,
    last_exchange: u64,
    pub(crate) intents: Intents,
    pub(crate) wire: Wire,
    pub(crate) history: History,
    pub(crate) trace: Trace,
    pub(crate) cover: Cover,
    last_mark: Mark,
    /// What the present step draws from.
    pub(crate) rng: Rng,
}

/// A name for the disks of a world that no other world of this process has: the same world may run twice at once.
fn disks_of_a_world() -> String {
    static WORLDS: AtomicU64 = AtomicU64::new(0);
    format!("world-{}", WORLDS.fetch_add(1, Ordering::Relaxed))
}

impl World {
    /// The world of a plan, before anything happens in it.
    pub(crate) fn new(plan: &Plan, mode: Mode) -> Result<Self, String> {
        let time = TrueTime::new(BEGINNING_MS);
        let schemas = super::schemas::both()?;
        let mut users: Vec<String> = plan.phones.clone();
        users.extend(plan.office.iter().cloned());
        users.push("office".to_owned());
        users.sort_unstable();
        users.dedup();
        let name = disks_of_a_world();
        let mut office = Office::open(&name, time.clone(), plan.seed ^ 0x5eed, schemas[1].clone(), &users)?;
        if plan.seed.is_multiple_of(KEEPS_ANSWERS_EACH) {
            office.rebuild()?;
        }
        let mut world = Self {
            time,
            queue: BTreeMap::new(),
            order: 0,
            phones: Vec::new(),
            office,
            desks: plan.office.clone(),
            schemas,
            exchanges: BTreeMap::new(),
            last_exchange: 0,
            intents: Intents::default(),
            wire: Wire::default(),
            history: History::default(),
            trace: Trace::new(BEGINNING_MS, mode, &name),
            cover: Cover::default(),
            last_mark: 0,
            rng: Rng::with_seed(plan.seed ^ 0xbe61),
        };
        world.furnish()?;
        for (no, user) in plan.phones.iter().enumerate() {
            let seed = plan.seed.wrapping_mul(31).wrapping_add(u64::try_from(no).unwrap_or(0));
            let token = world.office.token(user);
            let schema = world.schemas[0].clone();
            world.phones.push(Phone::new((&name, no, user), world.time.clone(), seed, &token, schema));
        }
        Ok(world)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.time.now_ms()
    }

    /// A mark that nobody has used.
    pub(crate) fn new_mark(&mut self) -> Mark {
        self.last_mark += 1;
        self.last_mark
    }

    pub(crate) fn say(&mut self, who: &str, what: &str) {
        let now_ms = self.now_ms();
        self.trace.line(now_ms, who, what);
    }

    pub(crate) fn say_of(&mut self, phone: usize, what: &str) {
        let who = self.phones[phone].name.clone();
        self.say(&who, what);
    }

    /// Something becomes due so many milliseconds from now.
    pub(crate) fn schedule(&mut self, in_ms: i64, event: Event) {
        self.order += 1;
        self.queue.insert((self.now_ms() + in_ms.max(0), self.order), event);
    }

    /// Time passes. When nobody touches a phone for long, the system lets it sleep, and lets its apps run for a moment every
    /// few hours.
    pub(crate) fn pass(&mut self, ms: i64) -> Verdict {
        let (start_ms, end_ms) = (self.now_ms(), self.now_ms() + ms);
        self.pass_awake(ms.min(AWAKE_MS))?;
        while self.now_ms() < end_ms {
            let napping: Vec<usize> = (0..self.phones.len()).filter(|phone| self.fall_asleep(*phone)).collect();
            let nap_ms = (self.now_ms() - start_ms).clamp(SHORTEST_NAP_MS, LONGEST_NAP_MS);
            self.pass_awake((end_ms - self.now_ms()).min(nap_ms))?;
            for phone in napping {
                self.thaw(phone);
            }
            self.pass_awake((end_ms - self.now_ms()).min(WINDOW_MS))?;
        }
        Ok(())
    }

    fn fall_asleep(&mut self, phone: usize) -> bool {
        let app = self.phones[phone].app.as_mut().filter(|app| app.is_awake());
        app.map(|app| app.frozen = true).is_some()
    }

    /// Time passes, and all that becomes due in it happens.
    fn pass_awake(&mut self, ms: i64) -> Verdict {
        let end_ms = self.now_ms() + ms;
        self.pump_all()?;
        while let Some(entry) = self.queue.first_entry() {
            let (at_ms, _) = *entry.key();
            if at_ms > end_ms {
                break;
            }
            let event = entry.remove();
            self.time.move_to(at_ms);
            self.happen(event)?;
        }
        self.time.move_to(end_ms);
        self.pump_all()
    }

    fn happen(&mut self, event: Event) -> Verdict {
        match event {
            Event::Arrive { exchange, repeated } => self.arrive(exchange, repeated),
            Event::Deliver { exchange, piece } => {
                let Some(known) = self.exchanges.get_mut(&exchange) else { return Ok(()) };
                let phone = known.phone;
                // A slice whose time is over does not wait for the reply.
                known.waited_for &= known.slot.is_heard();
                if let (true, Piece::Failure(error)) = (known.waited_for, &piece) {
                    let who = self.phones[phone].name.clone();
                    self.trace.line(self.time.now_ms(), &who, &format!("<- {error}"));
                }
                match piece {
                    Piece::Head(status, headers) => {
                        let now_ms = self.time.now_ms();
                        let floor_ms = super::traffic::floor_of(status, &headers, now_ms);
                        // One that cannot be stored is not known after the next start.
                        if let Some(until_ms) =
                            floor_ms.filter(|_| known.waited_for && !self.phones[phone].storage_is_ill)
                        {
                            self.phones[phone].floor_ms = Some((now_ms, until_ms));
                        }
                        known.slot.head(status, headers);
                    }
                    Piece::Body(bytes) => known.slot.piece(bytes),
                    Piece::End => {
                        let can_be_stored = !self.phones[phone].storage_is_ill;
                        if std::mem::take(&mut known.waited_for) && can_be_stored && !known.reply.is_empty() {
                            self.wire.heard(self.time.now_ms(), &known.reply);
                        }
                        known.slot.end();
                    }
                    Piece::Failure(error) => {
                        known.waited_for = false;
                        known.slot.fail(error);
                    }
                }
                self.pump(phone)
            }
            Event::Wake { phone } => self.pump(phone),
            Event::Thaw { phone } => {
                self.thaw(phone);
                self.pump(phone)
            }
        }
    }

    /// A phone that was frozen goes on.
    pub(crate) fn thaw(&mut self, phone: usize) {
        let now_ms = self.now_ms();
        let of = &mut self.phones[phone];
        if let Some(app) = of.app.as_mut().filter(|app| app.frozen) {
            app.frozen = false;
            of.thawed_ms = now_ms;
        }
    }

    fn pump_all(&mut self) -> Verdict {
        (0..self.phones.len()).try_for_each(|phone| self.pump(phone))
    }

    /// Lets a phone's engine do what it can at this moment.
    pub(crate) fn pump(&mut self, phone: usize) -> Verdict {
        for _ in 0..MAX_STEPS_AT_ONCE {
            if !self.turn(phone)? {
                return self.somebody_will_send(phone);
            }
        }
        Err(format!("stuck: the engine of {} spins", self.phones[phone].name))
    }

    /// One turn of a phone's engine; false when there is nothing for it to do now.
    fn turn(&mut self, phone: usize) -> Result<bool, String> {
        let now_ms = self.now_ms();
        let Some(app) = self.phones[phone].app.as_mut().filter(|app| app.is_awake()) else { return Ok(false) };
        if app.job.is_none() {
            let due = app.wake_at_ms.is_some_and(|at_ms| at_ms <= now_ms);
            if let Some(wanted) = app.wanted.pop_front() {
                app.begin(wanted);
            } else if app.keep.take_poke() || due {
                app.wake_at_ms = None;
                app.begin_step();
            } else {
                return Ok(false);
            }
        }
        let done = app.poll();
        self.dispatch(phone)?;
        self.mourn(phone)?;
        let Some(done) = done else {
            self.look_if_stored(phone)?;
            return Ok(false);
        };
        self.phones[phone].steps += 1;
        self.done(phone, done)?;
        self.look(phone)?;
        Ok(true)
    }

    fn done(&mut self, phone: usize, done: Done) -> Verdict {
        let stumbled = match &done {
            Done::Step(step) => step.error.is_some(),
            Done::Sync(report) => report.is_err(),
            Done::Slice(report) => report.is_err(),
        };
        let wake_ms = match done {
            Done::Step(step) => {
                if let Some(error) = &step.error {
                    self.engine_failed(phone, error)?;
                }
                step.wake_ms
            }
            Done::Sync(Ok(report)) => {
                self.cover.count("sync", &format!("{:?}", report.outcome));
                self.say_of(phone, &format!("sync: {:?}, {} waiting", report.outcome, report.waiting));
                self.report_is_true(phone, &report)?;
                Some(0)
            }
            Done::Slice(Ok(report)) => {
                self.say_of(phone, &format!("slice: {:?}, next {:?}", report.sync.outcome, report.next_wake_ms));
                Some(0)
            }
            Done::Sync(Err(error)) | Done::Slice(Err(error)) => {
                self.engine_failed(phone, &error)?;
                Some(60_000)
            }
        };
        let now_ms = self.now_ms();
        if let Some(app) = &mut self.phones[phone].app {
            app.wake_at_ms = wake_ms.map(|ms| now_ms + ms);
            app.stumbled = stumbled;
        }
        if let Some(ms) = wake_ms.filter(|ms| *ms > 0) {
            self.schedule(ms, Event::Wake { phone });
        }
        Ok(())
    }

    /// What is wrong with storage may stop a step; nothing else may.
    fn engine_failed(&mut self, phone: usize, error: &fieldkeep::KeepError) -> Verdict {
        use fieldkeep::KeepError as E;
        self.say_of(phone, &format!("engine: {error}"));
        match error {
            E::Full | E::Unavailable { .. } if self.phones[phone].storage_is_ill => Ok(()),
            E::Suspended | E::Closed => Ok(()),
            _ if self.phones[phone].app.is_none() => Ok(()),
            other => Err(format!("the engine of {} failed: {other}", self.phones[phone].name)),
        }
    }

    /// Buries a process that has died in a file operation.
    pub(crate) fn mourn(&mut self, phone: usize) -> Verdict {
        if self.phones[phone].disk.has_died() {
            self.say_of(phone, "dies in a file operation");
            self.cover.count("mishap", "died in a file operation");
            self.drop_app(phone);
        }
        Ok(())
    }

    /// The process ends without a word.
    pub(crate) fn drop_app(&mut self, phone: usize) {
        let now_ms = self.now_ms();
        self.wire.died((phone, now_ms));
        let of = &mut self.phones[phone];
        of.floor_ms = of.floor_ms.filter(|(since_ms, _)| *since_ms != now_ms);
        of.bury();
        for exchange in self.exchanges.values_mut().filter(|exchange| exchange.phone == phone) {
            exchange.waited_for = false;
        }
    }

    /// The app of a phone, if it runs.
    pub(crate) fn keep_of(&self, phone: usize) -> Option<Arc<Fieldkeep>> {
        self.phones[phone].app.as_ref().map(|app| Arc::clone(&app.keep))
    }

    /// A number for a new exchange.
    pub(crate) fn new_exchange(&mut self, exchange: Exchange) -> u64 {
        self.last_exchange += 1;
        self.exchanges.insert(self.last_exchange, exchange);
        self.last_exchange
    }

    /// What the server has written into its book since.
    pub(crate) fn read_the_book(&mut self, late: bool) -> Verdict {
        let news = self.office.news()?;
        if news.is_empty() {
            return Ok(());
        }
        for mut row in news {
            self.cover.count("book", &row.kind);
            if is_reference(&row.field) {
                row.from = row.from.map(|value| self.office.name_of(value));
                row.to = row.to.map(|value| self.office.name_of(value));
            }
            let sender = row.shipment.as_ref().and_then(|shipment| self.wire.phone_of(shipment));
            if let Some(phone) = sender.map(|phone| &self.phones[phone]).filter(|phone| phone.user != row.who) {
                return Err(format!("nobody meant this: {} of {} in the name of {}", row.field, phone.name, row.who));
            }
            let (from, to) = (row.from.clone().unwrap_or_default(), row.to.clone().unwrap_or_default());
            let id = row.local_id.map(|id| id.to_string()).unwrap_or_default();
            self.say("book", &format!("{} {} of {id} by {}: {from} -> {to}", row.kind, row.field, row.who));
            self.history.note(&row, self.time.now_ms());
            if !self.office.normalised.contains(&row.field) {
                self.intents.stored_as_typed(&row)?;
            }
            self.intents.audited(&self.wire, &row, late)?;
        }
        self.intents.tidy();
        Ok(())
    }
}
