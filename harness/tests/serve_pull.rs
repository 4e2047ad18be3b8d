//! What a pull tells: order, pages, acknowledgements, and who sees what. And lookups.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use fieldkeep::wire::{PullLine, RecordLife};
use serde_json::{Value, json};
use support::{DAY_MS, create, patch, site, uuid};

fn ids(entries: &[Value]) -> Vec<String> {
    entries.iter().map(|entry| entry["server_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_come_in_seq_order_up_to_the_high_water_mark() {
    let site = site().await;
    site.behave(json!({"do": "limits", "page_entries": 2})).await;
    for n in 0..5 {
        site.push_one("ana", create("customer", json!({"name": format!("C{n}")}))).await;
    }
    let (first, cursor, more) = site.page("ben", "").await;
    assert_eq!((ids(&first), more), (vec!["C-000001".into(), "C-000002".into()], true));
    // Changed while ben reads: not on this round's pages any more, first thing of the next.
    site.push_one("ana", patch("customer", "C-000004", json!({"city": [null, "Ulm"]}))).await;
    let (second, cursor, more) = site.page("ben", &cursor).await;
    assert_eq!((ids(&second), more), (vec!["C-000003".into(), "C-000005".into()], false));
    let (third, cursor, _) = site.page("ben", &cursor).await;
    assert_eq!(ids(&third), ["C-000004"]);
    assert_eq!(third[0]["values"]["city"], "Ulm");
    assert!(site.page("ben", &cursor).await.0.is_empty());
}

#[tokio::test]
async fn an_entry_names_its_shipments_and_the_authors_of_older_fields() {
    let site = site().await;
    let make = create("customer", json!({"name": "Hansa", "city": "Ulm"}));
    site.push_one("ana", make.clone()).await;
    site.clock.advance(1000);
    let change = patch("customer", "C-000001", json!({"city": ["Ulm", "Bonn"]}));
    site.push_one("ben", change.clone()).await;
    let (entries, cursor, _) = site.page("ana", "").await;
    assert_eq!(entries[0]["by"], json!([{"shipment": make["id"], "seq": 1}, {"shipment": change["id"], "seq": 2}]));
    assert_eq!(entries[0]["who"], "ben");
    assert_eq!(entries[0]["changed"], json!({"name": {"who": "ana", "at_ms": support::START_MS}}));
    site.clock.advance(91 * DAY_MS);
    site.behave(json!({"do": "touch", "server_id": "C-000001"})).await;
    assert_eq!(site.get("ana", &format!("/v1/pull?cursor={cursor}")).await.status, 410);
    assert_eq!(site.page("ana", "").await.0[0].get("by"), None, "kept for 90 days");
}

#[tokio::test]
async fn a_touch_is_news_without_a_change() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let (before, cursor, _) = site.page("ben", "").await;
    site.behave(json!({"do": "touch", "server_id": id})).await;
    let (after, _, _) = site.page("ben", &cursor).await;
    assert_eq!(after[0]["values"], before[0]["values"]);
    assert!(after[0]["seq"].as_i64() > before[0]["seq"].as_i64());
    assert_ne!(after[0]["version"], before[0]["version"]);
}

#[tokio::test]
async fn what_is_gone_is_told_to_who_had_it_and_not_to_the_new() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let (_, cursor, _) = site.page("ben", "").await;
    site.behave(json!({"do": "delete", "server_id": id})).await;
    let (entries, _, _) = site.page("ben", &cursor).await;
    assert_eq!((&entries[0]["life"], entries[0].get("values")), (&json!("gone"), None));
    assert!(site.page("ben", "").await.0.is_empty());
}

#[tokio::test]
async fn a_revocation_hides_the_record_and_its_children_and_a_grant_shows_them_again() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    site.push_one("ana", create("note", json!({"work_order": id, "text": "Leaks"}))).await;
    let (_, cursor, _) = site.page("ben", "").await;
    site.behave(json!({"do": "revoke", "user": "ben", "server_id": id})).await;
    let (hidden, cursor, _) = site.page("ben", &cursor).await;
    assert_eq!(ids(&hidden), [id.clone(), "N-000001".into()]);
    assert!(hidden.iter().all(|entry| entry["life"] == "hidden" && entry.get("values").is_none()));
    let edit = || patch("work_order", &id, json!({"title": ["Pump", "X"]}));
    let line = site.push_one("ben", edit()).await;
    assert_eq!((&line["outcome"], &line["record"]["life"]), (&json!("forbidden"), &json!("hidden")));
    assert_eq!(site.push_one("ana", edit()).await["outcome"], "applied", "others still see it");
    assert!(site.page("ben", &cursor).await.0.is_empty(), "and what is hidden is no news");
    site.behave(json!({"do": "grant", "user": "ben", "server_id": id})).await;
    let (shown, _, _) = site.page("ben", &cursor).await;
    assert_eq!((ids(&shown), &shown[0]["values"]["title"]), (ids(&hidden), &json!("X")));
}

#[tokio::test]
async fn a_record_that_moves_below_a_hidden_one_is_hidden_with_it() {
    let site = site().await;
    let (open, closed) = (site.work_order("Open").await, site.work_order("Closed").await);
    site.push_one("ana", create("visit", json!({"work_order": open}))).await;
    site.behave(json!({"do": "revoke", "user": "ben", "server_id": closed})).await;
    let (_, cursor, _) = site.page("ben", "").await;
    site.push_one("ana", patch("visit", "V-000001", json!({"work_order": [open, closed]}))).await;
    let (entries, _, _) = site.page("ben", &cursor).await;
    assert_eq!((ids(&entries), &entries[0]["life"]), (vec!["V-000001".into()], &json!("hidden")));
}

#[tokio::test]
async fn a_user_who_does_not_see_all_sees_grants_and_own_records() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let (_, cursor, _) = site.page("ben", "").await;
    site.behave(json!({"do": "sees_all", "user": "ben", "value": false})).await;
    let (entries, cursor, _) = site.page("ben", &cursor).await;
    assert_eq!(entries[0]["life"], "hidden");
    site.push_one("ben", create("work_order", json!({"title": "Own"}))).await;
    site.work_order("Not for ben").await;
    let (entries, cursor, _) = site.page("ben", &cursor).await;
    assert_eq!(ids(&entries), ["WO-000002"]);
    site.behave(json!({"do": "grant", "user": "ben", "server_id": id})).await;
    assert_eq!(ids(&site.page("ben", &cursor).await.0), [id]);
}

#[tokio::test]
async fn cursors_are_bound_to_their_user() {
    let site = site().await;
    site.work_order("Pump").await;
    let (_, cursor, _) = site.page("ana", "").await;
    for (user, cursor, status) in [("ben", cursor.as_str(), 400), ("ana", "nonsense", 400), ("ana", "e30", 400)] {
        let reply = site.get(user, &format!("/v1/pull?cursor={cursor}")).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.headers["content-type"], "application/problem+json");
    }
    site.clock.advance(91 * DAY_MS);
    let reply = site.get("ana", &format!("/v1/pull?cursor={cursor}")).await;
    assert_eq!((reply.status.as_u16(), &reply.json().unwrap()["code"]), (410, &json!("cursor_expired")));
}

#[tokio::test]
async fn a_lookup_tells_what_became_of_shipments_and_records() {
    let site = site().await;
    let make = create("work_order", json!({"title": "Pump"}));
    site.push_one("ana", make.clone()).await;
    let refused = patch("work_order", "WO-000001", json!({"title": ["a", "b"]}));
    site.push_one("ana", refused.clone()).await;
    let unknown = uuid();
    let asked = json!({"shipments": [make["id"], refused["id"], unknown],
        "records": [{"local_id": make["local_id"]}, {"server_id": "WO-000001"}, {"local_id": unknown}]});
    let lines = support::lines(&site.post("ana", "/v1/lookup", &asked).await.text());
    assert_eq!(lines[0], json!({"state": "applied", "shipment": make["id"], "seq": 1}));
    assert_eq!(lines[1], json!({"state": "refused", "shipment": refused["id"]}));
    assert_eq!(lines[2], json!({"state": "unknown", "shipment": unknown}));
    assert_eq!(lines[3]["record"]["server_id"], "WO-000001");
    assert_eq!(lines[4]["record"]["local_id"], make["local_id"]);
    assert_eq!(lines[5], json!({"question": {"local_id": unknown}, "record": null}));
    let of_ben = support::lines(&site.post("ben", "/v1/lookup", &asked).await.text());
    assert_eq!(of_ben[0]["state"], "unknown", "another user's shipment");
}

#[tokio::test]
async fn the_lines_read_back_as_the_wire_types() {
    let site = site().await;
    site.work_order("Pump").await;
    let text = site.get("ana", "/v1/pull").await.text();
    let lines: Vec<PullLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(matches!(&lines[0], PullLine::Record(entry) if entry.life == RecordLife::Alive));
    assert!(matches!(&lines[1], PullLine::End { page } if !page.more));
}
