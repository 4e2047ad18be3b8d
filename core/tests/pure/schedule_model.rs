//! A device in miniature that does what `stands` says: whatever people do, nothing overtakes what it must not, no waits
//! form a circle, and when people have answered everything, everything has gone out.

use std::collections::{BTreeMap, BTreeSet};

use fieldkeep::schedule::{ChangeFacts, ChangeState, MissingParent, RecordFacts, Stand, seal_groups, stands};
use fieldkeep::wire::ChangeKind;
use proptest::prelude::*;

const RECORDS: usize = 5;
/// Records that the server knows from the start.
const KNOWN: usize = 2;
/// The reference field; the others are plain.
const FIELDS: [&str; 3] = ["a", "b", "r"];

#[derive(Clone, Debug)]
enum Act {
    Create { parent: usize },
    Patch { field: usize, target: usize },
    Barrier(ChangeKind),
}

#[derive(Clone, Debug)]
enum Event {
    Commit {
        edits: Vec<(usize, Act)>,
        together: bool,
    },
    Seal,
    Answer(usize),
    Hold {
        record: usize,
        field: usize,
    },
    Release,
    /// A person pauses a change, and with it its group.
    Pause(usize),
    /// The person takes everything up again.
    Unpause,
    /// The office archives a record.
    PutAway(usize),
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Pending,
    Sealed(usize),
    Held,
    Done,
}

#[derive(Clone, Debug)]
struct Change {
    seq: i64,
    group: Option<i64>,
    record: usize,
    kind: ChangeKind,
    field: &'static str,
    target: Option<usize>,
    state: State,
    paused: bool,
}

impl Change {
    fn live(&self) -> bool {
        self.state != State::Done
    }

    fn waits(&self) -> bool {
        matches!(self.state, State::Pending | State::Held)
    }
}

#[derive(Default)]
struct Device {
    changes: Vec<Change>,
    exists: [bool; RECORDS],
    known: [bool; RECORDS],
    archived: [bool; RECORDS],
    /// Open shipments: their item, one a shipment or one a group.
    shipments: BTreeMap<usize, Vec<usize>>,
    last_shipment: usize,
}

impl Device {
    fn new() -> Self {
        let mut device = Self::default();
        for record in 0..KNOWN {
            device.exists[record] = true;
            device.known[record] = true;
        }
        device
    }

    fn of(&self, record: usize) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.record == record && change.live())
    }

    fn commit(&mut self, edits: &[(usize, Act)], together: bool) {
        let first = i64::try_from(self.changes.len()).unwrap() + 1;
        let group = together.then_some(first);
        let mut touched = BTreeSet::new();
        for (record, act) in edits {
            let record = *record;
            let archived = self.of(record).any(|change| change.kind == ChangeKind::Archive);
            let (kind, field, target) = match act {
                Act::Create { parent } if !self.exists[record] => {
                    (ChangeKind::Create, "", self.exists[*parent].then_some(*parent))
                }
                Act::Patch { field, target } if self.exists[record] && !archived => {
                    let target = (FIELDS[*field] == "r" && self.exists[*target]).then_some(*target);
                    (ChangeKind::Patch, FIELDS[*field], target)
                }
                Act::Barrier(kind) if self.exists[record] && !archived => (*kind, "", None),
                _ => continue,
            };
            // A group is one message: a barrier in it stands alone on its record.
            let barrier = field.is_empty() && kind != ChangeKind::Create;
            if together && (barrier && !touched.insert(record) || !barrier && !self.groupable(record, group)) {
                continue;
            }
            touched.insert(record);
            self.exists[record] = true;
            let seq = i64::try_from(self.changes.len()).unwrap() + 1;
            let state = State::Pending;
            self.changes.push(Change { seq, group, record, kind, field, target, state, paused: false });
        }
    }

    fn groupable(&self, record: usize, group: Option<i64>) -> bool {
        let own: Vec<&Change> = self.of(record).filter(|change| change.group == group).collect();
        let clashes = own.iter().any(|change| change.field.is_empty() && change.kind != ChangeKind::Create);
        !clashes
    }

    fn facts(&self, record: usize) -> RecordFacts {
        let create = |target: usize| {
            let live = self.of(target).find(|change| change.kind == ChangeKind::Create && change.field.is_empty());
            (live.map(|change| change.seq), live.and_then(|change| change.group))
        };
        let fact = |change: &Change| {
            let missing = change.target.filter(|target| !self.known[*target] && change.state == State::Pending);
            ChangeFacts {
                seq: change.seq,
                op: change.seq,
                group: change.group,
                kind: change.kind,
                field: change.field.to_owned(),
                state: match change.state {
                    State::Sealed(_) => ChangeState::Sealed,
                    State::Held => ChangeState::Held(change.seq),
                    _ => ChangeState::Pending,
                },
                paused: change.paused,
                needs_update: false,
                missing: missing
                    .map(|target| MissingParent {
                        field: "r".to_owned(),
                        record: i64::try_from(target).unwrap(),
                        create_seq: create(target).0,
                        create_group: create(target).1,
                    })
                    .into_iter()
                    .collect(),
            }
        };
        RecordFacts {
            record: i64::try_from(record).unwrap(),
            changes: self.of(record).map(fact).collect(),
            open_shipment: self.of(record).any(|change| matches!(change.state, State::Sealed(_))),
            record_review: None,
            bounce_left_ms: 0,
            archived: self.archived[record],
        }
    }

    fn all_stands(&self) -> Vec<(RecordFacts, Vec<Stand>)> {
        let facts: Vec<RecordFacts> = (0..RECORDS).map(|record| self.facts(record)).collect();
        let mut all: Vec<Vec<Stand>> = facts.iter().map(stands).collect();
        seal_groups(&facts, &mut all);
        facts.into_iter().zip(all).collect()
    }

    /// Seals what is ready, in the order of numbers; says whether anything was.
    fn seal(&mut self) -> bool {
        let mut sealed = false;
        let mut looked_at = BTreeSet::new();
        for position in 0..self.changes.len() {
            let (record, state) = (self.changes[position].record, self.changes[position].state.clone());
            if state != State::Pending || !looked_at.insert(record) {
                continue;
            }
            let all = self.all_stands();
            let (facts, stands) = &all[record];
            let ready = |facts: &RecordFacts, stands: &[Stand], group: Option<i64>| -> Vec<i64> {
                let pairs = facts.changes.iter().zip(stands);
                pairs.filter(|(c, s)| **s == Stand::Ready && c.group == group).map(|(c, _)| c.seq).collect()
            };
            let first = facts.changes.iter().zip(stands).find(|(_, stand)| **stand == Stand::Ready);
            let Some((first, _)) = first else { continue };
            let group = first.group;
            let members: Vec<usize> = match group {
                None => vec![record],
                Some(_) => (0..RECORDS).collect(),
            };
            self.last_shipment += 1;
            let shipment = self.last_shipment;
            for member in members {
                for seq in ready(&all[member].0, &all[member].1, group) {
                    assert!(!self.changes[usize::try_from(seq - 1).unwrap()].paused, "{seq} is paused and goes out");
                    self.changes[usize::try_from(seq - 1).unwrap()].state = State::Sealed(shipment);
                    self.shipments.entry(shipment).or_default().push(usize::try_from(seq - 1).unwrap());
                    sealed = true;
                }
            }
            self.check_wire();
        }
        sealed
    }

    /// The server applies the oldest open item but `which`.
    fn answer(&mut self, which: usize) -> bool {
        let keys: Vec<usize> = self.shipments.keys().copied().collect();
        let Some(&key) = keys.get(which.checked_rem(keys.len()).unwrap_or(0)) else { return false };
        for position in self.shipments.remove(&key).unwrap_or_default() {
            let change = &mut self.changes[position];
            change.state = State::Done;
            self.known[change.record] = true;
            match change.kind {
                ChangeKind::Archive => self.archived[change.record] = true,
                ChangeKind::Reopen => self.archived[change.record] = false,
                _ => {}
            }
        }
        true
    }

    /// What the invariants of the store say about what is on the wire.
    fn check_wire(&self) {
        let sealed = |change: &&Change| matches!(change.state, State::Sealed(_));
        for after in self.changes.iter().filter(sealed) {
            for before in self.of(after.record).filter(|before| before.seq < after.seq) {
                let same_field = before.field == after.field && !before.field.is_empty();
                assert!(!(before.waits() && same_field), "{before:?} overtaken by {after:?}");
                let reopens = after.kind == ChangeKind::Reopen && self.archived[after.record];
                let shut_out = reopens && matches!(before.kind, ChangeKind::Signoff | ChangeKind::Reopen);
                assert!(!(before.waits() && before.field.is_empty()) || shut_out, "{after:?} passed {before:?}");
                let barrier = after.field.is_empty() && after.kind != ChangeKind::Create && !reopens;
                assert!(!barrier, "barrier {after:?} is not alone, {before:?}");
                assert!(!reopens || before.waits(), "{after:?} is not alone, {before:?}");
            }
        }
        for record in 0..RECORDS {
            let on_wire: Vec<&Change> = self.of(record).filter(sealed).collect();
            let shipments: BTreeSet<String> = on_wire.iter().map(|change| format!("{:?}", change.state)).collect();
            assert!(shipments.len() <= 1, "two shipments of one record");
            let creates = on_wire.iter().any(|change| change.field.is_empty() && change.kind == ChangeKind::Create);
            assert!(on_wire.is_empty() || self.known[record] || creates, "a patch before its create");
            let last = on_wire.iter().rev().find(|change| change.field == "r" || change.kind == ChangeKind::Create);
            if let Some((change, target)) = last.and_then(|change| Some((change, change.target?))) {
                let travels = self.of(target).any(|parent| {
                    parent.kind == ChangeKind::Create
                        && sealed(&parent)
                        && parent.group.is_some()
                        && parent.group == change.group
                });
                assert!(self.known[target] || travels, "{change:?} names a record that is not there");
            }
        }
        for group in self.changes.iter().filter_map(|change| change.group) {
            let members = || self.changes.iter().filter(|change| change.group == Some(group) && change.live());
            assert!(members().all(|c| sealed(&c)) || members().all(|c| !sealed(&c)), "group {group} in part");
        }
    }

    /// Every change has one stand, and following what each waits for comes to an end.
    fn check_waits(&self) {
        let node = |op: i64| {
            let change = &self.changes[usize::try_from(op - 1).unwrap()];
            change.group.unwrap_or(change.seq)
        };
        let mut edges: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for (facts, stands) in self.all_stands() {
            assert_eq!(facts.changes.len(), stands.len(), "total");
            for (change, stand) in facts.changes.iter().zip(stands) {
                let behind = match stand {
                    Stand::BehindEarlier(op) | Stand::BehindBarrier(op) | Stand::Group(op) => Some(node(op)),
                    Stand::ForParent(parent) => {
                        let parent = usize::try_from(parent).unwrap();
                        let create = self.of(parent).find(|change| change.kind == ChangeKind::Create);
                        Some(node(create.expect("waits for a record that nobody makes").seq))
                    }
                    _ => None,
                };
                // A member behind another of its group waits for the group, which waits for what its edges say.
                edges.entry(node(change.op)).or_default().extend(behind.filter(|first| *first != node(change.op)));
            }
        }
        for (from, firsts) in &edges {
            let mut front: Vec<i64> = firsts.iter().copied().collect();
            let mut seen = BTreeSet::new();
            while let Some(next) = front.pop() {
                assert_ne!(next, *from, "a circle of waits");
                if seen.insert(next) {
                    front.extend(edges.get(&next).into_iter().flatten());
                }
            }
        }
    }

    fn hold(&mut self, record: usize, field: &str) {
        for change in &mut self.changes {
            if change.record == record && change.field == field && change.state == State::Pending {
                change.state = State::Held;
            }
        }
    }

    fn release(&mut self) {
        for change in self.changes.iter_mut().filter(|change| change.state == State::Held) {
            change.state = State::Pending;
        }
    }

    fn pause(&mut self, which: usize) {
        let Some(chosen) = self.changes.iter().filter(|change| change.live()).nth(which) else { return };
        if matches!(chosen.state, State::Sealed(_)) {
            return;
        }
        let (seq, group) = (chosen.seq, chosen.group);
        for change in self.changes.iter_mut().filter(|change| change.live()) {
            change.paused |= change.seq == seq || group.is_some() && change.group == group;
        }
    }

    fn unpause(&mut self) {
        self.changes.iter_mut().for_each(|change| change.paused = false);
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Commit { edits, together } => self.commit(edits, *together),
            Event::Seal => {
                self.seal();
            }
            Event::Answer(which) => {
                self.answer(*which);
            }
            Event::Hold { record, field } => self.hold(*record, FIELDS[*field]),
            Event::Release => self.release(),
            Event::Pause(which) => self.pause(*which),
            Event::Unpause => self.unpause(),
            Event::PutAway(record) => self.archived[*record] = self.known[*record],
        }
        self.check_wire();
        self.check_waits();
    }
}

fn act() -> impl Strategy<Value = Act> {
    use ChangeKind::{Archive, Reopen, Signoff};
    prop_oneof![
        3 => (0..RECORDS).prop_map(|parent| Act::Create { parent }),
        6 => (0..FIELDS.len(), 0..RECORDS).prop_map(|(field, target)| Act::Patch { field, target }),
        1 => prop_oneof![Just(Archive), Just(Reopen), Just(Signoff)].prop_map(Act::Barrier),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let edits = prop::collection::vec((0..RECORDS, act()), 1..4);
    prop_oneof![
        5 => (edits, any::<bool>()).prop_map(|(edits, together)| Event::Commit { edits, together }),
        2 => Just(Event::Seal),
        2 => (0..4_usize).prop_map(Event::Answer),
        1 => (0..RECORDS, 0..FIELDS.len()).prop_map(|(record, field)| Event::Hold { record, field }),
        1 => Just(Event::Release),
        2 => (0..8_usize).prop_map(Event::Pause),
        1 => Just(Event::Unpause),
        1 => (0..RECORDS).prop_map(Event::PutAway),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_overtakes_nothing_circles_everything_arrives(events in prop::collection::vec(event(), 1..25)) {
        let mut device = Device::new();
        for event in &events {
            device.take(event);
        }
        device.release();
        device.unpause();
        loop {
            device.check_waits();
            let moved = device.seal();
            if !moved && !device.answer(0) {
                break;
            }
        }
        let left: Vec<&Change> = device.changes.iter().filter(|change| change.live()).collect();
        prop_assert!(left.is_empty(), "stuck: {left:?}");
    }
}
