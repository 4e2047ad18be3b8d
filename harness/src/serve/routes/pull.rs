//! `GET /v1/pull`: what changed since the cursor, oldest first.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use fieldkeep::wire::{NDJSON, PageEnd, PullLine};
use rusqlite::Connection;
use serde::Deserialize;

use super::cursor::Cursor;
use super::{Caller, body};
use crate::serve::behave::{TamperPath, spoil};
use crate::serve::error::ServeError;
use crate::serve::limits::PAGE_BYTES;
use crate::serve::problem::Problem;
use crate::serve::state::Shared;
use crate::serve::store;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    cursor: Option<String>,
}

/// One page, its end last.
pub(super) async fn pull(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(asked) = query.map_err(|_| Problem::malformed("the query cannot be read"))?;
    let cursor = match asked.cursor.as_deref() {
        None | Some("") => None,
        Some(text) => Some(Cursor::read(text, &caller.user)?),
    };
    let on = Arc::clone(&shared);
    let work = move || answer(&shared, &caller, cursor, &headers);
    on.work(work).await?
}

fn answer(shared: &Shared, caller: &Caller, cursor: Option<Cursor>, asked: &HeaderMap) -> Result<Response, Problem> {
    let lines = shared.store.read(|db| {
        let cursor = match start(shared, caller, cursor, db)? {
            Ok(cursor) => cursor,
            Err(problem) => return Ok(Err(problem)),
        };
        page(shared, caller, cursor, db).map(Ok)
    })??;
    if let Some(how) = shared.behaviour.next_tamper(TamperPath::Pull) {
        let lines = lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>();
        let others = shared.store.read(super::admin::two_records)?;
        return Ok(spoil(how, lines.map_err(ServeError::from)?, &others));
    }
    Ok(body::reply(asked, NDJSON, lines.concat()))
}

/// The cursor to go on from: the given one, or one before the first record. A pull that came to its end starts a new
/// one up to the present `seq`.
fn start(
    shared: &Shared,
    caller: &Caller,
    cursor: Option<Cursor>,
    db: &Connection,
) -> Result<Result<Cursor, Problem>, ServeError> {
    let last_seq = store::last_seq(db)?;
    let version = shared.schema.version;
    let Some(mut cursor) = cursor else {
        return Ok(Ok(Cursor {
            user: caller.user.clone(),
            schema_version: version,
            high: last_seq,
            position: 0,
            at_ms: caller.now_ms,
            fresh: true,
        }));
    };
    if let Err(problem) = cursor.check(version, last_seq, caller.now_ms) {
        return Ok(Err(problem));
    }
    if cursor.position >= cursor.high {
        cursor.high = last_seq;
        cursor.fresh = false;
    }
    Ok(Ok(cursor))
}

fn page(shared: &Shared, caller: &Caller, mut cursor: Cursor, db: &Connection) -> Result<Vec<String>, ServeError> {
    let limit = shared.behaviour.rules().limits.page_entries;
    // One more than fits tells whether there is more.
    let rows = store::page(db, &caller.user, (cursor.position, cursor.high), cursor.fresh, limit.saturating_add(1))?;
    let mut lines = Vec::with_capacity(rows.len() + 1);
    let (mut bytes, mut sent) = (0, 0);
    for row in rows.iter().take(limit) {
        if bytes >= PAGE_BYTES {
            break;
        }
        if let Some(record) = store::by_no(db, row.record)? {
            let entry = store::entry_of(db, &record, row, caller.now_ms)?;
            let line = format!("{}\n", serde_json::to_string(&PullLine::Record(Box::new(entry)))?);
            bytes += line.len();
            lines.push(line);
        }
        cursor.position = row.seq;
        sent += 1;
    }
    let more = sent < rows.len();
    if !more {
        cursor.position = cursor.high;
    }
    cursor.at_ms = caller.now_ms;
    let end = PullLine::End { page: PageEnd { cursor: cursor.to_text(), more } };
    lines.push(format!("{}\n", serde_json::to_string(&end)?));
    Ok(lines)
}
