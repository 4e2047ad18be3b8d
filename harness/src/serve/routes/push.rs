//! `POST /v1/push`: each line leaves as soon as its item is durable.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use fieldkeep::wire::{NDJSON, Outcome, PushLine, PushRequest};
use futures_util::stream;
use tokio::sync::mpsc;

use super::{Caller, body};
use crate::report;
use crate::serve::behave::{Rules, Tamper, TamperPath, spoil};
use crate::serve::decide::{Item, Sent, Turn};
use crate::serve::error::ServeError;
use crate::serve::limits::{AFTER_FAILURE_S, SLICE_ITEMS};
use crate::serve::problem::Problem;
use crate::serve::state::Shared;
use crate::serve::store;

/// Lines on their way to a slow reader; decided work waits there without holding the database.
const LINES_WAITING: usize = 16;

/// Takes shipments and resolutions; answers line by line.
pub(super) async fn push(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Problem> {
    let bytes = body::read(request).await?;
    let request: PushRequest = body::object(&bytes)?;
    let rules = shared.behaviour.rules();
    let items = request.items.iter().map(|item| Item::read(item)).collect::<Result<Vec<_>, _>>();
    let items = items.map_err(Problem::malformed)?;
    check_size(&items, bytes.len(), &rules)?;
    let tamper = shared.behaviour.next_tamper(TamperPath::Push);
    let work = Work { shared, caller, rules, items, request };
    match tamper {
        None if work.shared.on_one_thread => Ok(all_lines(&work)),
        None => Ok(stream_lines(work)),
        Some(how) => spoilt(work, how).await,
    }
}

/// One item alone may be as large as a body gets: it cannot be sent in halves.
fn check_size(items: &[Item], bytes: usize, rules: &Rules) -> Result<(), Problem> {
    let shipments: usize = items.iter().map(|item| item.shipments().len()).sum();
    let limits = &rules.limits;
    if shipments > limits.batch_items {
        return Err(Problem::too_large(format!("a push has at most {} items", limits.batch_items)));
    }
    if items.len() > 1 && bytes > limits.batch_bytes {
        return Err(Problem::too_large(format!("a push has at most {} bytes", limits.batch_bytes)));
    }
    Ok(())
}

struct Work {
    shared: Arc<Shared>,
    caller: Caller,
    rules: Rules,
    items: Vec<Item>,
    request: PushRequest,
}

fn stream_lines(work: Work) -> Response {
    let (sender, receiver) = mpsc::channel::<Bytes>(LINES_WAITING);
    // What was taken in is decided to the end, whether or not somebody still listens: the outcome of a push does not
    // depend on when a connection broke.
    tokio::task::spawn_blocking(move || work.decide(|line| drop(sender.blocking_send(text_of(&line)))));
    let lines = stream::unfold(receiver, |mut receiver| async move {
        let line = receiver.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(line), receiver))
    });
    ([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(lines)).into_response()
}

/// The same in one piece.
fn all_lines(work: &Work) -> Response {
    let mut lines = Vec::new();
    work.decide(|line| lines.extend_from_slice(&text_of(&line)));
    ([(header::CONTENT_TYPE, NDJSON)], Body::from(lines)).into_response()
}

async fn spoilt(work: Work, how: Tamper) -> Result<Response, Problem> {
    let shared = Arc::clone(&work.shared);
    let on = Arc::clone(&shared);
    let decide = move || {
        let mut lines = Vec::new();
        work.decide(|line| lines.push(serde_json::to_value(line).unwrap_or_default()));
        let others = shared.store.read(super::admin::two_records)?;
        Ok::<_, ServeError>(spoil(how, lines, &others))
    };
    Ok(on.work(decide).await??)
}

impl Work {
    /// Decides slice by slice; `tell` gets a line only after what it says is durable.
    fn decide(&self, mut tell: impl FnMut(PushLine)) {
        self.forget_old_keys();
        for slice in self.items.chunks(SLICE_ITEMS) {
            let lines = self.decide_slice(slice).unwrap_or_else(|error| failed(slice, &error));
            lines.into_iter().for_each(&mut tell);
        }
        match self.resolve() {
            Ok(lines) => lines.into_iter().for_each(tell),
            // Without a line the phone reports its resolutions again; they are stored once by id.
            Err(error) => complain(&error),
        }
    }

    fn decide_slice(&self, slice: &[Item]) -> Result<Vec<PushLine>, ServeError> {
        let turn = self.turn();
        self.shared.store.write(|tx| Ok(slice.iter().flat_map(|item| turn.decide(tx, item)).collect()))
    }

    fn resolve(&self) -> Result<Vec<PushLine>, ServeError> {
        let resolutions = &self.request.resolutions;
        if resolutions.is_empty() {
            return Ok(Vec::new());
        }
        let turn = self.turn();
        self.shared.store.write(|tx| resolutions.iter().map(|resolution| turn.resolve(tx, resolution)).collect())
    }

    fn turn(&self) -> Turn<'_> {
        Turn {
            schema: &self.shared.schema,
            rules: &self.rules,
            behaviour: &self.shared.behaviour,
            user: &self.caller.user,
            now_ms: self.caller.now_ms,
        }
    }

    fn forget_old_keys(&self) {
        let lifetime_ms = self.rules.key_lifetime_s.saturating_mul(1000);
        let before_ms = self.caller.now_ms.saturating_sub(lifetime_ms);
        // Only tidiness: a key that is too old is not believed either way.
        if let Err(error) = self.shared.store.write(|tx| store::forget_keys(tx, before_ms)) {
            complain(&error);
        }
    }
}

/// Nothing of the slice was stored.
fn failed(slice: &[Item], error: &ServeError) -> Vec<PushLine> {
    complain(error);
    let later = |sent: &Sent| PushLine {
        shipment: Some(sent.id),
        resolution: None,
        outcome: Some(Outcome::Later { after_s: AFTER_FAILURE_S }),
        record: None,
    };
    slice.iter().flat_map(Item::shipments).map(later).collect()
}

fn complain(error: &ServeError) {
    eprintln!("fieldkeep serve: {}", report::in_one_line(error));
}

fn text_of(line: &PushLine) -> Bytes {
    // A line that cannot be written is left out; its shipment stays open and is asked for again.
    let mut text = serde_json::to_string(line).unwrap_or_default();
    if !text.is_empty() {
        text.push('\n');
    }
    text.into()
}
