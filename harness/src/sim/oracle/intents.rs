//! Everything that somebody at a phone meant.

use std::collections::{BTreeMap, HashMap};

use fieldkeep::value::RecordId;
use fieldkeep::wire::ChangeKind;
use serde_json::Value as Json;

use crate::sim::marks::{Mark, mark_of};

/// Whether it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The app said so.
    Kept,
    /// The app died, or its storage failed, while it was being kept: it may have been.
    Perhaps,
}

/// What an intent is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// This value for this field.
    Value { field: String, value: Json },
    /// The record itself.
    Create,
    /// Archive, reopen or sign-off.
    Barrier(ChangeKind),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It has not.
    Open,
    /// It is in the server's book, under that number.
    Landed(i64),
    /// The same person on the same phone meant something else later.
    Replaced,
    /// The person gave it up.
    GivenUp,
    /// Both sides said the same, or it was taken back before it was sent: nothing to send.
    Needless,
}

/// One thing that somebody meant.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) phone: usize,
    /// The record, by the id that its maker gave it.
    pub(crate) record: RecordId,
    /// The id that it has on this phone, which may have heard of it before it knew that.
    pub(crate) here: RecordId,
    pub(crate) meant: Meant,
    /// When.
    pub(crate) at_ms: i64,
    /// What the person saw there.
    pub(crate) shown: Json,
    /// What the person saw later on, beside a question that was answered with "mine" or a merged value.
    pub(crate) shown_later: Vec<Json>,
    /// The phone's number for the operation; none while it is not known whether it was kept.
    pub(crate) operation: Option<i64>,
    pub(crate) known: Known,
    /// A person has told the phone to hold it back.
    pub(crate) paused: bool,
    pub(crate) end: End,
    /// With what it was saved.
    commit: usize,
    /// With what it was to go together.
    pub(crate) together: Option<usize>,
    /// How often a person has told the phone to send it.
    pub(crate) told: usize,
    pub(crate) landed: usize,
    /// When it landed last, true time.
    pub(crate) landed_ms: i64,
    /// By a request that the network had held up or repeated: the phone may never hear of it.
    pub(crate) landed_late: bool,
    /// What it replaced then.
    pub(crate) landed_on: Json,
}

impl Intent {
    pub(crate) fn field(&self) -> Option<&str> {
        match &self.meant {
            Meant::Value { field, .. } => Some(field),
            _ => None,
        }
    }

    pub(crate) fn is_due(&self) -> bool {
        self.end == End::Open && self.known == Known::Kept
    }

    /// Whether no other value is like it.
    pub(crate) fn mark(&self) -> Option<Mark> {
        match &self.meant {
            Meant::Value { field, value } => mark_of(field, value),
            _ => None,
        }
    }
}

/// All intents, by when they were meant.
#[derive(Default)]
pub(crate) struct Intents {
    pub(crate) all: Vec<Intent>,
    /// Those of a phone that have not ended.
    open: HashMap<usize, Vec<usize>>,
    /// Those of a record.
    of_record: BTreeMap<RecordId, Vec<usize>>,
    groups: usize,
    version: u64,
    /// Per phone the records of which something landed last, by both ids.
    landed: HashMap<usize, Vec<(RecordId, RecordId)>>,
}

/// Intents that are about to be committed.
pub(crate) struct Commit {
    pub(crate) first: usize,
    /// Which edit of the commit each belongs to.
    edits: Vec<usize>,
}

/// Whether two values of a field are the same thing meant, in whatever form.
pub(crate) fn alike(field: &str, one: &Json, other: &Json) -> bool {
    match (mark_of(field, one), mark_of(field, other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

impl Intents {
    /// A commit is about to be made; whether it is kept is open until [`Intents::kept`] or [`Intents::refused`]. Gives a
    /// token for those.
    pub(crate) fn begin(
        &mut self,
        (phone, at_ms): (usize, i64),
        edits: Vec<Vec<(RecordId, Meant, Json)>>,
        record_of: &mut dyn FnMut(RecordId) -> RecordId,
        together: bool,
    ) -> Commit {
        self.groups += 1;
        let first = self.all.len();
        let mut of_edit = Vec::new();
        for (edit, meant) in edits.into_iter().enumerate() {
            for (here, meant, shown) in meant {
                let record = record_of(here);
                of_edit.push(edit);
                let no = self.all.len();
                let intent = Intent {
                    phone,
                    record,
                    here,
                    meant,
                    at_ms,
                    shown,
                    shown_later: Vec::new(),
                    operation: None,
                    known: Known::Perhaps,
                    paused: false,
                    end: End::Open,
                    commit: self.groups,
                    together: together.then_some(self.groups),
                    told: 1,
                    landed: 0,
                    landed_ms: 0,
                    landed_late: false,
                    landed_on: Json::Null,
                };
                self.all.push(intent);
                self.open.entry(phone).or_default().push(no);
                self.of_record.entry(record).or_default().push(no);
            }
        }
        Commit { first, edits: of_edit }
    }

    /// It was kept. `operations` has a number for each edit that changed something; `waits` says what of it is in the outbox.
    pub(crate) fn kept(&mut self, commit: &Commit, operations: &[Option<i64>], waits: &dyn Fn(&Intent) -> bool) {
        for (offset, edit) in commit.edits.iter().enumerate() {
            let no = commit.first + offset;
            let operation = operations.get(*edit).copied().flatten();
            let intent = &mut self.all[no];
            intent.known = Known::Kept;
            intent.operation = operation;
            let intent = &self.all[no];
            // What is there already needs no sending. A value with a mark never is.
            if operation.is_some() && (intent.mark().is_some() || waits(intent)) {
                self.replace_before(no);
                continue;
            }
            if !self.repeats_before(no) {
                self.replace_before(no);
            }
            self.all[no].end = End::Needless;
        }
        self.tidy();
    }

    /// A value that no other is like, of an edit that is said to change nothing.
    pub(crate) fn marked_without(&self, commit: &Commit, operations: &[Option<i64>]) -> Option<String> {
        let mut edits = commit.edits.iter().enumerate();
        edits.find_map(|(offset, edit)| {
            let intent = &self.all[commit.first + offset];
            let without = operations.get(*edit).copied().flatten().is_none();
            (without && intent.mark().is_some()).then(|| format!("{:?}", intent.meant))
        })
    }

    /// Whether somebody at a phone gave up, or may have given up, anything of a sort.
    pub(crate) fn has_given_up(&self, phone: usize, sort: impl Fn(&Intent) -> bool) -> bool {
        // What was replaced goes with what replaced it.
        let ended =
            |intent: &Intent| matches!(intent.end, End::GivenUp | End::Replaced) || intent.known == Known::Perhaps;
        self.all.iter().any(|intent| intent.phone == phone && ended(intent) && sort(intent))
    }

    /// Whether anything of it is on the server.
    pub(crate) fn has_landed(&self, commit: &Commit) -> bool {
        (0..commit.edits.len()).any(|offset| self.all[commit.first + offset].landed > 0)
    }

    /// It was refused: nothing of it is kept.
    pub(crate) fn refused(&mut self, commit: &Commit) {
        for offset in 0..commit.edits.len() {
            self.all[commit.first + offset].end = End::GivenUp;
        }
        self.tidy();
    }

    /// A value that was meant for this field turns out to be kept after all, and with it what was cleared in the
    /// same step: that a field is empty is seen nowhere else.
    pub(crate) fn confirm(&mut self, no: usize, operation: Option<i64>) {
        let intent = &self.all[no];
        if intent.known != Known::Perhaps {
            return;
        }
        // One with a number was kept, and perhaps given up since; one without a mark may be another's like it. Neither says
        // anything of the others.
        let says_more = intent.operation.is_none() && intent.mark().is_some();
        let is_cleared = |other: &Intent| {
            let unsure = other.known == Known::Perhaps && other.operation.is_none();
            let cleared = matches!(&other.meant, Meant::Value { value, .. } if value.is_null());
            says_more && unsure && cleared && other.commit == intent.commit
        };
        let of_record = self.of_record(intent.record).filter(|(other, known)| *other != no && is_cleared(known));
        let mut confirmed: Vec<usize> = of_record.map(|(other, _)| other).collect();
        confirmed.push(no);
        for no in confirmed {
            let intent = &mut self.all[no];
            intent.known = Known::Kept;
            intent.operation = operation.or(intent.operation);
            self.replace_before(no);
        }
    }

    /// What the same phone meant for the same field before is replaced.
    fn replace_before(&mut self, no: usize) {
        let Some(field) = self.all[no].field().map(str::to_owned) else { return };
        let (phone, record) = (self.all[no].phone, self.all[no].record);
        for before in self.of_record.get(&record).cloned().unwrap_or_default() {
            let earlier = &mut self.all[before];
            if before < no && earlier.phone == phone && earlier.field() == Some(&field) && earlier.end == End::Open {
                earlier.end = End::Replaced;
            }
        }
    }

    /// Whether it is what the same phone meant last for the same field.
    fn repeats_before(&self, no: usize) -> bool {
        let intent = &self.all[no];
        let own = |(other, earlier): &(usize, &Intent)| {
            *other < no
                && earlier.phone == intent.phone
                && earlier.field() == intent.field()
                && earlier.end == End::Open
        };
        self.of_record(intent.record).rfind(own).is_some_and(|(_, earlier)| earlier.meant == intent.meant)
    }

    pub(crate) fn end(&mut self, no: usize, end: End) {
        if self.all[no].end == End::Open {
            self.all[no].end = end;
        }
    }

    /// What had been replaced counts again.
    pub(crate) fn reopen(&mut self, no: usize) {
        let intent = &mut self.all[no];
        intent.end = End::Open;
        let list = self.open.entry(intent.phone).or_default();
        list.push(no);
        list.sort_unstable();
        list.dedup();
    }

    /// Something of a phone's has landed.
    pub(crate) fn note_landed(&mut self, no: usize) {
        const KEPT: usize = 2;
        let (phone, names) = (self.all[no].phone, (self.all[no].record, self.all[no].here));
        let list = self.landed.entry(phone).or_default();
        list.retain(|other| *other != names);
        list.push(names);
        if list.len() > KEPT {
            list.remove(0);
        }
    }

    /// The records of which something of a phone's landed last, by their makers' ids and by the phone's.
    pub(crate) fn landed_last(&self, phone: usize) -> Vec<(RecordId, RecordId)> {
        self.landed.get(&phone).cloned().unwrap_or_default()
    }

    /// Grows with every change.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Forgets what has ended where it is looked for often.
    pub(crate) fn tidy(&mut self) {
        self.version += 1;
        let all = &self.all;
        for list in self.open.values_mut() {
            list.retain(|no| all[*no].end == End::Open);
        }
    }

    /// Open intents of a phone.
    pub(crate) fn open_of(&self, phone: usize) -> impl Iterator<Item = (usize, &Intent)> {
        let list = self.open.get(&phone).map_or(&[][..], Vec::as_slice);
        list.iter().map(|no| (*no, &self.all[*no])).filter(|(_, intent)| intent.end == End::Open)
    }

    /// Everything that was ever meant for a record.
    pub(crate) fn of_record(&self, record: RecordId) -> impl DoubleEndedIterator<Item = (usize, &Intent)> {
        let list = self.of_record.get(&record).map_or(&[][..], Vec::as_slice);
        list.iter().map(|no| (*no, &self.all[*no]))
    }

    /// Records that somebody has worked on with a phone, by the ids that they have there.
    pub(crate) fn records_of(&self, phone: usize) -> Vec<RecordId> {
        let mut list: Vec<RecordId> =
            self.all.iter().filter(|intent| intent.phone == phone).map(|intent| intent.here).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// Records with open work on any phone.
    pub(crate) fn busy_records(&self) -> Vec<RecordId> {
        let mut list: Vec<RecordId> = self.open.values().flatten().map(|no| self.all[*no].record).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// Whether a person who meant this had seen that value of the field: in the form, beside a question, or because an
    /// earlier edit on the same phone put it there.
    pub(crate) fn had_seen(&self, no: usize, value: &Json) -> bool {
        let intent = &self.all[no];
        let Some(field) = intent.field() else { return true };
        let chain = self
            .of_record(intent.record)
            .filter(|(other, earlier)| *other <= no && earlier.phone == intent.phone && earlier.field() == Some(field));
        chain.into_iter().any(|(other, earlier)| {
            let own = match &earlier.meant {
                Meant::Value { value: meant, .. } => other < no && alike(field, meant, value),
                _ => false,
            };
            own || alike(field, &earlier.shown, value)
                || earlier.shown_later.iter().any(|seen| alike(field, seen, value))
        })
    }
}
