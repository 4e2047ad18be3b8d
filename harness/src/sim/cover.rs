//! What a run has shown of the world: each fault, transition and sentence is counted, so that a generator that never reaches
//! something is noticed.

use std::collections::BTreeMap;

use fieldkeep::state::SyncFact;
use serde_json::Value as Json;

use super::network::{Fate, Way};

/// How often what has happened, by kind and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cover {
    counts: BTreeMap<(&'static str, String), u64>,
    said: BTreeMap<usize, String>,
}

impl Cover {
    pub(crate) fn count(&mut self, kind: &'static str, name: &str) {
        let name = name.split([' ', '{', '(']).next().filter(|_| matches!(kind, "sync" | "why")).unwrap_or(name);
        match self.counts.get_mut(&(kind, name.to_owned())) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert((kind, name.to_owned()), 1);
            }
        }
    }

    pub(crate) fn fact(&mut self, fact: &SyncFact) {
        let name = serde_json::to_value(fact).ok();
        let name = name.as_ref().and_then(|fact| fact.get("fact")).and_then(Json::as_str).unwrap_or("?").to_owned();
        self.count("headline", &name);
    }

    pub(crate) fn fate(&mut self, fate: &Fate) {
        let name = match fate {
            Fate::Unreachable { .. } => "unreachable",
            Fate::Portal { .. } => "portal",
            Fate::RequestLost => "request lost",
            Fate::Late { .. } => "request late",
            Fate::Served { down: Way::Lost, .. } => "reply lost",
            Fate::Served { down: Way::Cut { .. }, .. } => "reply cut",
            Fate::Served { down: Way::Whole { .. }, .. } => "served",
        };
        self.count("fate", name);
    }

    /// Whether a phone says something else than before.
    pub(crate) fn is_new_sentence(&mut self, phone: usize, words: &str) -> bool {
        let before = self.said.insert(phone, words.to_owned());
        before.as_deref() != Some(words)
    }

    /// How often something has happened.
    pub(crate) fn of(&self, kind: &'static str, name: &str) -> u64 {
        self.counts.get(&(kind, name.to_owned())).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, count) in &other.counts {
            *self.counts.entry(what.clone()).or_default() += count;
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str, u64)> {
        self.counts.iter().map(|((kind, name), count)| (*kind, name.as_str(), *count))
    }
}
