//! A phone's radio: the [`Http`] seam. Requests wait here until the world takes them, replies until the engine is polled.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use fieldkeep::remote::{Http, HttpBody, HttpError, HttpFuture, HttpRequest, HttpResponse};

/// Status and header fields.
type Head = (u16, Vec<(String, String)>);

/// What has arrived of a reply.
#[derive(Default)]
pub(crate) struct Reply {
    head: Option<Result<Head, HttpError>>,
    pieces: VecDeque<Result<Vec<u8>, HttpError>>,
    over: bool,
}

/// Where a reply arrives.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Reply>>);

/// A request on its way.
pub(crate) struct Sent {
    pub(crate) request: HttpRequest,
    pub(crate) slot: Slot,
}

impl Slot {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Reply> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody waits for the reply still.
    pub(crate) fn is_heard(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// The exchange fails, before or within the reply.
    pub(crate) fn fail(&self, error: HttpError) {
        let mut reply = self.lock();
        if reply.over {
            return;
        }
        if reply.head.is_none() && reply.pieces.is_empty() {
            reply.head = Some(Err(error));
        } else {
            reply.pieces.push_back(Err(error));
        }
        reply.over = true;
    }

    /// The head of the reply arrives.
    pub(crate) fn head(&self, status: u16, headers: Vec<(String, String)>) {
        self.lock().head = Some(Ok((status, headers)));
    }

    /// Some of the body arrives.
    pub(crate) fn piece(&self, bytes: Vec<u8>) {
        self.lock().pieces.push_back(Ok(bytes));
    }

    /// The body is complete.
    pub(crate) fn end(&self) {
        self.lock().over = true;
    }
}

/// The radio.
#[derive(Default)]
pub(crate) struct Radio(Mutex<Vec<Sent>>);

impl Radio {
    /// Takes what was sent since this was asked last.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Http for Radio {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        let listener = Listener(Slot::default());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Sent { request, slot: listener.0.clone() });
        Box::pin(async move {
            let head = poll_fn(|_| match listener.0.lock().head.take() {
                Some(head) => Poll::Ready(head),
                None => Poll::Pending,
            });
            let (status, headers) = head.await?;
            Ok(HttpResponse { status, headers, body: Box::new(listener) })
        })
    }
}

/// Whoever waits for a reply.
struct Listener(Slot);

impl HttpBody for Listener {
    fn next(&mut self) -> HttpFuture<'_, Option<Result<Vec<u8>, HttpError>>> {
        Box::pin(poll_fn(|_| {
            let mut reply = self.0.lock();
            match reply.pieces.pop_front() {
                Some(piece) => Poll::Ready(Some(piece)),
                None if reply.over => Poll::Ready(None),
                None => Poll::Pending,
            }
        }))
    }
}
