//! The items of a push as they came in.

use fieldkeep::wire::Shipment;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// One item: decided as a whole.
pub(crate) enum Item {
    One(Sent),
    /// All or nothing.
    Group(Vec<Sent>),
}

/// One shipment as it was sent.
pub(crate) struct Sent {
    /// Its key.
    pub(crate) id: Uuid,
    /// SHA-256 of its text: the same key with another text is another request (pitfall P1).
    pub(crate) body: Vec<u8>,
    /// What it says, or why it cannot be read.
    pub(crate) shipment: Result<Shipment, String>,
}

#[derive(Deserialize)]
struct Members<'a> {
    group: Option<Uuid>,
    #[serde(borrow)]
    shipments: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Key {
    id: Uuid,
}

impl Item {
    /// Reads one item.
    ///
    /// # Errors
    /// A sentence, when a shipment does not even tell its id, so that no line could answer it.
    pub(crate) fn read(text: &RawValue) -> Result<Self, String> {
        // serde would also read a struct from an array of its members.
        if !text.get().starts_with('{') {
            return Err("an item that is no object".to_owned());
        }
        let members: Members<'_> = serde_json::from_str(text.get()).map_err(|error| error.to_string())?;
        match (members.group, members.shipments) {
            (Some(_), Some(members)) => members.into_iter().map(Sent::read).collect::<Result<_, _>>().map(Self::Group),
            (None, Some(_)) => Err("a group without a name".to_owned()),
            (_, None) => Sent::read(text).map(Self::One),
        }
    }

    /// Its shipments: one, or the members of a group.
    pub(crate) fn shipments(&self) -> &[Sent] {
        match self {
            Self::One(sent) => std::slice::from_ref(sent),
            Self::Group(members) => members,
        }
    }
}

impl Sent {
    fn read(text: &RawValue) -> Result<Self, String> {
        let key: Key = serde_json::from_str(text.get()).map_err(|error| format!("an item without an id: {error}"))?;
        let shipment = serde_json::from_str(text.get()).map_err(|error| format!("cannot be read: {error}"));
        Ok(Self { id: key.id, body: Sha256::digest(text.get()).to_vec(), shipment })
    }
}
