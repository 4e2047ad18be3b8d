//! The programs as programs: start, stop, sudden death, the office, and the proxy that breaks things.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::mpsc;

use fieldkeep_harness::http_client::{HttpClient, HttpError, Reply};
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use serde_json::{Value, json};
use support::process::Program;
use support::{create, lines, patch, site};
use tempfile::TempDir;

/// A server as a program, and how to reach it.
struct Running {
    program: Program,
    url: String,
}

fn serve(folder: &TempDir) -> Running {
    let mut program =
        Program::start(&["serve", "--data", folder.path().to_str().unwrap(), "--schema", support::SCHEMA_FILE]);
    let url = program.line()["listening"].as_str().unwrap().to_owned();
    Running { program, url }
}

fn token(folder: &TempDir, user: &str) -> String {
    fieldkeep_harness::token_file::read(&folder.path().join("tokens.json"), user).unwrap()
}

async fn post(url: &str, token: &str, path: &str, body: &Value) -> Result<Reply, HttpError> {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    HttpClient::new(url)?.send(Method::POST, path, &headers, body.to_string().into()).await
}

fn push_of(items: &[Value]) -> Value {
    json!({ "device": "test", "items": items })
}

/// Reads a push reply as it comes, from a plain socket, and kills the server after the first line.
fn acknowledged_before_death(server: &mut Running, token: &str, body: &str) -> Vec<Value> {
    use std::io::{BufRead, BufReader, Write};
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!(
        "POST /v1/push HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let (sender, receiver) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        // Chunk sizes and headers are no JSON objects; what is one and is whole was acknowledged.
        for line in BufReader::new(stream).lines().map_while(Result::ok).filter(|line| line.starts_with('{')) {
            if let Ok(line) = serde_json::from_str::<Value>(&line) {
                sender.send(line).unwrap();
            }
        }
    });
    let first = receiver.recv().unwrap();
    server.program.kill();
    reader.join().unwrap();
    std::iter::once(first).chain(receiver).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sudden_death_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(&folder);
    let token = token(&folder, "ana");
    let items: Vec<Value> = (0..100).map(|n| create("customer", json!({"name": format!("C{n}")}))).collect();
    let body = push_of(&items).to_string();
    let acknowledged = acknowledged_before_death(&mut server, &token, &body);
    assert!(!acknowledged.is_empty());

    let server = serve(&folder);
    let reply = post(&server.url, &token, "/v1/push", &push_of(&items)).await.unwrap();
    let again = lines(&reply.text());
    for (line, first) in again.iter().zip(&acknowledged) {
        assert_eq!((&line["shipment"], &line["outcome"]), (&first["shipment"], &json!("duplicate")));
        assert_eq!(line["first"]["server_id"], first["server_id"]);
    }
    let ids: std::collections::BTreeSet<_> = again.iter().map(|line| line["record"]["server_id"].to_string()).collect();
    assert_eq!(ids.len(), items.len(), "and nothing was made twice");
}

#[cfg(unix)]
#[test]
fn the_server_stops_on_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(&folder);
    let pid = server.program.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(server.program.wait().success());
}

#[test]
fn bad_arguments_end_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let cases: [&[&str]; 5] = [
        &["serve"],
        &["serve", "--data", data, "--listen", "nowhere"],
        &["serve", "--data", data, "--schema", "/does/not/exist"],
        &["office", "--server", "ftp://x", "--token-file", "/does/not/exist"],
        &["faults", "--to", "https://example.com"],
    ];
    for args in cases {
        let mut program = Program::start(args);
        assert_eq!(program.wait().code(), Some(2), "{args:?}");
    }
}

fn office(folder: &TempDir, url: &str) -> Program {
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    Program::start(&[
        "office",
        "--server",
        url,
        "--token-file",
        &file("tokens.json"),
        "--admin-token-file",
        &file("admin-token"),
    ])
}

#[test]
fn the_office_answers_each_line_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&folder);
    let mut office = office(&folder, &server.url);
    let made = office.tell(&json!({"do": "create", "type": "work_order", "fields": {"title": "Pump"}, "tag": "t1"}));
    assert_eq!(
        (&made["ok"], &made["tag"], &made["result"]["outcome"]),
        (&json!(true), &json!("t1"), &json!("applied"))
    );
    let set = json!({"do": "set", "type": "work_order", "server_id": "WO-000001", "fields": {"title": "Big pump"}});
    assert_eq!(office.tell(&set)["result"]["record"]["values"]["title"], "Big pump");
    let by_id = json!({"do": "set", "type": "work_order", "id": made["result"]["record"]["local_id"],
        "fields": {"title": "X"}, "expect": {"title": "Pump"}});
    assert_eq!(office.tell(&by_id)["result"]["outcome"], "conflict");
    for (command, kind) in [
        (json!({"do": "dance"}), "bad_input"),
        (json!(7), "bad_input"),
        (json!({"do": "set", "type": "work_order", "fields": {}}), "bad_input"),
        (json!({"do": "archive", "server_id": "WO-9"}), "unknown_record"),
        (json!({"do": "touch", "server_id": "WO-9"}), "http"),
        (json!({"do": "now", "ms": 5}), "not_manual"),
    ] {
        assert_eq!(office.tell(&command)["error"]["kind"], kind, "{command}");
    }
    for verb in ["archive", "reopen", "touch", "delete"] {
        assert_eq!(office.tell(&json!({"do": verb, "server_id": "WO-000001"}))["ok"], true, "{verb}");
    }
    for verb in ["revoke", "grant"] {
        assert_eq!(office.tell(&json!({"do": verb, "user": "ana", "server_id": "WO-000001"}))["ok"], true, "{verb}");
    }
    let dump = office.tell(&json!({"do": "dump", "type": "work_order"}));
    assert_eq!(dump["result"]["records"][0]["life"], "gone");
}

/// A proxy before a server in process.
async fn proxy() -> (support::Site, Program, String) {
    let site = site().await;
    let mut program = Program::start(&["faults", "--to", site.client.base()]);
    let url = program.line()["listening"].as_str().unwrap().to_owned();
    (site, program, url)
}

async fn act(site: &support::Site, program: &mut Program, url: &str, act: Value) -> Result<Reply, HttpError> {
    let planned = program.tell(&json!({"do": "next", "path": "/v1/push", "act": act}));
    assert_eq!(planned["ok"], true, "{planned}");
    let items: Vec<Value> = (0..3).map(|n| create("customer", json!({"name": format!("C{n}")}))).collect();
    post(url, &site.tokens["ana"], "/v1/push", &push_of(&items)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_drops_cuts_repeats_and_forges() {
    let (site, mut program, url) = proxy().await;
    let stored = async || site.dump().await["records"].as_array().unwrap().len();
    assert!(act(&site, &mut program, &url, json!("cut_before")).await.is_err());
    assert_eq!(stored().await, 0);
    assert!(act(&site, &mut program, &url, json!("drop_reply")).await.is_err());
    assert_eq!(stored().await, 3, "the server did the work");
    let cut = act(&site, &mut program, &url, json!({"cut_after_lines": 2})).await;
    assert!(matches!(cut, Err(HttpError::Cut(_))), "{cut:?}");
    assert_eq!(stored().await, 6);
    let twice = act(&site, &mut program, &url, json!("duplicate")).await.unwrap();
    assert!(lines(&twice.text()).iter().all(|line| line["outcome"] == "duplicate"));
    assert_eq!(stored().await, 9);
    let limited = act(&site, &mut program, &url, json!({"status": {"code": 429, "retry_after_s": 3}})).await.unwrap();
    assert_eq!((limited.status.as_u16(), &limited.headers["retry-after"]), (429, &"3".parse().unwrap()));
    let dated = json!({"status": {"code": 503, "retry_after_date_ms": support::START_MS}});
    let dated = act(&site, &mut program, &url, dated).await.unwrap();
    assert_eq!(dated.headers["retry-after"], "Thu, 01 Jan 2026 00:00:00 GMT");
    let page = act(&site, &mut program, &url, json!("html")).await.unwrap();
    assert_eq!(
        (page.status.as_u16(), &page.headers["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(act(&site, &mut program, &url, json!("redirect")).await.unwrap().status, 302);
    assert_eq!(stored().await, 9, "forged replies come from no server");
    assert_eq!(program.tell(&json!({"do": "count"}))["result"]["requests"], json!({"/v1/push": 8}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_can_be_no_network_and_then_one_again() {
    let (site, mut program, url) = proxy().await;
    let ask = async || {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {}", site.tokens["ana"]).parse().unwrap());
        HttpClient::new(&url).unwrap().send(Method::GET, "/v1/pull?cursor=", &headers, Bytes::new()).await
    };
    assert_eq!(ask().await.unwrap().status, 200);
    program.tell(&json!({"do": "refuse"}));
    assert!(ask().await.is_err());
    program.tell(&json!({"do": "pass"}));
    assert_eq!(ask().await.unwrap().status, 200);
    assert_eq!(program.tell(&json!({"do": "nothing"}))["error"]["kind"], "bad_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_reply_still_holds_its_first_lines() {
    use std::io::{Read, Write};
    let (site, mut program, url) = proxy().await;
    program.tell(&json!({"do": "next", "path": "/v1/push", "act": {"cut_after_lines": 2}}));
    let items: Vec<Value> = (0..3).map(|n| create("customer", json!({"name": format!("C{n}")}))).collect();
    let body = push_of(&items).to_string();
    let token = site.tokens["ana"].clone();
    let heard = tokio::task::spawn_blocking(move || {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(stream, "POST /v1/push HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        heard
    });
    let heard = heard.await.unwrap();
    let whole: Vec<&str> = heard.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(whole.len(), 2, "{heard}");
    assert!(!heard.ends_with("0\r\n\r\n"), "the end of the body never came");
    let edit = patch("customer", "C-000003", json!({"city": [null, "Ulm"]}));
    assert_eq!(site.push_one("ana", edit).await["outcome"], "applied", "the server had stored all three");
}
