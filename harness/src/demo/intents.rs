//! What people meant, written down by this process and by nobody else: the witness against which the server is checked.

use std::collections::BTreeMap;

use serde_json::Value;

/// One thing that a person meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Intent {
    pub(super) who: &'static str,
    /// The record, by its local id.
    pub(super) record: String,
    pub(super) kind: IntentKind,
}

/// What was meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum IntentKind {
    /// A new record with these values.
    Create(BTreeMap<String, Value>),
    /// A field set to a value, by someone who had seen another.
    Set { field: String, seen: Value, to: Value },
    /// A sign-off, reopen or archive.
    Barrier(&'static str),
}

/// All of them.
#[derive(Default)]
pub(super) struct Intents(Vec<Intent>);

impl Intents {
    pub(super) fn add(&mut self, who: &'static str, record: &str, kind: IntentKind) {
        self.0.push(Intent { who, record: record.to_owned(), kind });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Intent> {
        self.0.iter()
    }

    /// Whether the same person went on to set the same field to something else, before or after it was sent.
    pub(super) fn superseded(&self, earlier: &Intent) -> bool {
        let IntentKind::Set { field, .. } = &earlier.kind else { return false };
        let behind = self.0.iter().skip_while(|intent| !std::ptr::eq(*intent, earlier)).skip(1);
        let same = |intent: &Intent| match &intent.kind {
            IntentKind::Set { field: other, .. } => other == field,
            _ => false,
        };
        behind.into_iter().any(|later| later.who == earlier.who && later.record == earlier.record && same(later))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
