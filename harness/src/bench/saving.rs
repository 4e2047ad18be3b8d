//! Saves, each a transaction that is on the disk when it returns.

use fieldkeep::value::Value as Field;
use fieldkeep::{CommitOptions, Edit, Record};
use fieldkeep_harness::stopwatch::now;
use serde_json::{Value, json};

use crate::Fault;
use crate::phone::Phone;

/// Saves that only warm up.
const WARM_UP: usize = 200;

/// Changes one field of `count` records, each in a transaction of its own.
pub(crate) fn measure(phone: &Phone, count: usize) -> Result<Value, Fault> {
    phone.go_offline()?;
    let edits: Vec<Edit> = phone
        .work_orders(WARM_UP + count)?
        .into_iter()
        .enumerate()
        .map(|(number, order)| change(number, order))
        .collect();
    let mut edits = edits.into_iter();
    let save = |edit| phone.keep.commit(vec![edit], CommitOptions::default());
    for edit in edits.by_ref().take(WARM_UP) {
        save(edit)?;
    }
    let begun = now();
    for edit in edits {
        save(edit)?;
    }
    let saves = u32::try_from(count)?;
    let per_s = f64::from(saves) / begun.elapsed().as_secs_f64();
    Ok(json!({ "language": "Rust", "measure": "save", "saves_per_s": per_s }))
}

fn change(number: usize, order: Record) -> Edit {
    let fields = [("billing_contact".to_owned(), Field::Text(format!("Contact {number}")))].into();
    Edit::Patch { record_type: order.record_type, id: order.id, seen: Some(order.seen), fields }
}
