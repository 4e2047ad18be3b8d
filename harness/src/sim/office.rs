//! The server of the world, and the people who sit at it: the reference server's own router, called in process.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use fieldkeep::clock::{Clock, new_uuid};
use fieldkeep::remote::{HttpMethod, HttpRequest};
use fieldkeep::schema::Schema;
use fieldkeep::value::{RecordId, ReviewId};
use fieldkeep::wire::{ChangeKind, FieldChange, JSON, Shipment};
use fieldkeep_disk::{Disk, Process, VFS, register};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde_json::{Value as Json, json};

use super::clocks::{ServerClock, TrueTime};
use crate::serve::{Server, ServerOptions, ServerPlace, router};

/// A reply, whole.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A record as it is on the server.
#[derive(Clone, Debug)]
pub(crate) struct OnServer {
    pub(crate) no: i64,
    pub(crate) server_id: String,
    pub(crate) local_id: Option<RecordId>,
    pub(crate) record_type: String,
    pub(crate) life: String,
    pub(crate) values: BTreeMap<String, Json>,
}

/// One line of the server's own book of changes.
#[derive(Clone, Debug)]
pub(crate) struct Audited {
    pub(crate) no: i64,
    pub(crate) record: i64,
    pub(crate) local_id: Option<RecordId>,
    pub(crate) kind: String,
    pub(crate) field: String,
    pub(crate) from: Option<Json>,
    pub(crate) to: Option<Json>,
    pub(crate) who: String,
    pub(crate) at_ms: i64,
    pub(crate) shipment: Option<String>,
}

/// The server.
pub(crate) struct Office {
    server: Option<TowerToHyperService<Router>>,
    schema: Schema,
    clock: Arc<ServerClock>,
    tokens: BTreeMap<String, String>,
    disk: Arc<Disk>,
    _process: Process,
    book: Option<Connection>,
    read_to: i64,
    names: HashMap<String, RecordId>,
    /// Fields whose values were ever stored otherwise than they were sent.
    pub(crate) normalised: BTreeSet<String>,
    /// Answers are kept whole with their keys, whatever else comes and goes.
    keeps_answers: bool,
}

/// The token of `/admin/*`.
const ADMIN: &str = "admin";

impl Office {
    /// A new server whose users are these.
    pub(crate) fn open(
        name: &str,
        time: TrueTime,
        seed: u64,
        schema: Schema,
        users: &[String],
    ) -> Result<Self, String> {
        register().map_err(|code| format!("SQLite refuses the disk: {code}"))?;
        let disk = Disk::new(name);
        let process = Process::start(&disk);
        let clock = Arc::new(ServerClock::new(time, seed));
        let tokens = users.iter().map(|user| (user.clone(), format!("{user}-1"))).collect();
        let mut office = Self {
            server: None,
            schema,
            clock,
            tokens,
            disk,
            _process: process,
            book: None,
            read_to: 0,
            names: HashMap::new(),
            normalised: BTreeSet::new(),
            keeps_answers: false,
        };
        office.start()?;
        Ok(office)
    }

    /// Starts the server again. Behaviour is forgotten, data is not.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        self.server = None;
        self.book = None;
        let options = ServerOptions {
            place: ServerPlace::Inside {
                vfs: VFS.to_owned(),
                database: PathBuf::from(self.database()),
                tokens: self.tokens.clone(),
                admin_token: ADMIN.to_owned(),
            },
            schema: self.schema.clone(),
            clock: Arc::<ServerClock>::clone(&self.clock),
            manual: false,
        };
        let server = Server::open(options).map_err(|error| format!("the server does not start: {error:?}"))?;
        self.server = Some(TowerToHyperService::new(router(&server)));
        self.tell_how_it_answers()
    }

    /// The server becomes one that keeps its answers whole, or one that does not: a server is built so or so.
    pub(crate) fn rebuild(&mut self) -> Result<(), String> {
        self.keeps_answers = !self.keeps_answers;
        self.tell_how_it_answers()
    }

    /// Behaves well again.
    pub(crate) fn reset(&mut self) -> Result<(), String> {
        self.admin(&json!({ "do": "reset" }))?;
        self.tell_how_it_answers()
    }

    fn tell_how_it_answers(&self) -> Result<(), String> {
        self.admin(&json!({ "do": "keep_answers", "value": self.keeps_answers })).map(|_| ())
    }

    /// Whether it is up.
    pub(crate) fn is_up(&self) -> bool {
        self.server.is_some()
    }

    /// Takes it down.
    pub(crate) fn stop(&mut self) {
        self.server = None;
    }

    /// The valid token of a user.
    pub(crate) fn token(&self, user: &str) -> String {
        self.tokens.get(user).cloned().unwrap_or_default()
    }

    /// Ends a user's token; the new one is valid at once.
    pub(crate) fn renew_token(&mut self, user: &str) -> Result<(), String> {
        let reply = self.admin(&json!({ "do": "renew_token", "user": user }))?;
        let token = reply["token"].as_str().ok_or("no token came")?.to_owned();
        self.tokens.insert(user.to_owned(), token);
        Ok(())
    }

    /// Serves one request of a phone; none when the server is down.
    pub(crate) fn serve(&self, request: &HttpRequest) -> Result<Option<Answered>, String> {
        let Some(server) = &self.server else { return Ok(None) };
        let method = match request.method {
            HttpMethod::Get => hyper::Method::GET,
            HttpMethod::Post => hyper::Method::POST,
        };
        let mut made = hyper::Request::builder().method(method).uri(&request.url);
        for (name, value) in &request.headers {
            made = made.header(name, value);
        }
        let made = made.body(Body::from(request.body.clone())).map_err(|error| error.to_string())?;
        answer(server, made).map(Some)
    }

    /// Tells the server to do something. A refusal is its answer.
    pub(crate) fn admin(&self, command: &Json) -> Result<Json, String> {
        let reply = self.post("/admin/behave", ADMIN, command)?;
        Ok(serde_json::from_slice(&reply.body).unwrap_or(Json::Null))
    }

    /// A person at the server changes a record, having seen it as it is. Says whether it was taken.
    pub(crate) fn change(
        &self,
        user: &str,
        record: &OnServer,
        kind: ChangeKind,
        fields: &[(String, Json)],
    ) -> Result<bool, String> {
        let from = |field: &str| record.values.get(field).cloned().unwrap_or(Json::Null);
        let fields = fields
            .iter()
            .map(|(field, to)| (field.clone(), FieldChange { from: from(field), to: to.clone() }))
            .collect();
        let local_id = record.local_id.unwrap_or(RecordId(new_uuid(&*self.clock)));
        self.push(user, &record.record_type, (Some(record.server_id.clone()), local_id), kind, fields)
    }

    /// A person at the server makes a record. Gives its id there.
    pub(crate) fn create(&self, user: &str, record_type: &str, fields: &[(String, Json)]) -> Result<RecordId, String> {
        let fields = fields
            .iter()
            .map(|(field, to)| (field.clone(), FieldChange { from: Json::Null, to: to.clone() }))
            .collect();
        let local_id = RecordId(new_uuid(&*self.clock));
        match self.push(user, record_type, (None, local_id), ChangeKind::Create, fields)? {
            true => Ok(local_id),
            false => Err(format!("the server does not take a {record_type}")),
        }
    }

    fn push(
        &self,
        user: &str,
        record_type: &str,
        (record, local_id): (Option<String>, RecordId),
        kind: ChangeKind,
        fields: BTreeMap<String, FieldChange>,
    ) -> Result<bool, String> {
        let now_ms = self.clock.now().wall_ms;
        let shipment = Shipment {
            id: new_uuid(&*self.clock),
            record_type: record_type.to_owned(),
            record,
            local_id,
            kind,
            base_version: None,
            fields,
            schema_version: self.schema.version,
            author: user.to_owned(),
            made_at: now_ms,
            first_sent_at: now_ms,
        };
        let reply = self.post("/v1/push", &self.token(user), &json!({ "device": "desk", "items": [shipment] }))?;
        let line: Json = serde_json::from_slice(&reply.body).unwrap_or(Json::Null);
        Ok(line["outcome"] == "applied")
    }

    fn post(&self, path: &str, token: &str, body: &Json) -> Result<Answered, String> {
        let server = self.server.as_ref().ok_or("the server is down")?;
        let request = hyper::Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", JSON)
            .body(Body::from(body.to_string()))
            .map_err(|error| error.to_string())?;
        answer(server, request)
    }

    /// All records.
    pub(crate) fn records(&mut self) -> Result<Vec<OnServer>, String> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT no,server_id,local_id,type,life,fields FROM records ORDER BY no")?;
            let rows = statement.query_map([], of_row)?;
            rows.collect()
        })
    }

    /// A reference, by the id that the record's maker gave it.
    pub(crate) fn name_of(&mut self, reference: Json) -> Json {
        let id = reference.as_str().and_then(|server_id| self.local_id_of(server_id));
        id.map_or(reference, |id| Json::String(id.to_string()))
    }

    /// The id that a record's maker gave it.
    pub(crate) fn local_id_of(&mut self, server_id: &str) -> Option<RecordId> {
        if let Some(known) = self.names.get(server_id) {
            return Some(*known);
        }
        let found: Option<String> = self
            .read(|db| {
                let sql = "SELECT local_id FROM records WHERE server_id=?1";
                Ok(db.prepare_cached(sql)?.query_row([server_id], |row| row.get(0)).optional()?.flatten())
            })
            .ok()?;
        let id = found?.parse().ok()?;
        self.names.insert(server_id.to_owned(), id);
        Some(id)
    }

    /// What it was told of a person's answer to a question.
    pub(crate) fn answer_to(&mut self, review: ReviewId) -> Result<Option<Json>, String> {
        let sql = "SELECT body FROM resolutions WHERE id=?1";
        let body: Option<String> =
            self.read(|db| db.prepare_cached(sql)?.query_row([review.to_string()], |row| row.get(0)).optional())?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// Whether a user may see a record, by the server's feed.
    pub(crate) fn shows(&mut self, user: &str, record: i64) -> Result<bool, String> {
        self.read(|db| {
            let sql = "SELECT shown FROM feed WHERE user=?1 AND record=?2";
            Ok(db.prepare_cached(sql)?.query_row((user, record), |row| row.get(0)).optional()?.unwrap_or(false))
        })
    }

    /// What the server has written into its book since this was asked last.
    pub(crate) fn news(&mut self) -> Result<Vec<Audited>, String> {
        let after = self.read_to;
        let rows = self.read(|db| {
            let sql = "SELECT a.no,a.record,r.local_id,a.kind,a.field,a.from_value,a.to_value,a.who,a.shipment,a.at_ms
                FROM audit a JOIN records r ON r.no=a.record WHERE a.no>?1 ORDER BY a.no";
            let mut statement = db.prepare_cached(sql)?;
            let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
            let rows = statement.query_map([after], |row| {
                Ok(Audited {
                    no: row.get(0)?,
                    record: row.get(1)?,
                    local_id: row.get::<_, Option<String>>(2)?.and_then(|text| text.parse().ok()),
                    kind: row.get(3)?,
                    field: row.get(4)?,
                    from: json(row.get(5)?),
                    to: json(row.get(6)?),
                    who: row.get(7)?,
                    shipment: row.get(8)?,
                    at_ms: row.get(9)?,
                })
            })?;
            rows.collect::<Result<Vec<_>, _>>()
        })?;
        self.read_to = rows.last().map_or(after, |row| row.no);
        Ok(rows)
    }

    fn read<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, String> {
        if self.book.is_none() {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
            let opened = Connection::open_with_flags_and_vfs(self.database(), flags, VFS);
            self.book = Some(opened.map_err(|error| format!("the server's book: {error}"))?);
        }
        let Some(book) = &self.book else { return Err("the server's book is closed".to_owned()) };
        work(book).map_err(|error| format!("the server's book: {error}"))
    }

    fn database(&self) -> String {
        format!("{}/server.db", self.disk.root())
    }
}

fn of_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<OnServer> {
    Ok(OnServer {
        no: row.get(0)?,
        server_id: row.get(1)?,
        local_id: row.get::<_, Option<String>>(2)?.and_then(|text| text.parse().ok()),
        record_type: row.get(3)?,
        life: row.get(4)?,
        values: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or_default(),
    })
}

/// Everything happens on this thread: a server inside is ready with its answer at once.
fn answer(server: &TowerToHyperService<Router>, request: hyper::Request<Body>) -> Result<Answered, String> {
    let whole = async {
        let Ok(reply) = server.call(request).await;
        let status = reply.status().as_u16();
        let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = reply.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = reply.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes().to_vec();
        Ok(Answered { status, headers, body })
    };
    whole.now_or_never().unwrap_or_else(|| Err("the server did not answer at once".to_owned()))
}
