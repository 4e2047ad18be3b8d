//! `POST /v1/lookup`: what became of shipments and records.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use fieldkeep::wire::{LookupRequest, NDJSON, Outcome, RecordAnswer, RecordQuestion, ShipmentAnswer};
use rusqlite::Connection;
use uuid::Uuid;

use super::{Caller, body};
use crate::serve::error::ServeError;
use crate::serve::limits::LOOKUP_QUESTIONS;
use crate::serve::problem::Problem;
use crate::serve::state::Shared;
use crate::serve::store;

/// One line an answer, shipments first, in the order of the questions.
pub(super) async fn lookup(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let bytes = body::read(request).await?;
    let asked: LookupRequest = body::object(&bytes)?;
    if asked.shipments.len() + asked.records.len() > LOOKUP_QUESTIONS {
        return Err(Problem::too_large(format!("a lookup has at most {LOOKUP_QUESTIONS} questions")));
    }
    let on = Arc::clone(&shared);
    let work = move || {
        let text = shared.store.read(|db| answers(&shared, &caller, &asked, db))?;
        Ok(body::reply(&headers, NDJSON, text))
    };
    on.work(work).await?
}

fn answers(shared: &Shared, caller: &Caller, asked: &LookupRequest, db: &Connection) -> Result<String, ServeError> {
    let mut text = String::new();
    let lifetime_ms = shared.behaviour.rules().key_lifetime_s.saturating_mul(1000);
    for &shipment in &asked.shipments {
        let answer = of_shipment(db, shipment, &caller.user, caller.now_ms.saturating_sub(lifetime_ms))?;
        text.push_str(&serde_json::to_string(&answer)?);
        text.push('\n');
    }
    for question in &asked.records {
        let answer = of_record(db, question, caller)?;
        text.push_str(&serde_json::to_string(&answer)?);
        text.push('\n');
    }
    Ok(text)
}

fn of_shipment(db: &Connection, shipment: Uuid, user: &str, since_ms: i64) -> Result<ShipmentAnswer, ServeError> {
    if let Some(row) = store::applied(db, shipment, user)? {
        return Ok(ShipmentAnswer::Applied { shipment, seq: row.seq, stored: row.stored });
    }
    let known = store::known_key(db, shipment, since_ms)?.filter(|known| known.user == user);
    let refused = known.is_some_and(|known| !matches!(known.outcome, Outcome::Applied { .. }));
    Ok(if refused { ShipmentAnswer::Refused { shipment } } else { ShipmentAnswer::Unknown { shipment } })
}

fn of_record(db: &Connection, question: &RecordQuestion, caller: &Caller) -> Result<RecordAnswer, ServeError> {
    let found = match question {
        RecordQuestion::LocalId(local_id) => store::by_local_id(db, *local_id)?,
        RecordQuestion::ServerId(server_id) => store::by_server_id(db, server_id)?,
    };
    let entry = found.map(|record| store::entry_for(db, &caller.user, &record, caller.now_ms)).transpose()?;
    Ok(RecordAnswer { question: question.clone(), record: entry })
}
