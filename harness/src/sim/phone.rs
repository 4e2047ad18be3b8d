//! One phone: its storage, its radio, its clocks, and the app on it while it runs.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep::schema::Schema;
use fieldkeep::value::{FormToken, RecordId, ReviewId, Value};
use fieldkeep::{
    CommitOptions, Edit, Fieldkeep, KeepError, OpenError, OpenOptions, PolledStep, Review, SeenStamp, SliceReport,
    SyncReport,
};
use fieldkeep_disk::{Disk, Process};

use super::clocks::{PhoneClock, TrueTime};
use super::flash::Flash;
use super::network::Network;
use super::oracle::{Commit, Truth};
use super::radio::Radio;
use super::saving::Meanings;
use super::tokens::Tokens;
use super::watched::Watched;

/// The address that the app has; nobody resolves it.
const ADDRESS: &str = "http://server.sim";

/// A phone.
pub(crate) struct Phone {
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) clock: Arc<PhoneClock>,
    pub(crate) radio: Arc<Radio>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) disk: Arc<Disk>,
    pub(crate) network: Network,
    /// What the system has told, or will tell, the app.
    pub(crate) conditions: Conditions,
    pub(crate) schema: Schema,
    pub(crate) app: Option<App>,
    /// What is on the screen, while the app runs.
    pub(crate) screen: Screen,
    /// What was saved of a half-filled form.
    pub(crate) draft: Option<Draft>,
    /// Something is wrong with its storage, or was a moment ago.
    pub(crate) storage_is_ill: bool,
    /// What the oracle has seen last.
    pub(crate) looked_at: Option<LookedAt>,
    /// Steps that its engine has taken.
    pub(crate) steps: u64,
    /// Since when, and until when the server wants not to be asked, true time.
    pub(crate) floor_ms: Option<(i64, i64)>,
    /// When the phone asked something, within the last minutes.
    pub(crate) asked_ms: VecDeque<i64>,
    /// When the next thing is to go, as the phone says, true time.
    pub(crate) goes_at_ms: Option<i64>,
    /// When it was woken last after it was frozen.
    pub(crate) thawed_ms: i64,
    /// Somebody hid something from its user.
    pub(crate) was_shut_out: bool,
    /// Questions that were answered on it, and how.
    pub(crate) answered: Vec<(ReviewId, &'static str)>,
    /// What was saved lately, for somebody who taps again.
    pub(crate) taps: Vec<Tap>,
}

/// What there was to see when the oracle looked.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LookedAt {
    /// Writes to the disk, and the state of what was meant.
    pub(crate) stored: (u64, u64),
    pub(crate) steps: u64,
    pub(crate) truth: Truth,
    /// Looks at something newly stored.
    pub(crate) turn: usize,
}

/// A tap on "save".
pub(crate) struct Tap {
    pub(crate) at_ms: i64,
    pub(crate) edits: Vec<Edit>,
    pub(crate) options: CommitOptions,
    /// What was meant by each of the edits.
    pub(crate) meant: Meanings,
    pub(crate) commit: Commit,
    /// Whether it is known that it was kept.
    pub(crate) known: bool,
}

/// What a person has in front of them.
#[derive(Default)]
pub(crate) struct Screen {
    pub(crate) form: Option<Form>,
    pub(crate) reviews: Vec<Review>,
}

/// A form that is open.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) record: RecordId,
    pub(crate) record_type: String,
    pub(crate) shown: HashMap<String, Value>,
    pub(crate) seen: SeenStamp,
    pub(crate) token: FormToken,
}

/// The name under which a form is put aside.
pub(crate) const DRAFT: &str = "form";

/// A form that was put aside half filled.
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) form: Form,
}

/// The app, running.
pub(crate) struct App {
    pub(crate) keep: Arc<Fieldkeep>,
    pub(crate) job: Option<Job>,
    pub(crate) wanted: VecDeque<Wanted>,
    /// When the engine wants its next step, true time.
    pub(crate) wake_at_ms: Option<i64>,
    /// Its last step failed for the storage.
    pub(crate) stumbled: bool,
    /// The screens that are told.
    pub(crate) watched: Option<Watched>,
    pub(crate) suspended: bool,
    pub(crate) frozen: bool,
}

/// What the engine is to do besides its own steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Sync,
    Slice(i64),
}

/// Something the engine is at.
pub(crate) type Job = Pin<Box<dyn Future<Output = Done>>>;

/// What it came to.
pub(crate) enum Done {
    Step(PolledStep),
    Sync(Result<SyncReport, KeepError>),
    Slice(Result<SliceReport, KeepError>),
}

impl App {
    /// Polls what the engine is at.
    pub(crate) fn poll(&mut self) -> Option<Done> {
        let job = self.job.as_mut()?;
        match job.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => {
                self.job = None;
                Some(done)
            }
            Poll::Pending => None,
        }
    }

    /// Whether its threads run.
    pub(crate) fn is_awake(&self) -> bool {
        !self.suspended && !self.frozen
    }

    pub(crate) fn begin_step(&mut self) {
        let keep = Arc::clone(&self.keep);
        self.job = Some(Box::pin(async move { Done::Step(keep.polled_step().await) }));
    }

    pub(crate) fn begin(&mut self, wanted: Wanted) {
        let keep = Arc::clone(&self.keep);
        self.job = Some(match wanted {
            Wanted::Sync => Box::pin(async move { Done::Sync(keep.polled_sync().await) }),
            Wanted::Slice(within_ms) => Box::pin(async move { Done::Slice(keep.polled_slice(within_ms).await) }),
        });
    }
}

impl Phone {
    pub(crate) fn new(
        (world, no, user): (&str, usize, &str),
        time: TrueTime,
        seed: u64,
        token: &str,
        schema: Schema,
    ) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let off_ms = if rng.u32(0..4) == 0 { rng.i64(-400_000..400_000) } else { rng.i64(-1_500..1_500) };
        let drift_ppm = rng.i64(-40..40);
        Self {
            name: format!("{user}/{no}"),
            user: user.to_owned(),
            clock: Arc::new(PhoneClock::new(time, rng.u64(..), off_ms, drift_ppm)),
            radio: Arc::default(),
            tokens: Arc::new(Tokens::new(token)),
            disk: Disk::new(&format!("{world}-{no}")),
            network: Network::Good,
            conditions: Conditions { network: NetworkKind::Unmetered, battery: Battery::Ok },
            schema,
            app: None,
            screen: Screen::default(),
            draft: None,
            storage_is_ill: false,
            looked_at: None,
            steps: 0,
            floor_ms: None,
            asked_ms: VecDeque::new(),
            goes_at_ms: None,
            thawed_ms: 0,
            was_shut_out: false,
            answered: Vec::new(),
            taps: Vec::new(),
        }
    }

    /// The folder of the user's store.
    pub(crate) fn folder(&self) -> String {
        format!("{}/{}", self.disk.root(), self.user)
    }

    /// Starts the app.
    pub(crate) fn open(&mut self) -> Result<(), OpenError> {
        let process = Process::start(&self.disk);
        let keep = Fieldkeep::open(OpenOptions {
            folder: PathBuf::from(self.folder()),
            user: self.user.clone(),
            schema: self.schema.clone(),
            server: ADDRESS.to_owned(),
            tokens: Arc::<Tokens>::clone(&self.tokens),
            clock: Some(Arc::<PhoneClock>::clone(&self.clock)),
            http: Some(Arc::<Radio>::clone(&self.radio)),
            files: Some(Arc::new(Flash(process))),
            manual: true,
        })?;
        let _ = keep.conditions(self.conditions);
        self.app = Some(App {
            keep: Arc::new(keep),
            job: None,
            wanted: VecDeque::new(),
            wake_at_ms: None,
            stumbled: false,
            watched: None,
            suspended: false,
            frozen: false,
        });
        Ok(())
    }

    /// The process is no more: what it had in memory goes, and what the disk says of the rest holds.
    pub(crate) fn bury(&mut self) {
        self.disk.kill();
        self.screen = Screen::default();
        self.app = None;
    }

    /// Tells the app what the system knows.
    pub(crate) fn tell_conditions(&mut self, conditions: Conditions) {
        self.conditions = conditions;
        if let Some(app) = &self.app {
            // A store that is suspended takes it, too; one on a failing disk is told again when it resumes.
            let _ = app.keep.conditions(conditions);
        }
    }
}
