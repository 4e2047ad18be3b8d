//! Saving: what a person meant goes into the store, and what came of it into the oracle's books.

use std::collections::HashMap;

use fieldkeep::value::{RecordId, Value};
use fieldkeep::{CommitOptions, Edit, Fieldkeep, KeepError, OutboxItem, RecordStatus, WhyWaiting};
use serde_json::Value as Json;

use super::marks::is_reference;
use super::oracle::{self, Commit, Meant, Verdict};
use super::people::Meaning;
use super::phone::Tap;
use super::world::World;

/// People tap again on what they saved lately.
const REMEMBERED_TAPS: usize = 8;

/// What was meant by each edit of a commit: record, thing, what was shown.
pub(crate) type Meanings = Vec<Vec<(RecordId, Meant, Json)>>;

/// A commit and what somebody meant by it.
struct Saved {
    edits: Vec<Edit>,
    meant: Meanings,
    options: CommitOptions,
}

impl World {
    /// Keeps edits, and tells the oracle what was meant and what came of it. Says whether they were kept.
    pub(crate) fn commit(
        &mut self,
        phone: usize,
        keep: &Fieldkeep,
        meanings: Vec<Meaning>,
        options: CommitOptions,
    ) -> Result<bool, String> {
        let (edits, mut meant): (Vec<Edit>, Vec<_>) = meanings.into_iter().unzip();
        self.say_of(phone, &format!("saves {}", words_of(&meant)));
        let targets = references_in(&meant);
        let names = self.names_on_server(keep, targets.into_iter());
        name_references(&mut meant, &names);
        let kept = self.save_as_meant(phone, keep, Saved { edits, meant, options })?;
        self.mourn(phone)?;
        self.look(phone)?;
        self.pump(phone)?;
        Ok(kept)
    }

    fn save_as_meant(&mut self, phone: usize, keep: &Fieldkeep, saved: Saved) -> Result<bool, String> {
        let commit = self.begin(phone, keep, saved.meant.clone(), saved.options.together);
        let is_fit = self.is_fit(phone, keep, &saved.edits);
        let result = keep.commit(saved.edits.clone(), saved.options.clone());
        match &result {
            Ok(receipt) => {
                let operations = of_edits(&receipt.operations, saved.edits.len());
                self.was_kept(phone, keep, &commit, &operations)?;
            }
            Err(error) => self.was_refused(phone, &commit, error, is_fit)?,
        }
        let is_kept = result.is_ok();
        let may_be_kept = is_kept || result.is_err_and(|error| is_storage(&error));
        let at_ms = self.now_ms();
        let taps = &mut self.phones[phone].taps;
        // What could not be saved is tapped again at once or never.
        taps.retain(|tap| tap.known);
        if saved.options.form_token.is_some() && may_be_kept {
            let Saved { edits, meant, options } = saved;
            taps.push(Tap { at_ms, edits, options, meant, commit, known: is_kept });
            if taps.len() > REMEMBERED_TAPS {
                taps.remove(0);
            }
        }
        Ok(is_kept)
    }

    /// Tells the oracle what is about to be kept.
    fn begin(&mut self, phone: usize, keep: &Fieldkeep, meant: Meanings, together: bool) -> Commit {
        let names = self.names_on_server(keep, meant.iter().flatten().map(|(id, ..)| *id));
        let mut record_of = |id| names.get(&id).copied().unwrap_or(id);
        self.intents.begin((phone, self.time.now_ms()), meant, &mut record_of, together)
    }

    /// Somebody taps again on what was saved long ago: it is the same operation still, also after a restart. What could not
    /// be saved is saved now, unless it was all the same.
    pub(crate) fn tap_again(&mut self, phone: usize, keep: &Fieldkeep) -> Verdict {
        let Some(tap) = self.take_tap(phone) else { return Ok(()) };
        let again = keep.commit(tap.edits.clone(), tap.options.clone());
        self.say_of(phone, &format!("taps again: {:?}", again.as_ref().map(|receipt| receipt.repeated)));
        self.cover.count("tap", if tap.known { "on what was saved" } else { "on what could not be saved" });
        let name = self.phones[phone].name.clone();
        match &again {
            Ok(receipt) if receipt.repeated && tap.known => {}
            Ok(_) if tap.known => {
                return Err(format!("{name}: twice: a tap on what was saved was taken for another edit"));
            }
            Ok(receipt) => {
                let operations = of_edits(&receipt.operations, tap.edits.len());
                let commit = if receipt.repeated { tap.commit } else { self.begin_anew(phone, keep, tap)? };
                self.was_kept(phone, keep, &commit, &operations)?;
            }
            Err(error) if is_storage(error) => self.phones[phone].taps.push(tap),
            Err(KeepError::FormTokenReused) => {
                return Err(format!("{name}: twice: the same edits were taken for others"));
            }
            Err(_) if !tap.known => self.intents.refused(&tap.commit),
            Err(_) => {}
        }
        self.mourn(phone)?;
        if let Err(error) = &again {
            self.refused_call(phone, error)?;
        }
        self.look(phone)?;
        self.pump(phone)
    }

    /// What somebody taps on again: what could not be saved, else something saved lately.
    fn take_tap(&mut self, phone: usize) -> Option<Tap> {
        /// Tokens are kept for thirty days.
        const REMEMBERED_MS: i64 = 25 * 86_400_000;
        let now_ms = self.now_ms();
        let of = &mut self.phones[phone];
        of.taps.retain(|tap| now_ms - tap.at_ms < REMEMBERED_MS);
        if of.taps.is_empty() || !of.clock.is_right() {
            return None;
        }
        let unknown = of.taps.iter().position(|tap| !tap.known);
        Some(of.taps.remove(unknown.unwrap_or_else(|| self.rng.usize(0..of.taps.len()))))
    }

    /// The first tap turns out not to have been kept: what is kept now is another commit.
    fn begin_anew(&mut self, phone: usize, keep: &Fieldkeep, tap: Tap) -> Result<Commit, String> {
        if self.intents.has_landed(&tap.commit) {
            return Err(format!("{}: twice: what had been sent was saved again", self.phones[phone].name));
        }
        self.intents.refused(&tap.commit);
        Ok(self.begin(phone, keep, tap.meant, tap.options.together))
    }

    fn was_kept(&mut self, phone: usize, keep: &Fieldkeep, commit: &Commit, operations: &[Option<i64>]) -> Verdict {
        let outbox = keep.outbox().unwrap_or_default();
        let lost = self.intents.marked_without(commit, operations);
        if let (Some(lost), false) = (lost, self.phones[phone].disk.is_dead()) {
            return Err(format!("{}: lost: {lost} was kept without an operation", self.phones[phone].name));
        }
        self.intents.kept(commit, operations, &|intent| oracle::waits(&outbox, intent));
        let asked = |item: &&OutboxItem| matches!(item.why, WhyWaiting::Review { .. });
        if outbox.iter().filter(asked).any(|item| operations.contains(&Some(item.operation))) {
            self.cover.count("life", "saved into a question");
        }
        self.cover.count("commit", "kept");
        Ok(())
    }

    fn was_refused(&mut self, phone: usize, commit: &Commit, error: &KeepError, is_fit: bool) -> Verdict {
        self.say_of(phone, &format!("not kept: {error}"));
        let name = format!("{error:?}");
        self.cover.count("not kept", name.split([' ', '{', '(']).next().unwrap_or_default());
        // Where the storage failed under it, it may be there or not.
        if !is_storage(error) {
            self.intents.refused(commit);
            if is_fit {
                return Err(format!("{}: lost: a save was refused without a reason: {error}", self.phones[phone].name));
            }
        }
        self.refused_call(phone, error)
    }

    /// Whether nothing speaks against these edits: every record is there and open, every value is one that the form offers.
    fn is_fit(&self, phone: usize, keep: &Fieldkeep, edits: &[Edit]) -> bool {
        let is_new = self.phones[phone].schema.version > 1;
        let is_open = |id: RecordId| {
            let record = keep.get(id).ok().flatten();
            record.is_some_and(|record| record.id == id && record.status == RecordStatus::Open)
        };
        // A record that is made in the same commit is not there before.
        let is_offered = |value: &Value| match value {
            Value::Choice(choice) => !(is_new && choice == "urgent"),
            Value::Reference(id) => keep.get(*id).is_ok_and(|record| record.is_none()) || is_open(*id),
            _ => true,
        };
        edits.iter().all(|edit| match edit {
            Edit::Create { fields, .. } => fields.values().all(is_offered),
            Edit::Patch { id, fields, .. } => is_open(*id) && fields.values().all(is_offered),
            Edit::Archive { id, .. } | Edit::Signoff { id, .. } => is_open(*id),
            Edit::Reopen { .. } => false,
        })
    }

    /// The ids that the makers of these records gave them, where the phone has another one.
    pub(crate) fn names_on_server(
        &mut self,
        keep: &Fieldkeep,
        ids: impl Iterator<Item = RecordId>,
    ) -> HashMap<RecordId, RecordId> {
        let mut names = HashMap::new();
        for id in ids {
            let server_id = keep.get(id).ok().flatten().and_then(|record| record.server_id);
            if let Some(known) = server_id.and_then(|server_id| self.office.local_id_of(&server_id)) {
                names.insert(id, known);
            }
        }
        names
    }

    /// What a call may be refused for.
    pub(crate) fn refused_call(&mut self, phone: usize, error: &KeepError) -> Verdict {
        // A process that died in the call has been buried by now, or will be.
        let of = &self.phones[phone];
        let ill = of.storage_is_ill || of.disk.is_dead() || of.app.is_none();
        match error {
            KeepError::Full | KeepError::Unavailable { .. } if ill => Ok(()),
            KeepError::Full
            | KeepError::Unavailable { .. }
            | KeepError::Internal { .. }
            | KeepError::Damaged { .. } => {
                Err(format!("{}: a call failed on a sound disk: {error}", self.phones[phone].name))
            }
            _ => Ok(()),
        }
    }
}

/// The number of each edit's operation, where each has one.
fn of_edits(operations: &[i64], count: usize) -> Vec<Option<i64>> {
    if operations.len() == count { operations.iter().copied().map(Some).collect() } else { vec![None; count] }
}

/// Whether it is about the storage: what was being kept may be there or not.
pub(crate) fn is_storage(error: &KeepError) -> bool {
    matches!(error, KeepError::Full | KeepError::Unavailable { .. })
}

/// The records that are referred to in what is meant or was shown.
fn references_in(meant: &[Vec<(RecordId, Meant, Json)>]) -> Vec<RecordId> {
    let values = meant.iter().flatten().filter_map(|(_, meant, shown)| match meant {
        Meant::Value { field, value } if is_reference(field) => Some([value, shown]),
        _ => None,
    });
    values.flatten().filter_map(|value| value.as_str()?.parse().ok()).collect()
}

/// References by the ids that the makers of their records gave them, as the server's book has them.
fn name_references(meant: &mut [Vec<(RecordId, Meant, Json)>], names: &HashMap<RecordId, RecordId>) {
    let rename = |value: &mut Json| {
        let id: Option<RecordId> = value.as_str().and_then(|text| text.parse().ok());
        if let Some(name) = id.and_then(|id| names.get(&id)) {
            *value = Json::String(name.to_string());
        }
    };
    for (_, meant, shown) in meant.iter_mut().flatten() {
        if let Meant::Value { field, value } = meant
            && is_reference(field)
        {
            rename(value);
            rename(shown);
        }
    }
}

fn words_of(meant: &[Vec<(RecordId, Meant, Json)>]) -> String {
    let one = |(id, meant, shown): &(RecordId, Meant, Json)| match meant {
        Meant::Value { field, value } => format!("{field} of {id}: {shown} -> {value}"),
        Meant::Create => format!("new {id}"),
        Meant::Barrier(kind) => format!("{kind:?} {id}"),
    };
    meant.iter().flatten().map(one).collect::<Vec<_>>().join("; ")
}
