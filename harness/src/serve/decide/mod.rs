//! What becomes of a push: every item is applied as a whole or refused as a whole, and answered once.

mod barrier;
mod by_admin;
mod create;
mod fields;
mod item;
mod patch;

use fieldkeep::schema::{RecordType, Schema};
use fieldkeep::wire::{ChangeKind, FieldError, Outcome, PushLine, Resolution, Shipment};
use rusqlite::{Connection, Transaction};

use super::behave::{Behaviour, Rules};
use super::error::ServeError;
use super::limits::AFTER_FAILURE_S;
use super::store::{self, Record};
use crate::report;

pub(crate) use by_admin::{delete, grant, set_sees_all, touch};
pub(crate) use item::{Item, Sent};

/// The user that stands for the office: it may put away other people's notes.
pub(crate) const OFFICE: &str = "office";

/// One user's push at one time under one set of rules.
pub(crate) struct Turn<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) rules: &'a Rules,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) user: &'a str,
    pub(crate) now_ms: i64,
}

/// The answer to one shipment, and the record it is about.
struct Verdict {
    outcome: Outcome,
    record: Option<i64>,
    is_replay: bool,
}

/// Why a shipment goes no further.
enum Stop {
    /// It is answered.
    Answered(Outcome),
    /// It could not be decided.
    Failed(ServeError),
}

impl From<ServeError> for Stop {
    fn from(error: ServeError) -> Self {
        Self::Failed(error)
    }
}

impl Verdict {
    fn new(outcome: Outcome, record: Option<i64>) -> Self {
        Self { outcome, record, is_replay: false }
    }

    /// An answer out of the table of keys, which is not to be kept there anew.
    fn replay(outcome: Outcome, record: Option<i64>) -> Self {
        Self { outcome, record, is_replay: true }
    }
}

/// A refusal of the record as a whole, in words.
fn rejected(message: impl Into<String>) -> Outcome {
    Outcome::Rejected { errors: vec![FieldError { field: String::new(), message: message.into() }] }
}

impl Turn<'_> {
    /// Decides one item inside the caller's transaction and gives the lines that answer it. A failure of the database
    /// undoes the item alone and leaves its shipments open.
    pub(crate) fn decide(&self, tx: &mut Transaction<'_>, item: &Item) -> Vec<PushLine> {
        let members = item.shipments();
        self.decide_together(tx, members).unwrap_or_else(|error| {
            eprintln!("fieldkeep serve: an item could not be decided: {}", report::in_one_line(&error));
            let later = || Some(Outcome::Later { after_s: AFTER_FAILURE_S });
            members.iter().map(|sent| line(sent, later(), None)).collect()
        })
    }

    /// Stores a person's answer to a review, once.
    pub(crate) fn resolve(&self, tx: &Connection, resolution: &Resolution) -> Result<PushLine, ServeError> {
        let sql = "INSERT OR IGNORE INTO resolutions(id,user,body,at_ms) VALUES(?1,?2,?3,?4)";
        let body = serde_json::to_string(resolution)?;
        let id = resolution.id;
        tx.prepare_cached(sql)?.execute(rusqlite::params![id.to_string(), self.user, body, self.now_ms])?;
        Ok(PushLine { shipment: None, resolution: Some(id), outcome: None, record: None })
    }

    fn decide_together(&self, tx: &mut Transaction<'_>, members: &[Sent]) -> Result<Vec<PushLine>, ServeError> {
        let mut savepoint = tx.savepoint()?;
        let mut verdicts = members.iter().map(|sent| self.judge(&savepoint, sent)).collect::<Result<Vec<_>, _>>()?;
        if members.len() > 1 && !verdicts.iter().all(|verdict| is_stored(&verdict.outcome)) {
            savepoint.rollback()?;
            refuse_together(&mut verdicts);
        }
        for (sent, verdict) in members.iter().zip(&verdicts) {
            if verdict.outcome.is_definite() && !verdict.is_replay {
                store::remember(&savepoint, (sent.id, self.user, &sent.body), &verdict.outcome, self.now_ms)?;
            }
        }
        let mut lines = Vec::with_capacity(members.len());
        for (sent, verdict) in members.iter().zip(verdicts) {
            lines.push(self.answer(&savepoint, sent, verdict)?);
        }
        savepoint.commit()?;
        Ok(lines)
    }

    /// The answer to one shipment, replayed if it was given before.
    fn judge(&self, tx: &Connection, sent: &Sent) -> Result<Verdict, ServeError> {
        let since_ms = self.now_ms.saturating_sub(self.rules.key_lifetime_s.saturating_mul(1000));
        if let Some(known) = store::known_key(tx, sent.id, since_ms)? {
            if known.user != self.user || known.body != sent.body {
                return Ok(Verdict::replay(rejected("This key was used for another body"), None));
            }
            let record = match &sent.shipment {
                Ok(shipment) => find(tx, shipment)?.map(|record| record.no),
                Err(_) => None,
            };
            return Ok(Verdict::replay(Outcome::Duplicate { first: Box::new(known.outcome) }, record));
        }
        // Its key is forgotten, the shipment is not: what a network repeats days later is not applied a second time, though the
        // record may look again as it did before. A create is found by its device's id, for ever.
        let is_create = sent.shipment.as_ref().is_ok_and(|shipment| shipment.kind == ChangeKind::Create);
        if !is_create && store::applied(tx, sent.id, self.user)?.is_some() {
            return Ok(Verdict::new(Outcome::Expired, None));
        }
        if let Some(outcome) = self.behaviour.next_answer() {
            return Ok(Verdict::new(outcome, None));
        }
        match &sent.shipment {
            Ok(shipment) => self.decide_one(tx, shipment),
            Err(reason) => Ok(Verdict::new(rejected(format!("This item {reason}")), None)),
        }
    }

    fn decide_one(&self, tx: &Connection, shipment: &Shipment) -> Result<Verdict, ServeError> {
        if shipment.schema_version < self.rules.schema.pending_from {
            return Ok(Verdict::new(Outcome::SchemaTooOld, None));
        }
        let Some(record_type) = self.schema.record_type(&shipment.record_type) else {
            let outcome = rejected(format!("There is no record type {}", shipment.record_type));
            return Ok(Verdict::new(outcome, None));
        };
        let record = find(tx, shipment)?;
        if shipment.kind == ChangeKind::Create {
            let no = record.as_ref().map(|record| record.no);
            return match self.create(tx, record_type, shipment, record) {
                Ok((outcome, no)) => Ok(Verdict::new(outcome, Some(no))),
                Err(stop) => stop.verdict(no),
            };
        }
        let Some(record) = record else {
            // A server id that nobody knows was deleted long ago; a device's id may still be on its way.
            let outcome = if shipment.record.is_some() { Outcome::Gone } else { Outcome::ParentMissing };
            return Ok(Verdict::new(outcome, None));
        };
        let no = record.no;
        match self.change(tx, record_type, shipment, record) {
            Ok(outcome) => Ok(Verdict::new(outcome, Some(no))),
            Err(stop) => stop.verdict(Some(no)),
        }
    }

    /// What is not a create: first whether this user may do it to this record, then the thing itself.
    fn change(
        &self,
        tx: &Connection,
        record_type: &RecordType,
        shipment: &Shipment,
        record: Record,
    ) -> Result<Outcome, Stop> {
        if record.record_type != shipment.record_type {
            let message = format!("{} is no {}", record.server_id, record_type.label);
            return Err(Stop::Answered(rejected(message)));
        }
        if !store::may_see(tx, self.user, record.no)? {
            return Err(Stop::Answered(Outcome::Forbidden));
        }
        if let Some(refusal) = self.rules.refused_records.get(&record.server_id) {
            return Err(Stop::Answered(refusal.outcome()));
        }
        match shipment.kind {
            ChangeKind::Patch => self.patch(tx, record_type, shipment, record),
            kind => self.barrier(tx, record_type, (shipment.id, kind), record),
        }
    }

    /// The line for a verdict, with the record as it is now, or as it was told the first time where that is kept.
    fn answer(&self, tx: &Connection, sent: &Sent, verdict: Verdict) -> Result<PushLine, ServeError> {
        let keeps = self.rules.keeps_answers;
        let is_first = keeps && verdict.outcome.is_definite() && !verdict.is_replay;
        let kept = match verdict.record.filter(|_| keeps && verdict.is_replay) {
            Some(record) if store::may_see(tx, self.user, record)? => store::first_answer(tx, sent.id)?,
            _ => None,
        };
        let mut answer = line(sent, Some(verdict.outcome), None);
        if let Some(kept) = kept {
            answer.record = Some(kept);
            return Ok(answer);
        }
        // A record that a refused group would have made is not there.
        if let Some(no) = verdict.record
            && let Some(record) = store::by_no(tx, no)?
        {
            let entry = store::entry_for(tx, self.user, &record, self.now_ms)?;
            if is_first {
                store::remember_answer(tx, sent.id, &entry)?;
            }
            answer.record = Some(entry);
        }
        Ok(answer)
    }

    /// A change of this record at a new `seq`: version and stamps move.
    fn stamp(&self, tx: &Connection, record: &mut Record) -> Result<i64, ServeError> {
        record.seq = store::next_seq(tx)?;
        record.version += 1;
        self.user.clone_into(&mut record.who);
        record.at_ms = self.now_ms;
        Ok(record.seq)
    }
}

impl Stop {
    fn verdict(self, record: Option<i64>) -> Result<Verdict, ServeError> {
        match self {
            Self::Answered(outcome) => Ok(Verdict::new(outcome, record)),
            Self::Failed(error) => Err(error),
        }
    }
}

/// The record that a shipment is about: by the server's id where the device knows it, else by the device's.
fn find(tx: &Connection, shipment: &Shipment) -> Result<Option<Record>, ServeError> {
    match &shipment.record {
        Some(server_id) => store::by_server_id(tx, server_id),
        None => store::by_local_id(tx, shipment.local_id),
    }
}

/// After one member of a group stopped it, nothing of the group is stored and no record was made. Members that were
/// refused keep their answer. If none was, all stay open together: a group must not be settled in part.
fn refuse_together(verdicts: &mut [Verdict]) {
    let refused = |outcome: &Outcome| outcome.is_definite() && !is_stored(outcome);
    let any_refused = verdicts.iter().any(|verdict| refused(&verdict.outcome));
    for verdict in verdicts {
        let keeps_answer =
            verdict.is_replay || if any_refused { refused(&verdict.outcome) } else { !verdict.outcome.is_definite() };
        if !keeps_answer {
            verdict.outcome = if any_refused { Outcome::GroupRefused } else { Outcome::NotAttempted };
        }
    }
}

/// Whether this answer means that the shipment is stored.
fn is_stored(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Applied { .. } => true,
        Outcome::Duplicate { first } => is_stored(first),
        _ => false,
    }
}

fn line(sent: &Sent, outcome: Option<Outcome>, record: Option<fieldkeep::wire::Entry>) -> PushLine {
    PushLine { shipment: Some(sent.id), resolution: None, outcome, record }
}
