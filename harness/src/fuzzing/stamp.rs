//! Seen stamps: an app keeps them in bundles and drafts and hands them back, whole or not.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fieldkeep::value::Value;
use fieldkeep::{CommitOptions, Edit, KeepError, SeenStamp};
use sha2::{Digest, Sha256};

use super::phone::{Meant, Phone, sound, usable};
use super::place::job;
use super::{Kept, LIFE};

thread_local! {
    static PHONE: Kept<Phone> = const { Kept::new(Phone::new) };
}

/// Inputs between two syncs.
const EVENING: usize = 6;

/// Bytes of the checksum in front of what a stamp says.
const CHECK_BYTES: usize = 6;

/// The first byte says whether the rest is the stamp's text, or what it says, packed as a stamp is. It comes back with an
/// edit of each kind and with a draft.
pub fn seen_stamp(input: &[u8]) {
    let (first, rest) = input.split_first().unwrap_or((&b't', &[]));
    let stamp = SeenStamp(if first % 2 == 0 { String::from_utf8_lossy(rest).into_owned() } else { packed(rest) });
    PHONE.with(|kept| {
        kept.with(|phone, number| {
            phone.begin();
            draft(phone, &stamp);
            let meant = edit(phone, &stamp, number, input.len());
            phone.check(&meant);
            if number % EVENING == EVENING - 1 || LIFE == 1 {
                phone.rest(number);
            }
        });
    });
}

fn packed(json: &[u8]) -> String {
    let mut packed = Sha256::digest(json)[..CHECK_BYTES].to_vec();
    packed.extend_from_slice(json);
    URL_SAFE_NO_PAD.encode(packed)
}

/// A draft keeps whatever stamp it is given.
fn draft(phone: &Phone, stamp: &SeenStamp) {
    sound(phone.keep.save_draft("form", Some(job(0)), Some(stamp.clone()), "{}"));
    let draft = sound(phone.keep.draft("form")).expect("it was saved");
    assert_eq!(draft.seen.as_ref(), Some(stamp));
}

/// Each is kept or refused; what is kept is in the outbox.
fn edit(phone: &Phone, stamp: &SeenStamp, number: usize, variant: usize) -> Vec<Meant> {
    let id = job(u128::try_from(variant % 2).unwrap());
    let seen = Some(stamp.clone());
    let fields = HashMap::from([
        ("title".to_owned(), Value::Text(format!("title {number}"))),
        ("description".to_owned(), Value::Text(format!("text {number}"))),
    ]);
    let mut edits = vec![Edit::Patch { record_type: "work_order".to_owned(), id, seen: seen.clone(), fields }];
    match variant % 8 {
        5 => edits.push(Edit::Signoff { id, seen }),
        6 => edits.push(Edit::Reopen { id, seen }),
        7 => edits.push(Edit::Archive { id: job(2), seen }),
        _ => {}
    }
    let before = sound(phone.keep.outbox()).len();
    let mut meant = Vec::new();
    for edit in edits {
        let result = phone.keep.commit(vec![edit], CommitOptions::default());
        if let Err(error) = &result {
            assert!(matches!(error, KeepError::BadStamp { .. } | KeepError::NotEditable { .. }), "{error:?}");
        }
        let Some(receipt) = usable(result) else { continue };
        let text = format!("text {number}");
        meant.extend(receipt.operations.iter().map(|&operation| Meant {
            operation,
            record: id,
            text: text.clone(),
            makes: false,
        }));
    }
    let after = sound(phone.keep.outbox());
    assert!(meant.iter().all(|one| after.iter().any(|item| item.operation == one.operation)), "{after:?}");
    assert_eq!(after.len(), before + meant.len(), "and nothing else went");
    meant
}
