//! The seen stamp: what a person saw when a form opened (requirement D15, pitfall P2). Opaque to the app, so it can put
//! it into a bundle or a draft and hand it back.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::value::{FieldMap, RecordId};

/// Bytes of the checksum: enough against damage; a stamp is no secret and no proof.
const CHECK_BYTES: usize = 6;

/// An opaque stamp that a read hands out and an edit hands back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeenStamp(pub String);

#[cfg(feature = "ffi")]
uniffi::custom_type!(SeenStamp, String, {
    try_lift: |text| Ok(SeenStamp(text)),
    lower: |stamp| stamp.0,
});

/// What a stamp says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Seen {
    /// The record.
    pub(crate) id: RecordId,
    /// Its revision on this device.
    pub(crate) rev: i64,
    /// The highest change number on this device at that time.
    pub(crate) seq: i64,
    /// The values that were shown; a field that is missing was empty.
    pub(crate) values: FieldMap,
    /// Per field the number of the change whose value was shown while it was on its way; that of a create under the empty
    /// name. The server may have stored something else since.
    #[serde(default)]
    pub(crate) live: BTreeMap<String, i64>,
}

impl Seen {
    /// Packs it.
    pub(crate) fn stamp(&self) -> SeenStamp {
        // The values are JSON already; every record of a list gets a stamp.
        let live = if self.live.is_empty() { String::new() } else { format!(",\"live\":{}", json!(self.live)) };
        let (id, rev, seq, values) = (self.id, self.rev, self.seq, self.values.to_json());
        let json = format!("{{\"id\":\"{id}\",\"rev\":{rev},\"seq\":{seq},\"values\":{values}{live}}}");
        let mut packed = Vec::with_capacity(CHECK_BYTES + json.len());
        packed.extend_from_slice(&Sha256::digest(&json)[..CHECK_BYTES]);
        packed.extend_from_slice(json.as_bytes());
        SeenStamp(URL_SAFE_NO_PAD.encode(packed))
    }

    /// Unpacks it; `None` when it is damaged.
    pub(crate) fn read(stamp: &SeenStamp) -> Option<Self> {
        let packed = URL_SAFE_NO_PAD.decode(&stamp.0).ok()?;
        let (check, json) = packed.split_at_checked(CHECK_BYTES)?;
        if Sha256::digest(json)[..CHECK_BYTES] != *check {
            return None;
        }
        serde_json::from_slice(json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_comes_back_whole_or_not_at_all() {
        let seen = Seen {
            id: "018f0000-0000-7000-8000-000000000001".parse().unwrap(),
            rev: 3,
            seq: 9,
            values: FieldMap::from_stored(r#"{"status":"assigned"}"#),
            live: BTreeMap::from([("status".to_owned(), 7)]),
        };
        let stamp = seen.stamp();
        assert_eq!(Seen::read(&stamp), Some(seen));
        for position in 0..stamp.0.len() {
            let mut damaged = stamp.0.clone().into_bytes();
            damaged[position] = if damaged[position] == b'A' { b'B' } else { b'A' };
            let damaged = SeenStamp(String::from_utf8(damaged).unwrap());
            assert_eq!(Seen::read(&damaged), None, "byte {position}");
        }
        assert_eq!(Seen::read(&SeenStamp(String::new())), None);
        assert_eq!(Seen::read(&SeenStamp(stamp.0[..stamp.0.len() - 4].to_owned())), None);
    }
}
