//! Identity and no duplicates (requirements A1 to A9), over the real wire.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::site::Field;

#[test]
fn a2_both_ids_find_the_record_for_ever() {
    let field = Field::new();
    let phone = field.phone("ana");
    let id = phone.customer("Hansa");
    phone.sync();
    let server_id = phone.server_id(id);
    assert_eq!(phone.by_server_id("customer", &server_id).id, id);
    assert_eq!(field.record(id)["values"], json!({ "name": "Hansa" }));
    phone.assert_synced(id);
}
