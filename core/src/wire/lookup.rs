//! `POST /v1/lookup`: what became of shipments and records, when silence left a doubt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Entry;
use crate::value::RecordId;

/// The questions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LookupRequest {
    /// Shipments in doubt.
    #[serde(default)]
    pub shipments: Vec<Uuid>,
    /// Records to look at.
    #[serde(default)]
    pub records: Vec<RecordQuestion>,
}

/// A record by either name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordQuestion {
    /// By the device's id.
    LocalId(RecordId),
    /// By the server's id.
    ServerId(String),
}

/// What became of a shipment; one line of the reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ShipmentAnswer {
    /// It is stored.
    Applied {
        /// The shipment.
        shipment: Uuid,
        /// At this counter.
        seq: i64,
        /// The stored value of each field that the server normalised.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        stored: BTreeMap<String, serde_json::Value>,
    },
    /// It was refused.
    Refused {
        /// The shipment.
        shipment: Uuid,
    },
    /// The server does not know it, or not any more.
    Unknown {
        /// The shipment.
        shipment: Uuid,
    },
}

/// A record as it is now; one line of the reply. `None` when there never was one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordAnswer {
    /// The question that this answers.
    pub question: RecordQuestion,
    /// The record, `hidden` and `gone` included.
    #[serde(default)]
    pub record: Option<Entry>,
}

/// One line of a lookup reply.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum LookupLine {
    /// About a shipment.
    Shipment(ShipmentAnswer),
    /// About a record.
    Record(Box<RecordAnswer>),
}

/// What a lookup found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LookupAnswers {
    /// Of the shipments.
    pub shipments: Vec<ShipmentAnswer>,
    /// Of the records.
    pub records: Vec<RecordAnswer>,
}
