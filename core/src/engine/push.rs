//! Seal, send, settle: one batch.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::value::RawValue;
use uuid::Uuid;

use super::step::{Engine, StepResult};
use crate::clock::Moment;
use crate::ledger::{
    SealRoom, Settled, Unit, contradictory_groups, postpone, postpone_alone, postpone_contradiction, refuse_alone,
    seal, settle, unreported_resolutions,
};
use crate::mutants::{self, Mutant};
use crate::remote::{Failure, PushOutcome};
use crate::schedule::LaneReason;
use crate::store::shipments::{self, OpenShipment};
use crate::store::{StoreError, StoreResult, Turn, reviews};
use crate::value::ReviewId;
use crate::wire::{Outcome, PushLine, PushRequest, Resolution};

/// Answers of people in one push.
const RESOLUTIONS: usize = 50;
/// Bytes of a request around its items and resolutions: names, brackets, the device's id.
const ENVELOPE_BYTES: usize = 128;
/// Bytes around a member of a group, at most: the group's id, names, brackets.
const GROUP_BYTES: usize = 80;

/// What goes into one request.
struct Batch {
    shipments: Vec<OpenShipment>,
    resolutions: Vec<Resolution>,
}

impl Engine {
    pub(super) async fn push(&mut self) -> StepResult {
        let batch = self.make_batch()?;
        if batch.shipments.is_empty() && batch.resolutions.is_empty() {
            // Everything that looked ready cancelled itself out while it was sealed, or became ready behind the place where
            // the search stood.
            return self.rescan();
        }
        let body = body_of(&self.core.context.device, &batch)?;
        let core = Arc::clone(&self.core);
        let token = self.session.as_ref().map_or(0, |session| session.token);
        self.sending(true);
        let outcome = match self.race(async { Ok(core.remote.push(token, body).await) }).await {
            Ok(outcome) => outcome,
            Err(failure) => PushOutcome { lines: Vec::new(), too_long: 0, end: Err(failure) },
        };
        if outcome.end.is_ok() {
            // The token is good, whatever becomes of the answer here.
            self.token_was_taken();
        }
        let answered = self.settle_lines(&batch, &outcome.lines);
        self.sending(false);
        let answered = answered?;
        if !answered.is_empty() {
            // Also where the connection breaks behind the last line: what came without its record is shown by the next page.
            self.core.shared().want_news();
        }
        self.ask_again_of_expired(&batch, &outcome.lines);
        let silent: Vec<&OpenShipment> =
            batch.shipments.iter().filter(|shipment| !answered.contains(&shipment.key)).collect();
        if self.refused_as_too_old(&batch, &outcome.lines) {
            // Nothing goes out before a session has said again from which version on it is taken, and not without a wait that
            // grows: the two may contradict each other.
            self.session = None;
            let words = "the server takes no work of this version".to_owned();
            self.failed(Failure::Wait { reason: LaneReason::AppTooOld, named_ms: None, words })?;
        } else {
            self.finish_push(outcome, &batch, &silent)?;
        }
        self.rescan()
    }

    /// People read "Sending" exactly while it is true.
    fn sending(&self, sending: bool) {
        self.core.shared().sending = sending;
        self.core.notices.everything();
    }

    /// What is open and due goes first, then what can be sealed. Sealing is durable before this returns.
    fn make_batch(&mut self) -> StoreResult<Batch> {
        let session = self.session.clone();
        let items = session.as_ref().map_or(crate::schedule::BATCH_ITEMS, |session| session.batch_items);
        let bytes = session.as_ref().map_or(crate::schedule::BATCH_BYTES, |session| session.batch_bytes);
        let mut scan_from = self.scan_from;
        let batch = self.core.write(Turn::Engine, |unit| {
            let resolutions = unreported_resolutions(unit, RESOLUTIONS)?;
            let around = ENVELOPE_BYTES + serde_json::to_vec(&resolutions).map_or(0, |text| text.len());
            let limits = Room { items: items.min(self.batch_items), bytes: bytes.saturating_sub(around).max(1) };
            let due = || Ok::<_, StoreError>(wholly_due(shipments::open_from(unit.db, 0, usize::MAX)?, &unit.now));
            let known = first_of(due()?, limits);
            let mut room = SealRoom {
                items: limits.items.saturating_sub(known.len()),
                bytes: limits.bytes.saturating_sub(known.iter().map(size_of).sum()),
            };
            while room.items > 0 && room.bytes > 0 {
                let pass = seal(unit, scan_from, &mut room)?;
                match pass.next_from {
                    Some(next) => scan_from = next,
                    None => break,
                }
            }
            // The last one sealed may be more than there was room for: it is open now, and goes next time.
            Ok::<_, StoreError>(Batch { shipments: first_of(due()?, limits), resolutions })
        })?;
        self.scan_from = scan_from;
        Ok(batch)
    }

    /// Applies every line that came, in order; says which shipments were answered.
    fn settle_lines(&mut self, batch: &Batch, lines: &[PushLine]) -> StoreResult<HashSet<Uuid>> {
        let by_key: HashMap<Uuid, &OpenShipment> =
            batch.shipments.iter().map(|shipment| (shipment.key, shipment)).collect();
        let mut answered = HashSet::new();
        let mut pieces = in_pieces(lines, &by_key).into_iter().peekable();
        while pieces.peek().is_some() {
            let settled = self.core.write(Turn::Engine, |unit| {
                let mut settled: Vec<Settled> = Vec::new();
                for piece in pieces.by_ref() {
                    settle_piece(unit, &piece, &by_key, &mut settled)?;
                    answered
                        .extend(piece.iter().filter(|line| line.outcome.is_some()).filter_map(|line| line.shipment));
                    if unit.has_had_its_slice() {
                        break;
                    }
                }
                Ok::<_, StoreError>(settled)
            })?;
            self.settled.extend(settled);
        }
        Ok(answered)
    }

    /// What the server says to have forgotten is looked up, also where it was before.
    fn ask_again_of_expired(&mut self, batch: &Batch, lines: &[PushLine]) {
        let expired = lines.iter().filter(|line| matches!(line.outcome, Some(Outcome::Expired)));
        for key in expired.filter_map(|line| line.shipment) {
            if let Some(known) = batch.shipments.iter().find(|shipment| shipment.key == key) {
                self.cleared.remove(&known.no);
            }
        }
    }

    /// Whether the server takes no work of this very version. What an older one had sealed is made anew instead.
    fn refused_as_too_old(&self, batch: &Batch, lines: &[PushLine]) -> bool {
        let version = self.core.context.schema.version;
        let present = |key| {
            let mut sent = batch.shipments.iter();
            sent.any(|shipment| Some(shipment.key) == key && shipment.schema_version == version)
        };
        let refused = |line: &&PushLine| line.outcome.as_ref().is_some_and(Outcome::is_too_old);
        lines.iter().filter(refused).any(|line| present(line.shipment))
    }

    fn finish_push(&mut self, outcome: PushOutcome, batch: &Batch, silent: &[&OpenShipment]) -> StepResult {
        match outcome.end {
            Ok(()) => {
                self.batch_items = usize::MAX;
                self.core.shared().want_news();
                if silent.is_empty() {
                    return self.core.lane_succeeded();
                }
                // An answer that is too long to be read concerns its own record alone.
                let alone = outcome.too_long > 0;
                self.core.write(Turn::Engine, |unit| {
                    let put_off = if alone { postpone_alone } else { postpone };
                    silent.iter().try_for_each(|shipment| put_off(unit, shipment))
                })?;
                let nothing_came = outcome.lines.is_empty() || silent.len() == batch.shipments.len();
                if nothing_came && !alone {
                    return self.failed(Failure::unreadable("the reply answers nothing that was sent"));
                }
                self.core.lane_succeeded()
            }
            Err(Failure::WholeRequest { words }) => self.halve(&words, batch),
            // Noted, so that whoever drives the engine stops, too; the shipments stay open and are settled later.
            Err(Failure::Cancelled) => self.failed(Failure::Cancelled),
            Err(failure) => {
                let signed_out = matches!(failure, Failure::SignIn { .. } | Failure::OtherToken { refused: true });
                if signed_out && mutants::is(Mutant::SignOutIsFinal) {
                    self.core.write(Turn::Engine, |unit| {
                        silent.iter().try_for_each(|shipment| refuse_alone(unit, shipment, "signed out"))
                    })?;
                    return self.failed(failure);
                }
                self.core
                    .write(Turn::Engine, |unit| silent.iter().try_for_each(|shipment| postpone(unit, shipment)))?;
                self.failed(failure)
            }
        }
    }

    /// The request as a whole was refused: fewer items, the same shipments, until one is alone; only that one goes to a
    /// person (requirement B6).
    fn halve(&mut self, words: &str, batch: &Batch) -> StepResult {
        let groups: HashSet<i64> = batch.shipments.iter().filter_map(|shipment| shipment.group).collect();
        let singles = batch.shipments.iter().filter(|shipment| shipment.group.is_none()).count();
        let items = groups.len() + singles;
        if items > 1 {
            self.batch_items = (batch.shipments.len() / 2).max(1);
            return Ok(());
        }
        if batch.shipments.is_empty() {
            return self.failed(Failure::WholeRequest { words: words.to_owned() });
        }
        self.batch_items = usize::MAX;
        self.core.write(Turn::Engine, |unit| {
            batch.shipments.iter().try_for_each(|shipment| refuse_alone(unit, shipment, words))
        })
    }
}

/// Applies lines that belong together.
fn settle_piece(
    unit: &Unit<'_>,
    piece: &[&PushLine],
    by_key: &HashMap<Uuid, &OpenShipment>,
    settled: &mut Vec<Settled>,
) -> StoreResult<()> {
    let answers: Vec<(&OpenShipment, &PushLine)> =
        piece.iter().filter_map(|&line| Some((*by_key.get(&line.shipment?)?, line))).collect();
    let contradictory = contradictory_groups(unit, &answers)?;
    for line in piece {
        if let Some(id) = line.resolution {
            reviews::mark_reported(unit.db, ReviewId(id))?;
        }
        // A line about something that was not sent is no answer to anything.
        let Some(shipment) = line.shipment.and_then(|key| by_key.get(&key)) else { continue };
        if shipment.group.is_some_and(|group| contradictory.contains(&group)) && !names_a_time(line) {
            postpone_contradiction(unit, shipment)?;
            continue;
        }
        settled.extend(settle(unit, shipment, line)?);
    }
    Ok(())
}

/// The lines in pieces that are settled in one transaction: single lines, and a group's answers together, or not at all when
/// one of them is missing: the group goes out again as it was, but not before a time that the server named for a part of it.
fn in_pieces<'a>(lines: &'a [PushLine], by_key: &HashMap<Uuid, &OpenShipment>) -> Vec<Vec<&'a PushLine>> {
    let group_of = |line: &PushLine| line.shipment.and_then(|key| by_key.get(&key)).and_then(|sent| sent.group);
    let answered = |group: i64| {
        let answers = lines.iter().filter(|line| line.outcome.is_some() && group_of(line) == Some(group));
        answers.filter_map(|line| line.shipment).collect::<HashSet<_>>().len()
    };
    let members = |group: i64| by_key.values().filter(|sent| sent.group == Some(group)).count();
    let mut pieces: Vec<Vec<&PushLine>> = Vec::new();
    let mut piece_of: HashMap<i64, usize> = HashMap::new();
    for line in lines {
        let group = group_of(line);
        if group.is_some_and(|group| answered(group) < members(group)) {
            if names_a_time(line) && !mutants::is(Mutant::GroupTimePassed) {
                pieces.push(vec![line]);
            }
            continue;
        }
        // Wherever they stand in the reply.
        match group.and_then(|group| piece_of.get(&group)) {
            Some(&piece) => pieces[piece].push(line),
            None => {
                piece_of.extend(group.map(|group| (group, pieces.len())));
                pieces.push(vec![line]);
            }
        }
    }
    pieces
}

/// Whether the server says when it wants to be asked again. That holds, whatever it says of the rest of a group.
fn names_a_time(line: &PushLine) -> bool {
    matches!(line.outcome, Some(Outcome::Later { after_s: 1.. }))
}

/// What one request takes.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) items: usize,
    pub(super) bytes: usize,
}

/// The oldest shipments that one request takes, groups whole, at least one item.
pub(super) fn first_of(open: Vec<OpenShipment>, room: Room) -> Vec<OpenShipment> {
    let mut items: Vec<Vec<OpenShipment>> = Vec::new();
    for shipment in open {
        let same_group = |item: &&mut Vec<OpenShipment>| item.iter().any(|other| other.group == shipment.group);
        match shipment.group.and_then(|_| items.iter_mut().find(same_group)) {
            Some(group) => group.push(shipment),
            None => items.push(vec![shipment]),
        }
    }
    let mut chosen: Vec<OpenShipment> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let size: usize = item.iter().map(size_of).sum();
        let fits = chosen.len() + item.len() <= room.items && bytes + size <= room.bytes;
        if fits || chosen.is_empty() {
            bytes += size;
            chosen.extend(item);
        }
    }
    chosen
}

/// Shipments that may go now: due, and of a group only when every member is.
fn wholly_due(open: Vec<OpenShipment>, now: &Moment) -> Vec<OpenShipment> {
    let waits = |shipment: &OpenShipment| shipment.due.remaining_ms(now) > 0;
    let waiting: HashSet<i64> =
        open.iter().filter(|shipment| waits(shipment)).filter_map(|shipment| shipment.group).collect();
    let goes =
        |shipment: &OpenShipment| !waits(shipment) && shipment.group.is_none_or(|group| !waiting.contains(&group));
    open.into_iter().filter(goes).collect()
}

/// Bytes of a shipment in a request, with what stands around it.
fn size_of(shipment: &OpenShipment) -> usize {
    shipment.body.len() + if shipment.group.is_some() { GROUP_BYTES } else { 1 }
}

/// The request's body: sealed texts as they are, groups whole.
fn body_of(device: &str, batch: &Batch) -> StoreResult<Vec<u8>> {
    let broken = |error: serde_json::Error| StoreError::Unreadable(error.to_string());
    let mut items = Vec::new();
    let mut done = HashSet::new();
    for shipment in &batch.shipments {
        let text = match shipment.group {
            None => shipment.body.clone(),
            Some(group) if done.insert(group) => {
                let members: Vec<&str> = batch
                    .shipments
                    .iter()
                    .filter(|other| other.group == Some(group))
                    .map(|other| other.body.as_str())
                    .collect();
                format!("{{\"group\":\"{}\",\"shipments\":[{}]}}", shipment.key, members.join(","))
            }
            Some(_) => continue,
        };
        items.push(RawValue::from_string(text).map_err(broken)?);
    }
    let request = PushRequest { device: device.to_owned(), items, resolutions: batch.resolutions.clone() };
    serde_json::to_vec(&request).map_err(broken)
}
