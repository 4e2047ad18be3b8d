//! `/admin/*`: telling the server how to misbehave, and looking at all it has.

use std::sync::Arc;

use axum::Extension;
use axum::Json;
use axum::extract::{Query, Request, State};
use fieldkeep::wire::RecordLife;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Caller, body};
use crate::serve::behave::{Command, Other};
use crate::serve::decide;
use crate::serve::error::ServeError;
use crate::serve::problem::Problem;
use crate::serve::state::Shared;
use crate::serve::store::{self, Record};

/// Takes one command; what it did comes back.
pub(super) async fn behave(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let bytes = body::read(request).await?;
    let command: Command = body::object(&bytes)?;
    let on = Arc::clone(&shared);
    let work = move || match shared.behaviour.take(command, &shared.schema) {
        None => Ok(json!({ "ok": true })),
        Some(command) => change_data(&shared, command, caller.now_ms),
    };
    Ok(Json(on.work(work).await??))
}

fn change_data(shared: &Shared, command: Command, now_ms: i64) -> Result<Value, ServeError> {
    let user_exists = |user: &str| {
        let known = shared.people.names().iter().any(|name| name == user);
        if known { Ok(()) } else { Err(ServeError::Unknown(format!("user {user}"))) }
    };
    let seq = match command {
        Command::ExpireToken { user } => {
            shared.people.renew(&user, &*shared.clock)?;
            None
        }
        Command::RenewToken { user } => {
            let token = shared.people.renew(&user, &*shared.clock)?;
            return Ok(json!({ "ok": true, "token": token }));
        }
        Command::ForgetKeys {} => {
            let forgotten = shared.store.write(|tx| store::forget_keys(tx, i64::MAX))?;
            return Ok(json!({ "ok": true, "forgotten": forgotten }));
        }
        Command::SeesAll { user, value } => {
            user_exists(&user)?;
            shared.store.write(|tx| decide::set_sees_all(tx, &user, value))?;
            None
        }
        Command::Grant { user, server_id } => {
            user_exists(&user)?;
            shared.store.write(|tx| decide::grant(tx, (&user, true), &server_id, now_ms))?;
            None
        }
        Command::Revoke { user, server_id } => {
            user_exists(&user)?;
            shared.store.write(|tx| decide::grant(tx, (&user, false), &server_id, now_ms))?;
            None
        }
        Command::Delete { server_id } => Some(shared.store.write(|tx| decide::delete(tx, &server_id, now_ms))?),
        Command::Touch { server_id } => Some(shared.store.write(|tx| decide::touch(tx, &server_id, now_ms))?),
        // `Behaviour::take` keeps all others.
        _ => None,
    };
    Ok(seq.map_or_else(|| json!({ "ok": true }), |seq| json!({ "ok": true, "seq": seq })))
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default, rename = "type")]
    record_type: Option<String>,
    #[serde(default)]
    server_id: Option<String>,
}

/// All records, gone ones included, with how often each field changed, and all resolutions.
pub(super) async fn dump(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(wanted) = query.map_err(|_| Problem::malformed("the query cannot be read"))?;
    let on = Arc::clone(&shared);
    let work = move || shared.store.read(|db| whole(db, &wanted));
    Ok(Json(on.work(work).await??))
}

fn whole(db: &Connection, wanted: &Wanted) -> Result<Value, ServeError> {
    let records = match &wanted.server_id {
        Some(server_id) => store::by_server_id(db, server_id)?.into_iter().collect(),
        None => store::all(db, wanted.record_type.as_deref())?,
    };
    let records = records.iter().map(|record| of_record(db, record)).collect::<Result<Vec<_>, _>>()?;
    let mut statement = db.prepare_cached("SELECT body FROM resolutions ORDER BY at_ms,id")?;
    let bodies = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut resolutions: Vec<Value> = Vec::new();
    for body in bodies {
        resolutions.push(serde_json::from_str(&body?)?);
    }
    Ok(json!({ "seq": store::last_seq(db)?, "records": records, "resolutions": resolutions }))
}

fn of_record(db: &Connection, record: &Record) -> Result<Value, ServeError> {
    let changes: Map<String, Value> =
        store::change_count(db, record.no)?.into_iter().map(|(what, count)| (what, count.into())).collect();
    Ok(json!({
        "server_id": record.server_id,
        "local_id": record.local_id,
        "type": record.record_type,
        "life": store::life_text(record.life),
        "version": record.version.to_string(),
        "seq": record.seq,
        "values": record.fields,
        "who": record.who,
        "at_ms": record.at_ms,
        "creator": record.creator,
        "changes": changes,
    }))
}

/// Two records whose names a spoilt reply may claim.
pub(super) fn two_records(db: &Connection) -> Result<Vec<Other>, ServeError> {
    let alive = store::all(db, None)?.into_iter().filter(|record| record.life != RecordLife::Gone);
    let names = alive
        .take(2)
        .map(|record| Other { server_id: record.server_id, local_id: record.local_id.map(|id| id.to_string()) });
    Ok(names.collect())
}
