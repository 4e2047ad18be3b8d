//! What goes over the wire: a shipment's text never changes, and says which phone it came from.

use std::collections::HashMap;
use std::io::Read;

use fieldkeep::remote::{HttpMethod, HttpRequest};
use fieldkeep::wire::{PushItem, PushRequest};
use flate2::read::GzDecoder;

use super::Verdict;

/// Every shipment that was ever sent: its phone and its text.
#[derive(Default)]
pub(crate) struct Wire(HashMap<String, (usize, String)>);

impl Wire {
    /// A request leaves a phone.
    pub(crate) fn sent(&mut self, phone: usize, request: &HttpRequest) -> Verdict {
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
                match self.0.get(&key) {
                    Some((from, before)) if *from != phone || *before != text => {
                        return Err(format!("key {key} was used twice: first {before}, then {text}"));
                    }
                    Some(_) => {}
                    None => {
                        self.0.insert(key, (phone, text));
                    }
                }
            }
        }
        Ok(())
    }

    /// The phone that a shipment came from.
    pub(crate) fn phone_of(&self, shipment: &str) -> Option<usize> {
        self.0.get(shipment).map(|(phone, _)| *phone)
    }
}

fn plain(request: &HttpRequest) -> std::io::Result<Vec<u8>> {
    let packed = request.headers.iter().any(|(name, value)| name == "content-encoding" && value == "gzip");
    if !packed {
        return Ok(request.body.clone());
    }
    let mut plain = Vec::new();
    GzDecoder::new(&request.body[..]).read_to_end(&mut plain)?;
    Ok(plain)
}
