//! Names that an input cannot know beforehand: signs such as `@s0@` stand for them.
//!
//! `@s0@`, `@l0@`, `@r0@`: key, local id and server id of the first shipment of the request (or of the last push), `@s1@`
//! those of the second. `@q0@`: the first question about a record of a lookup; `@rest@`: a line for each of them that says
//! there is no such record. `@v@`, `@w@`: local id and server id of a record with work that is paused.

use fieldkeep::wire::{LookupRequest, PushItem, PushRequest, Shipment};
use serde_json::{Value as Json, json};

/// Bytes of all that is filled in: a sign that was repeated a thousand times must not fill the memory.
const MOST_FILLED: usize = 256 * 1024;

/// The names of now.
#[derive(Default)]
pub(super) struct Names {
    shipments: Vec<[String; 3]>,
    questions: Vec<Json>,
    /// Local id and server id of the record with paused work.
    pub(super) paused: [String; 2],
}

impl Names {
    /// Those of a push.
    pub(super) fn of_push(&mut self, push: &PushRequest) -> Vec<Shipment> {
        let shipments = shipments_of(push);
        let names = |sent: &Shipment| {
            // What is new gets a server id that no other record has.
            let server_id = sent.record.clone().unwrap_or_else(|| format!("NEW-{}", sent.local_id));
            [sent.id.to_string(), sent.local_id.to_string(), server_id]
        };
        self.shipments = shipments.iter().map(names).collect();
        shipments
    }

    /// Those of a lookup. Shipments that were asked about in the order of the push keep their names.
    pub(super) fn of_lookup(&mut self, asked: &LookupRequest) {
        self.questions = asked.records.iter().map(|question| json!(question)).collect();
    }

    /// The text with the names in place of the signs. What stands for nothing stays.
    pub(super) fn fill(&self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        let mut filled = 0;
        while let Some(at) = rest.iter().position(|&byte| byte == b'@') {
            out.extend_from_slice(&rest[..at]);
            let sign =
                rest[at + 1..].iter().take(6).position(|&byte| byte == b'@').map(|end| &rest[at + 1..at + 1 + end]);
            match sign.and_then(|sign| Some((sign.len(), self.named(sign)?))) {
                Some((length, name)) if filled < MOST_FILLED => {
                    filled += name.len();
                    out.extend_from_slice(name.as_bytes());
                    rest = &rest[at + length + 2..];
                }
                _ => {
                    out.push(b'@');
                    rest = &rest[at + 1..];
                }
            }
        }
        out.extend_from_slice(rest);
        out
    }

    fn named(&self, sign: &[u8]) -> Option<String> {
        let none = |question: &Json| format!("{}\n", json!({"question": question, "record": null}));
        match sign {
            b"v" => Some(self.paused[0].clone()),
            b"w" => Some(self.paused[1].clone()),
            b"rest" => Some(self.questions.iter().map(none).collect()),
            [kind, number @ b'0'..=b'9'] => {
                let number = usize::from(number - b'0');
                match kind {
                    b's' => Some(self.shipments.get(number)?[0].clone()),
                    b'l' => Some(self.shipments.get(number)?[1].clone()),
                    b'r' => Some(self.shipments.get(number)?[2].clone()),
                    b'q' => self.questions.get(number).map(Json::to_string),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn shipments_of(push: &PushRequest) -> Vec<Shipment> {
    let items = push.items.iter().map(|item| serde_json::from_str(item.get()).expect("a client sends what it says"));
    let members = |item: PushItem| match item {
        PushItem::Group { shipments, .. } => shipments,
        PushItem::One(shipment) => vec![shipment],
    };
    items.flat_map(members).collect()
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn signs_become_names_and_the_rest_stays() {
        let names = Names {
            shipments: vec![["K".into(), "L".into(), "R".into()]],
            questions: vec!["Q".into()],
            paused: ["V".into(), "W".into()],
        };
        for (text, expected) in [
            ("@s0@@l0@-@r0@@", "KL-R@"),
            ("@s1@ @x@ a@b @w@", "@s1@ @x@ a@b W"),
            ("@v@@q0@", "V\"Q\""),
            ("@rest@", "{\"question\":\"Q\",\"record\":null}\n"),
        ] {
            assert_eq!(names.fill(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }
}
