//! Requests to the reference server: refused or answered, never with a failure of its own, and each part of a push is
//! answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use fieldkeep::clock::ManualClock;
use fieldkeep::schema::Schema;
use fieldkeep::wire::PushRequest;
use http_body_util::BodyExt as _;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Kept;
use super::place::new_folder;
use super::reply::pack;
use crate::serve::{self, DEFAULT_SCHEMA, Server, ServerOptions, ServerPlace};

thread_local! {
    static SITE: Kept<Site> = const { Kept::new(Site::new) };
}

/// What the admin did may show in any of these.
const PUSH: &[u8] = br#"{"device":"d","resolutions":[],"items":[{"id":"01900000-0000-7000-8000-00000000f001","type":"customer","record":null,"local_id":"01900000-0000-7000-8000-00000000f002","kind":"create","fields":{"name":{"to":"Fuhlsbach"}},"schema_version":1,"author":"ana","made_at":1,"first_sent_at":1}]}"#;
const LOOKUP: &[u8] =
    br#"{"shipments":["01900000-0000-7000-8000-00000000f001"],"records":[{"local_id":"01900000-0000-7000-8000-00000000f002"}]}"#;

/// A request: the first sign says which (`p`ush, `l`ookup, `c` for a pull with that cursor, `a`dmin), a capital letter
/// that the body is packed, `g` that a push is said to be packed and is not; then a line's end and the body.
///
/// A customer, a work order and a note are there: `first_push.json` in the corpus makes them.
pub fn server_request(input: &[u8]) {
    let (head, body) = input.split_at(input.len().min(2));
    SITE.with(|kept| {
        kept.with(|site, _| {
            let kind = head.first().copied().unwrap_or(b'p');
            let packed = kind.is_ascii_uppercase();
            match kind.to_ascii_lowercase() {
                b'l' => drop(site.ask(&Ask::post("/v1/lookup", body, packed))),
                b'c' => drop(site.ask(&Ask::page(body))),
                b'a' => {
                    site.ask(&Ask { packed, ..Ask::admin(body) });
                    site.look_around();
                    site.ask(&Ask::admin(br#"{"do":"reset"}"#));
                }
                b'g' => drop(site.ask(&Ask { coding: Some("gzip"), ..Ask::post("/v1/push", body, false) })),
                _ => site.push(body, packed),
            }
        });
    });
}

/// A server in process, whose time stands still.
struct Site {
    router: Router,
    runtime: Runtime,
    tokens: BTreeMap<String, String>,
    admin_token: String,
    folder: TempDir,
}

/// A request before it is sent.
struct Ask<'a> {
    path: String,
    body: Option<&'a [u8]>,
    packed: bool,
    coding: Option<&'static str>,
}

impl<'a> Ask<'a> {
    fn post(path: &str, body: &'a [u8], packed: bool) -> Self {
        Self { path: path.to_owned(), body: Some(body), packed, coding: packed.then_some("gzip") }
    }

    fn admin(body: &'a [u8]) -> Self {
        Self::post("/admin/behave", body, false)
    }

    fn get(path: &str) -> Self {
        Self { path: path.to_owned(), body: None, packed: false, coding: None }
    }

    fn page(cursor: &[u8]) -> Self {
        let escaped: String = cursor.trim_ascii().iter().map(|byte| format!("%{byte:02X}")).collect();
        Self::get(&format!("/v1/pull?cursor={escaped}"))
    }
}

impl Site {
    fn new() -> Self {
        let folder = new_folder();
        let server = Server::open(ServerOptions {
            place: ServerPlace::Folder(folder.path().to_owned()),
            schema: Schema::from_json(DEFAULT_SCHEMA).unwrap(),
            clock: Arc::new(ManualClock::new(1_767_225_600_000, "server")),
            manual: false,
        });
        let server = server.unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (router, admin_token) = (serve::router(&server), server.admin_token().to_owned());
        let mut site = Self { router, runtime, tokens: BTreeMap::new(), admin_token, folder };
        site.read_tokens();
        site.push(include_bytes!("../../tests/corpus/server_request/first_push").split_at(2).1, false);
        site
    }

    fn read_tokens(&mut self) {
        let text = std::fs::read_to_string(self.folder.path().join("tokens.json")).unwrap();
        self.tokens = serde_json::from_str(&text).unwrap();
    }

    /// The reply, unless it is one that must not be.
    fn ask(&self, ask: &Ask<'_>) -> (StatusCode, String) {
        let token = if ask.path.starts_with("/admin/") { &self.admin_token } else { &self.tokens["ana"] };
        let method = if ask.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(&ask.path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(coding) = ask.coding {
            request = request.header(header::CONTENT_ENCODING, coding);
        }
        let body = ask.body.unwrap_or_default();
        let body = if ask.packed { pack(body) } else { body.to_vec() };
        let request = request.body(Body::from(body)).unwrap();
        let (status, text) = self.runtime.block_on(async {
            let response = TowerToHyperService::new(self.router.clone()).call(request).await.unwrap();
            let status = response.status();
            (status, response.into_body().collect().await.unwrap().to_bytes())
        });
        let text = String::from_utf8_lossy(&text).into_owned();
        let told = || serde_json::from_str::<Json>(&text).is_ok_and(|problem| problem["code"] == "told_to_fail");
        let expected = status.is_success() || status.is_client_error() || told();
        assert!(expected, "{} is answered {status}: {text}", ask.path);
        (status, text)
    }

    /// A push that is read gets a line for each shipment and each resolution.
    fn push(&self, body: &[u8], packed: bool) {
        let (status, text) = self.ask(&Ask::post("/v1/push", body, packed));
        if status != StatusCode::OK {
            return;
        }
        let push: PushRequest = serde_json::from_slice(body).expect("a server reads what a phone writes");
        let shipments: usize = push.items.iter().map(|item| members_of(item.get())).sum();
        let expected = shipments + push.resolutions.len();
        let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), expected, "{text}");
        let failed = lines.iter().find(|line| line["outcome"] == "later");
        assert!(failed.is_none(), "the server failed under it: {failed:?}");
    }

    /// After a command of the admin: everybody is still answered.
    fn look_around(&mut self) {
        self.read_tokens();
        for ask in [Ask::post("/v1/push", PUSH, false), Ask::post("/v1/lookup", LOOKUP, true), Ask::get("/v1/pull")] {
            self.ask(&ask);
        }
    }
}

/// Shipments of an item, whatever is in them.
fn members_of(item: &str) -> usize {
    #[derive(Deserialize)]
    struct Group<'a> {
        #[serde(borrow)]
        shipments: Option<Vec<&'a RawValue>>,
    }
    let group: Group<'_> = serde_json::from_str(item).expect("a server reads an item as we do");
    group.shipments.map_or(1, |shipments| shipments.len())
}
