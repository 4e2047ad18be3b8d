//! The outside of the server: who gets in, sizes, compression, time, and misbehaviour on command.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};

use fieldkeep_harness::http_client::Reply;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use hyper::Method;
use hyper::body::Bytes;
use serde_json::{Value, json};
use support::{START_MS, create, patch, site, site_in_time};

fn gzip(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap().into()
}

#[cfg(unix)]
#[tokio::test]
async fn token_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let site = site().await;
    for name in ["tokens.json", "admin-token"] {
        let mode = std::fs::metadata(site.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(site.tokens.keys().collect::<Vec<_>>(), ["ana", "ben", "office"]);
}

#[tokio::test]
async fn without_a_valid_token_nobody_gets_in() {
    let site = site().await;
    let places = [
        (Method::GET, "/v1/hello"),
        (Method::POST, "/v1/push"),
        (Method::GET, "/v1/pull"),
        (Method::POST, "/v1/lookup"),
        (Method::POST, "/admin/behave"),
        (Method::GET, "/admin/dump"),
    ];
    for (method, path) in places {
        let reply = site.send("wrong", method, path, &[], Bytes::new()).await;
        assert_eq!(reply.status, 401, "{path}");
        assert_eq!(reply.headers["content-type"], "application/problem+json");
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
        assert!(reply.headers.contains_key("date"));
    }
    assert_eq!(site.get("ana", "/admin/dump").await.status, 401, "a user is no admin");
    let reply = site.send(&site.admin_token, Method::GET, "/v1/hello", &[], Bytes::new()).await;
    assert_eq!(reply.status, 401, "the admin is no user");
    assert_eq!(site.get("ana", "/nowhere").await.status, 404);
    assert_eq!(site.get("ana", "/v1/push").await.status, 405);
}

#[tokio::test]
async fn hello_says_who_when_and_what_is_taken() {
    let site = site().await;
    let reply = site.get("ana", "/v1/hello").await;
    let expected = json!({"user": "ana", "server_time_ms": START_MS, "key_lifetime_s": 86400,
        "schema": {"current": 1, "new_from": 1, "pending_from": 1},
        "limits": {"batch_items": 100, "batch_bytes": 262_144, "page_entries": 500}});
    assert_eq!(reply.json().unwrap(), expected);
    assert_eq!(reply.headers["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
}

#[tokio::test]
async fn an_expired_token_is_refused_until_it_is_renewed() {
    let mut site = site().await;
    site.behave(json!({"do": "expire_token", "user": "ana"})).await;
    assert_eq!(site.get("ana", "/v1/hello").await.status, 401);
    let renewed = site.behave(json!({"do": "renew_token", "user": "ana"})).await;
    let token = renewed["token"].as_str().unwrap().to_owned();
    let kept: Value =
        serde_json::from_str(&std::fs::read_to_string(site.folder.path().join("tokens.json")).unwrap()).unwrap();
    assert_eq!(kept["ana"], token);
    site.tokens.insert("ana".to_owned(), token);
    assert_eq!(site.get("ana", "/v1/hello").await.status, 200);
}

#[tokio::test]
async fn bodies_may_be_gzip_and_have_a_limit_after_decompression() {
    let site = site().await;
    let push = json!({"device": "x", "items": [create("customer", json!({"name": "Hansa"}))]}).to_string();
    let send = async |body: Bytes, coding: &str| {
        site.send(&site.tokens["ana"], Method::POST, "/v1/push", &[("content-encoding", coding)], body).await
    };
    assert_eq!(send(gzip(push.as_bytes()), "gzip").await.status, 200);
    assert_eq!(send(gzip(&vec![b' '; 5 * 1024 * 1024]), "gzip").await.status, 413);
    assert_eq!(send(push.clone().into(), "gzip").await.status, 400);
    assert_eq!(send(push.into(), "br").await.status, 415);
    for malformed in
        ["{", "[]", r#"["x",[]]"#, r#"{"device":"x","items":[[]]}"#, r#"{"device":"x","items":[{"shipments":[]}]}"#]
    {
        assert_eq!(send(malformed.into(), "identity").await.status, 400, "{malformed}");
    }
}

#[tokio::test]
async fn pulls_are_compressed_for_who_takes_it_and_pushes_never() {
    let site = site().await;
    let accept = [("accept-encoding", "br, gzip")];
    let push = json!({"device": "x", "items": [create("customer", json!({"name": "Hansa"}))]}).to_string();
    let reply = site.send(&site.tokens["ana"], Method::POST, "/v1/push", &accept, push.into()).await;
    assert!(!reply.headers.contains_key("content-encoding"));
    let reply = site.send(&site.tokens["ana"], Method::GET, "/v1/pull", &accept, Bytes::new()).await;
    assert_eq!(reply.headers["content-encoding"], "gzip");
    let mut text = String::new();
    GzDecoder::new(&reply.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(support::lines(&text)[0]["values"]["name"], "Hansa");
    assert!(!site.get("ana", "/v1/pull").await.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_push_that_is_too_large_is_refused_whole_unless_it_is_one_item() {
    let site = site().await;
    let long = "x".repeat(60 * 1024);
    let large = || create("work_order", json!({"title": "Pump", "description": long}));
    let many: Vec<Value> = (0..101).map(|_| create("customer", json!({"name": "C"}))).collect();
    let heavy: Vec<Value> = (0..5).map(|_| large()).collect();
    for items in [many, heavy] {
        let reply = site.post("ana", "/v1/push", &json!({"device": "x", "items": items})).await;
        assert_eq!(reply.status, 413);
    }
    assert!(site.dump().await["records"].as_array().unwrap().is_empty());
    site.behave(json!({"do": "limits", "batch_bytes": 1000})).await;
    assert_eq!(site.push_one("ana", large()).await["outcome"], "applied");
}

#[tokio::test]
async fn virtual_time_comes_from_the_requests_and_never_goes_back() {
    let site = site_in_time(true).await;
    let hello = async |now: &str| {
        let more = [("fieldkeep-test-now", now)];
        site.send(&site.tokens["ana"], Method::GET, "/v1/hello", &more, Bytes::new()).await
    };
    for (said, expected) in
        [("1767225600000", 1_767_225_600_000_i64), ("5", 1_767_225_600_000), ("1767225660000", 1_767_225_660_000)]
    {
        assert_eq!(hello(said).await.json().unwrap()["server_time_ms"], expected);
    }
    assert_eq!(hello("1767225660000").await.headers["date"], "Thu, 01 Jan 2026 00:01:00 GMT");
}

#[tokio::test]
async fn a_normal_server_ignores_what_time_a_request_claims() {
    let site = site().await;
    let more = [("fieldkeep-test-now", "5000000000000")];
    let reply = site.send(&site.tokens["ana"], Method::GET, "/v1/hello", &more, Bytes::new()).await;
    assert_eq!(reply.json().unwrap()["server_time_ms"], START_MS);
}

#[tokio::test]
async fn rate_limits_say_when_to_come_back() {
    let site = site().await;
    site.behave(json!({"do": "rate_limit", "times": 1, "after_s": 7})).await;
    let reply = site.get("ana", "/v1/hello").await;
    assert_eq!((reply.status.as_u16(), &reply.headers["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(site.get("ana", "/v1/hello").await.status, 200);
    site.behave(json!({"do": "rate_limit", "until_ms": START_MS + 60_000, "retry_after": "http_date"})).await;
    assert_eq!(site.get("ana", "/v1/pull").await.headers["retry-after"], "Thu, 01 Jan 2026 00:01:00 GMT");
    site.clock.advance(60_000);
    assert_eq!(site.get("ana", "/v1/pull").await.status, 200);
}

#[tokio::test]
async fn the_server_fails_when_told_and_only_as_often() {
    let site = site().await;
    site.behave(json!({"do": "fail", "status": 503, "times": 2, "path": "/v1/pull"})).await;
    assert_eq!(site.get("ana", "/v1/hello").await.status, 200);
    for status in [503, 503, 200] {
        assert_eq!(site.get("ana", "/v1/pull").await.status, status);
    }
}

#[tokio::test]
async fn values_are_stored_otherwise_than_sent_and_the_answer_says_so() {
    let site = site().await;
    for (field, rule) in [
        ("customer.phone", "e164:+49"),
        ("customer.name", "trim"),
        ("customer.city", "upper"),
        ("work_order.labor_hours", "round2"),
    ] {
        site.behave(json!({"do": "normalise", "field": field, "rule": rule})).await;
    }
    let make = create("customer", json!({"name": " Hansa ", "phone": "0171 12", "city": "BONN"}));
    let line = site.push_one("ana", make.clone()).await;
    assert_eq!(line["stored"], json!({"name": "Hansa", "phone": "+4917112"}));
    assert_eq!(site.page("ben", "").await.0[0]["by"][0]["stored"], line["stored"]);
    let order = site.push_one("ana", create("work_order", json!({"title": "P", "labor_hours": "1.005"}))).await;
    assert_eq!(order["stored"], json!({"labor_hours": "1.01"}));
    let again = patch("customer", "C-000001", json!({"phone": ["stale", "0171/12"], "city": [null, "Bonn"]}));
    let line = site.push_one("ana", again).await;
    assert_eq!((&line["outcome"], &line["stored"]), (&json!("applied"), &json!({"phone": "+4917112", "city": "BONN"})));
    assert_eq!(line["record"]["version"], "1", "what it would store is there already");
}

#[tokio::test]
async fn fields_records_and_items_are_refused_when_told() {
    let site = site().await;
    let id = site.work_order("Pump").await;
    let edit = || patch("work_order", &id, json!({"title": ["Pump", "Pump"]}));
    site.behave(json!({"do": "refuse_field", "field": "work_order.title", "message": "No such job"})).await;
    assert_eq!(site.push_one("ana", edit()).await["errors"], json!([{"field": "title", "message": "No such job"}]));
    site.behave(json!({"do": "refuse_field", "field": "work_order.title", "message": null})).await;
    for (refusal, outcome) in [
        (json!({"kind": "locked", "by": "ben"}), json!("locked")),
        (json!({"kind": "not_owner", "owner": "ben"}), json!("not_owner")),
        (json!({"kind": "forbidden"}), json!("forbidden")),
        (Value::Null, json!("applied")),
    ] {
        site.behave(json!({"do": "refuse_record", "server_id": id, "as": refusal})).await;
        assert_eq!(site.push_one("ana", edit()).await["outcome"], outcome);
    }
    site.behave(json!({"do": "answer", "outcome": "later", "skip": 1, "after_s": 9})).await;
    let items = [edit(), edit(), edit()];
    let lines = site.push("ana", &items).await;
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["applied", "later", "applied"]);
    assert_eq!(site.push_one("ana", items[1].clone()).await["outcome"], "applied", "the same key is still open");
}

#[tokio::test]
async fn replies_are_spoilt_when_told_and_the_work_is_done_all_the_same() {
    let site = site().await;
    site.work_order("First").await;
    let spoilt = async |how: Value| {
        site.behave(json!({"do": "tamper", "path": "push", "how": how})).await;
        let item = create("work_order", json!({"title": "Pump"}));
        site.post("ana", "/v1/push", &json!({"device": "x", "items": [item]})).await
    };
    let reply = spoilt(json!("html")).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.headers["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert!(String::from_utf8(spoilt(json!("not_utf8")).await.body.to_vec()).is_err());
    assert!(spoilt(json!("too_large")).await.body.len() > fieldkeep::wire::MAX_REPLY_BYTES);
    assert!(spoilt(json!("too_deep")).await.text().contains(&"[".repeat(100)));
    assert!(spoilt(json!({"drop_lines": 0})).await.body.is_empty());
    let line = |reply: Reply| support::lines(&reply.text()).remove(0);
    assert_eq!(line(spoilt(json!("seq_back")).await)["record"]["seq"], 1);
    let taken = line(spoilt(json!("taken_server_id")).await);
    assert_eq!((&taken["server_id"], &taken["record"]["server_id"]), (&json!("WO-000001"), &json!("WO-000001")));
    let first = site.dump().await["records"][0]["local_id"].clone();
    assert_eq!(line(spoilt(json!("wrong_record")).await)["record"]["local_id"], first);
    assert_eq!(site.dump().await["records"].as_array().unwrap().len(), 9);
    site.behave(json!({"do": "tamper", "path": "pull", "how": {"drop_lines": 9}})).await;
    assert!(!site.get("ana", "/v1/pull").await.text().contains("\"page\""), "a page without its end");
}
