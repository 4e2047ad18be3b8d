//! What goes over the wire: a shipment's text never changes, and says which phone it came from.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use fieldkeep::remote::{HttpMethod, HttpRequest};
use fieldkeep::value::RecordId;
use fieldkeep::wire::{PushItem, PushRequest};
use flate2::read::GzDecoder;
use serde_json::Value as Json;

use super::Verdict;
use crate::sim::cover::Cover;
use crate::sim::traffic::{CLOCK_NOISE_MS, DAY_MS};

/// How a gzip stream begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Every shipment that was ever sent: its phone and its text; and what was answered.
#[derive(Default)]
pub(crate) struct Wire {
    sent: HashMap<String, Sent>,
    /// What was sent last of a record, by its key.
    last: HashMap<(usize, RecordId), String>,
    /// Outcomes by phone and record.
    told: HashMap<(usize, RecordId), BTreeSet<String>>,
    /// Phones that asked what became of what they had sent: what they learned then is not followed here.
    looked_up: BTreeSet<usize>,
    /// Shipments that were told to wait: since when, and until when, true time.
    floors: HashMap<String, (i64, i64)>,
    /// Phones of which a request was refused as a whole.
    refused_whole: BTreeSet<usize>,
}

struct Sent {
    phone: usize,
    record: RecordId,
    text: String,
}

impl Wire {
    /// A request leaves a phone.
    pub(crate) fn sent(&mut self, (phone, now_ms): (usize, i64), sure: bool, request: &HttpRequest) -> Verdict {
        if request.method != HttpMethod::Post || !request.url.ends_with("/v1/push") {
            return Ok(());
        }
        let body = plain(request).map_err(|error| format!("a push that cannot be unpacked: {error}"))?;
        let push: PushRequest =
            serde_json::from_slice(&body).map_err(|error| format!("a push that cannot be read: {error}"))?;
        for item in &push.items {
            let read: PushItem =
                serde_json::from_str(item.get()).map_err(|error| format!("an item that cannot be read: {error}"))?;
            let shipments = match read {
                PushItem::One(shipment) => vec![shipment],
                PushItem::Group { shipments, .. } => shipments,
            };
            for shipment in shipments {
                let text = serde_json::to_string(&shipment).unwrap_or_default();
                let key = shipment.id.to_string();
                let floor = self.floors.get(&key).map(|(_, until_ms)| until_ms - now_ms);
                if let Some(early_ms) = floor.filter(|early_ms| sure && *early_ms > 0) {
                    return Err(format!("stuck: {key} is sent {early_ms} ms before the time that the server named"));
                }
                self.last.insert((phone, shipment.local_id), key.clone());
                match self.sent.get(&key) {
                    Some(before) if before.phone != phone || before.text != text => {
                        return Err(format!("key {key} was used twice: first {}, then {text}", before.text));
                    }
                    Some(_) => {}
                    None => {
                        self.sent.insert(key, Sent { phone, record: shipment.local_id, text });
                    }
                }
            }
        }
        Ok(())
    }

    /// The phone that a shipment came from.
    pub(crate) fn phone_of(&self, shipment: &str) -> Option<usize> {
        self.sent.get(shipment).map(|sent| sent.phone)
    }

    /// The server has answered a push of a phone.
    pub(crate) fn answered(&mut self, phone: usize, status: u16, body: &[u8], cover: &mut Cover) {
        if matches!(status, 400 | 413 | 422 | 431) {
            self.refused_whole.insert(phone);
        }
        for line in body.split(|byte| *byte == b'\n') {
            let Ok(line) = serde_json::from_slice::<Json>(line) else { continue };
            let sent = line["shipment"].as_str().and_then(|key| self.sent.get(key));
            if let (Some(sent), Some(outcome)) = (sent, line["outcome"].as_str()) {
                cover.count("outcome", outcome);
                self.told.entry((sent.phone, sent.record)).or_default().insert(outcome.to_owned());
            }
        }
    }

    /// The server has answered what became of a phone's shipments.
    pub(crate) fn looked_up(&mut self, phone: usize, body: &[u8], cover: &mut Cover) {
        self.looked_up.insert(phone);
        let body = unpacked(body.to_vec(), body.starts_with(&GZIP)).unwrap_or_default();
        for line in body.split(|byte| *byte == b'\n') {
            let line: Json = serde_json::from_slice(line).unwrap_or_default();
            if let Some(answer) = line["state"].as_str() {
                cover.count("lookup", answer);
            }
        }
    }

    /// The phone has heard all of a reply: what was told to wait waits from now on.
    pub(crate) fn heard(&mut self, now_ms: i64, body: &[u8]) {
        // Of what is no text nothing is believed.
        for line in std::str::from_utf8(body).unwrap_or_default().lines() {
            let Ok(line) = serde_json::from_str::<Json>(line) else { continue };
            if let (Some(key), Some("later"), Some(after_s)) =
                (line["shipment"].as_str(), line["outcome"].as_str(), line["after_s"].as_i64())
            {
                // Clocks drift, and a day is the longest that a server may silence a phone.
                let wait_ms = (after_s * 1_000).min(DAY_MS) - CLOCK_NOISE_MS;
                self.floors.insert(key.to_owned(), (now_ms, now_ms + wait_ms));
            }
        }
    }

    /// Until when the last shipment of a record was told to wait, true time.
    pub(crate) fn waits_until_ms(&self, phone: usize, record: RecordId) -> Option<i64> {
        let key = self.last.get(&(phone, record))?;
        self.floors.get(key).map(|(_, until_ms)| *until_ms)
    }

    /// The phone's app has died: what it has heard at this moment it may not have stored.
    pub(crate) fn died(&mut self, (phone, now_ms): (usize, i64)) {
        let sent = &self.sent;
        let of_phone = |key: &String| sent.get(key).is_some_and(|sent| sent.phone == phone);
        self.floors.retain(|key, (since_ms, _)| *since_ms != now_ms || !of_phone(key));
    }

    /// Whether a phone was answered one of these about a record. A refusal that it learns by asking again counts as such.
    pub(crate) fn was_told(&self, phone: usize, record: RecordId, outcomes: &[&str]) -> bool {
        let told = self.told.get(&(phone, record));
        told.is_some_and(|told| outcomes.iter().any(|outcome| told.contains(*outcome)))
    }

    /// Whether a phone has ever asked what became of what it sent.
    pub(crate) fn has_looked_up(&self, phone: usize) -> bool {
        self.looked_up.contains(&phone)
    }

    /// Whether a push of a phone was ever refused as a whole.
    pub(crate) fn was_refused_whole(&self, phone: usize) -> bool {
        self.refused_whole.contains(&phone)
    }
}

fn plain(request: &HttpRequest) -> std::io::Result<Vec<u8>> {
    let packed = request.headers.iter().any(|(name, value)| name == "content-encoding" && value == "gzip");
    unpacked(request.body.clone(), packed)
}

fn unpacked(body: Vec<u8>, packed: bool) -> std::io::Result<Vec<u8>> {
    if !packed {
        return Ok(body);
    }
    let mut plain = Vec::new();
    GzDecoder::new(&body[..]).read_to_end(&mut plain)?;
    Ok(plain)
}
