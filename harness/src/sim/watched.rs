//! What an app shows because it was told, not because it asked: it watches, and keeps the latest value.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fieldkeep::value::RecordId;
use fieldkeep::{Fieldkeep, KeepError, Listener, OutboxItem, Record, Subscription, Update, WatchTarget};

/// The screens that are bound to something.
pub(crate) struct Watched {
    told: Arc<Told>,
    _subscriptions: Vec<Subscription>,
}

/// The latest values.
#[derive(Default)]
pub(crate) struct Latest {
    pub(crate) outbox: Option<Vec<OutboxItem>>,
    pub(crate) reviews: Option<Vec<String>>,
    pub(crate) records: BTreeMap<RecordId, Record>,
}

struct Told(Mutex<Latest>);

impl Listener for Told {
    fn on_update(&self, update: Update) {
        let mut latest = self.lock();
        match update {
            Update::Record { record: Some(record) } => {
                latest.records.insert(record.id, record);
            }
            Update::Outbox { items } => latest.outbox = Some(items),
            Update::Reviews { reviews } => {
                latest.reviews = Some(reviews.iter().map(|review| review.id.to_string()).collect());
            }
            _ => {}
        }
    }
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    /// Watches the outbox, the questions and these records.
    pub(crate) fn begin(keep: &Fieldkeep, records: &[RecordId]) -> Result<Self, KeepError> {
        let told = Arc::new(Told(Mutex::default()));
        let watch = |target| keep.watch(target, Arc::<Told>::clone(&told));
        let mut subscriptions = vec![watch(WatchTarget::Outbox)?, watch(WatchTarget::Reviews)?];
        for id in records {
            subscriptions.push(watch(WatchTarget::Record { id: *id })?);
        }
        Ok(Self { told, _subscriptions: subscriptions })
    }

    /// Looks at the latest values, once all that is new was told.
    pub(crate) fn latest<T>(&self, keep: &Fieldkeep, look: impl FnOnce(&Latest) -> T) -> T {
        keep.tell_subscribers();
        look(&self.told.lock())
    }
}
