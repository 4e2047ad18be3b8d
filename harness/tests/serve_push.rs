//! What becomes of shipments: each outcome, keys, creates, typed equality and groups.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::wire::{Outcome, PushLine};
use serde_json::{Value, json};
use support::{DAY_MS, barrier, create, group, patch, shipment, site, uuid};

#[tokio::test]
async fn a_create_gives_a_readable_id_and_the_record_as_it_is() {
    let site = site().await;
    let make = create("work_order", json!({"title": "Pump", "status": "assigned", "labor_hours": 1.50}));
    let line = site.push_one("ana", make.clone()).await;
    assert_eq!(line["outcome"], "applied");
    assert_eq!(line["server_id"], "WO-000001");
    assert_eq!(line["shipment"], make["id"]);
    let record = &line["record"];
    assert_eq!(record["local_id"], make["local_id"]);
    assert_eq!(
        record["values"],
        json!({"title": "Pump", "status": "assigned", "labor_hours": "1.5", "number": "WO-000001"})
    );
    assert_eq!(record["seq"], line["seq"]);
    assert_eq!(record["by"], json!([{"shipment": make["id"], "seq": line["seq"]}]));
    assert_eq!(site.work_order("Second").await, "WO-000002");
}

#[tokio::test]
async fn the_same_key_with_the_same_body_is_a_duplicate_with_the_record_as_it_is_now() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let first = patch("work_order", &id, json!({"title": ["Pump", "Pump A"]}));
    let applied = site.push_one("ana", first.clone()).await;
    site.push_one("office", patch("work_order", &id, json!({"title": ["Pump A", "Pump B"]}))).await;
    let again = site.push_one("ana", first).await;
    assert_eq!(again["outcome"], "duplicate");
    assert_eq!(again["first"], json!({"outcome": "applied", "seq": applied["seq"], "server_id": id}));
    assert_eq!(again["record"]["values"]["title"], "Pump B");
    let title_changes = &site.dump().await["records"][0]["changes"]["title"];
    assert_eq!(title_changes, 3, "create, two patches, and nothing from the repeated one");
}

#[tokio::test]
async fn a_refusal_is_remembered_with_its_key_too() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let refused = patch("work_order", &id, json!({"title": ["Other", "X"]}));
    assert_eq!(site.push_one("ana", refused.clone()).await["outcome"], "conflict");
    site.push_one("ana", patch("work_order", &id, json!({"title": ["Pump", "Other"]}))).await;
    let again = site.push_one("ana", refused).await;
    assert_eq!((&again["outcome"], &again["first"]["outcome"]), (&json!("duplicate"), &json!("conflict")));
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused_and_changes_nothing() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let mut first = patch("work_order", &id, json!({"title": ["Pump", "A"]}));
    site.push_one("ana", first.clone()).await;
    first["fields"]["title"]["to"] = json!("B");
    let line = site.push_one("ana", first).await;
    assert_eq!(line["outcome"], "rejected");
    assert_eq!(line["errors"], json!([{"field": "", "message": "This key was used for another body"}]));
    assert_eq!(site.dump().await["records"][0]["values"]["title"], "A");
}

#[tokio::test]
async fn a_key_is_forgotten_after_its_lifetime_but_a_create_stays_unique() {
    let site = site().await;
    let make = create("work_order", json!({"title": "Pump"}));
    let first = site.push_one("ana", make.clone()).await;
    site.clock.advance(DAY_MS + 1);
    let again = site.push_one("ana", make.clone()).await;
    assert_eq!(again["outcome"], "applied", "the key is forgotten, the record is not");
    assert_eq!(again["server_id"], first["server_id"]);
    let mut other_key = make;
    other_key["id"] = json!(uuid());
    assert_eq!(site.push_one("ana", other_key.clone()).await["server_id"], first["server_id"]);
    other_key["id"] = json!(uuid());
    assert_eq!(site.push_one("ben", other_key).await["outcome"], "forbidden");
    assert_eq!(site.dump().await["records"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn values_are_equal_by_type() {
    let site = site().await;
    let make = json!({"name": "Hansa", "phone": "0171/123 45", "city": "Köln"});
    let id = site.push_one("ana", create("customer", make)).await["server_id"].as_str().unwrap().to_owned();
    let fits = patch("customer", &id, json!({"phone": ["0171-12345", "0049 171 12345"], "city": ["Ko\u{308}ln", ""]}));
    let line = site.push_one("ana", fits).await;
    assert_eq!(line["outcome"], "applied", "{line}");
    assert_eq!(line["record"]["values"], json!({"name": "Hansa", "phone": "+4917112345"}));
}

#[tokio::test]
async fn nothing_to_do_moves_neither_seq_nor_version() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let before = site.dump().await;
    let line = site.push_one("ana", patch("work_order", &id, json!({"title": ["anything", "Pump"]}))).await;
    assert_eq!(line["outcome"], "applied");
    let after = site.dump().await;
    assert_eq!(before, after);
    assert_eq!(line["seq"], before["records"][0]["seq"]);
}

#[tokio::test]
async fn a_conflict_names_all_fields_and_stores_none() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let office = patch("work_order", &id, json!({"title": ["Pump", "Big pump"], "due": [null, "2026-02-01"]}));
    site.push_one("office", office).await;
    let fields = json!({"title": ["Pump", "Pump!"], "due": ["2026-03-01", null], "status": ["assigned", "complete"]});
    let line = site.push_one("ana", patch("work_order", &id, fields)).await;
    assert_eq!(line["outcome"], "conflict");
    let by =
        |field: &str, value: &str| json!({"field": field, "value": value, "by": "office", "at_ms": support::START_MS});
    assert_eq!(line["fields"], json!([by("due", "2026-02-01"), by("title", "Big pump")]));
    assert_eq!(line["record"]["values"]["status"], "assigned");
}

#[tokio::test]
async fn a_rejection_names_all_fields_in_words() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let cases = [
        (create("work_order", json!({"status": "lost", "nonsense": 1})), json!(["nonsense", "status", "title"])),
        (
            patch("work_order", &id, json!({"title": ["Pump", ""], "due": [null, "2026-02-30"]})),
            json!(["due", "title"]),
        ),
        (patch("work_order", &id, json!({"number": ["WO-000001", "7"]})), json!(["number"])),
        (create("note", json!({"work_order": id, "text": ""})), json!(["text"])),
        (create("ghost", json!({})), json!([""])),
    ];
    for (item, expected) in cases {
        let line = site.push_one("ana", item).await;
        let fields: Value = line["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert_eq!((&line["outcome"], fields), (&json!("rejected"), expected), "{line}");
    }
    let line = site.push_one("ana", create("work_order", json!({"status": "assigned"}))).await;
    assert_eq!(line["errors"][0]["message"], "Title is required");
}

#[tokio::test]
async fn references_are_server_ids_and_an_unknown_one_leaves_the_shipment_open() {
    let site = site().await;
    let order = site.work_order("Pump").await;
    let orphan = create("note", json!({"work_order": "WO-999999", "text": "x"}));
    assert_eq!(site.push_one("ana", orphan.clone()).await["outcome"], "parent_missing");
    assert_eq!(site.push_one("ana", orphan).await["outcome"], "parent_missing", "not kept with the key");
    let note = site.push_one("ana", create("note", json!({"work_order": order, "text": "x"}))).await;
    assert_eq!(note["outcome"], "applied");
    let wrong = create("work_order", json!({"title": "Y", "customer": note["server_id"]}));
    assert_eq!(site.push_one("ana", wrong).await["errors"][0]["field"], "customer");
    let unseen = shipment(json!({"type": "work_order", "kind": "patch"}));
    assert_eq!(site.push_one("ana", unseen).await["outcome"], "parent_missing");
    let unknown = patch("work_order", "WO-999999", json!({"title": ["a", "b"]}));
    assert_eq!(site.push_one("ana", unknown).await["outcome"], "gone");
}

#[tokio::test]
async fn archive_reopen_signoff_and_deletion() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let push = async |kind: &str| site.push_one("ana", barrier("work_order", kind, &id)).await;
    assert_eq!(push("signoff").await["outcome"], "applied");
    let archived = push("archive").await;
    assert_eq!(archived["record"]["life"], "archived");
    assert_eq!(push("archive").await["seq"], archived["seq"], "nothing to do");
    let edit = || patch("work_order", &id, json!({"title": ["Pump", "X"]}));
    assert_eq!(site.push_one("ana", edit()).await["outcome"], "gone");
    assert_eq!(push("signoff").await["outcome"], "gone");
    assert_eq!(push("reopen").await["record"]["life"], "alive");
    assert_eq!(site.push_one("ana", edit()).await["outcome"], "applied");
    site.behave(json!({"do": "delete", "server_id": id})).await;
    let line = push("reopen").await;
    assert_eq!((&line["outcome"], &line["record"]["life"]), (&json!("gone"), &json!("gone")));
    let counts = &site.dump().await["records"][0]["changes"];
    assert_eq!((&counts["(signoff)"], &counts["(archive)"], &counts["(delete)"]), (&json!(1), &json!(1), &json!(1)));
}

#[tokio::test]
async fn append_only_records_are_added_and_archived_by_their_author() {
    let site = site().await;
    let order = site.work_order("Pump").await;
    let before = site.dump().await["records"][0].clone();
    let note = site.push_one("ana", create("note", json!({"work_order": order, "text": "Leaks"}))).await;
    let note = note["server_id"].as_str().unwrap();
    assert_eq!(site.dump().await["records"][0], before, "the parent does not move");
    let edit = patch("note", note, json!({"text": ["Leaks", "Does not leak"]}));
    assert_eq!(site.push_one("ana", edit).await["outcome"], "rejected");
    let refused = site.push_one("ben", barrier("note", "archive", note)).await;
    assert_eq!((&refused["outcome"], &refused["owner"]), (&json!("not_owner"), &json!("ana")));
    assert_eq!(site.push_one("ana", barrier("note", "archive", note)).await["outcome"], "applied");
}

#[tokio::test]
async fn a_group_is_stored_together() {
    let site = site().await;
    let customer = create("customer", json!({"name": "Hansa"}));
    let order = create("work_order", json!({"title": "Pump", "customer": {"local": customer["local_id"]}}));
    let note = create("note", json!({"work_order": {"local": order["local_id"]}, "text": "x"}));
    let together = group(&[customer, order, note]);
    let lines = site.push("ana", std::slice::from_ref(&together)).await;
    assert!(lines.iter().all(|line| line["outcome"] == "applied"), "{lines:?}");
    assert_eq!(lines[1]["record"]["values"]["customer"], lines[0]["server_id"]);
    let again = site.push("ana", &[together]).await;
    assert!(again.iter().all(|line| line["outcome"] == "duplicate"), "{again:?}");
}

#[tokio::test]
async fn a_group_with_a_refused_member_stores_nothing() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let before = site.dump().await;
    let good = create("customer", json!({"name": "Hansa"}));
    let bad = patch("work_order", &id, json!({"title": ["Old", "New"]}));
    let together = group(&[good, bad]);
    let outcomes = |lines: &[Value]| lines.iter().map(|line| line["outcome"].clone()).collect::<Value>();
    let lines = site.push("ana", std::slice::from_ref(&together)).await;
    assert_eq!(outcomes(&lines), json!(["group_refused", "conflict"]));
    assert_eq!(site.dump().await, before);
    assert_eq!(outcomes(&site.push("ana", &[together]).await), json!(["duplicate", "duplicate"]));
    let open = group(&[
        create("customer", json!({"name": "Hansa"})),
        create("note", json!({"work_order": "WO-999999", "text": "x"})),
    ]);
    let lines = site.push("ana", &[open]).await;
    assert_eq!(outcomes(&lines), json!(["not_attempted", "parent_missing"]), "a group is never settled in part");
    assert_eq!(site.dump().await, before);
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_answered_alone() {
    let site = site().await;
    let id = uuid();
    let items = [json!({"id": id, "type": 7}), create("customer", json!({"name": "Hansa"}))];
    let lines = site.push("ana", &items).await;
    assert_eq!((&lines[0]["shipment"], &lines[0]["outcome"]), (&json!(id), &json!("rejected")));
    assert_eq!(lines[1]["outcome"], "applied");
    let reply = site.post("ana", "/v1/push", &json!({"device": "x", "items": [{"no": "id"}]})).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn lines_come_in_the_order_of_the_items_across_transactions() {
    let site = site().await;
    let items: Vec<Value> = (0..40).map(|n| create("customer", json!({"name": format!("C{n}")}))).collect();
    let lines = site.push("ana", &items).await;
    let told: Vec<_> = lines.iter().map(|line| &line["shipment"]).collect();
    assert_eq!(told, items.iter().map(|item| &item["id"]).collect::<Vec<_>>());
}

#[tokio::test]
async fn resolutions_are_stored_once() {
    let site = site().await;
    let resolution = json!({"id": uuid(), "local_id": uuid(), "field": "title", "kind": "conflict", "choice": "theirs",
        "by": "ana", "at_ms": support::START_MS, "policy_version": 1});
    let push = json!({"device": "x", "resolutions": [resolution, resolution]});
    for _ in 0..2 {
        let lines = support::lines(&site.post("ana", "/v1/push", &push).await.text());
        assert_eq!(lines, vec![json!({"resolution": resolution["id"]}); 2]);
    }
    assert_eq!(site.dump().await["resolutions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_old_schema_version_is_refused_once_it_is_not_taken_any_more() {
    let site = site().await;
    site.behave(json!({"do": "limits", "schema_pending_from": 2})).await;
    let line = site.push_one("ana", create("customer", json!({"name": "Hansa"}))).await;
    assert_eq!(line["outcome"], "schema_too_old");
}

#[tokio::test]
async fn the_lines_read_back_as_the_wire_types() {
    let site = site().await;
    let push = json!({"device": "x", "items": [create("customer", json!({"name": "Hansa"}))]});
    let text = site.post("ana", "/v1/push", &push).await.text();
    let line: PushLine = serde_json::from_str(&text).unwrap();
    assert!(matches!(line.outcome, Some(Outcome::Applied { seq: 1, .. })));
    assert_eq!(line.record.unwrap().values.len(), 1);
}
