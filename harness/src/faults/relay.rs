//! Connections, and what happens to the requests on them.

use std::sync::Arc;

use fieldkeep::clock::SystemClock;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};

use super::plan::{Act, Fate, Plan};
use super::reply::{self, ReplyBody};
use crate::http_client::{HttpClient, HttpError, Reply};
use crate::server_time::ServerTime;

/// The proxy's side of all connections.
pub(super) struct Relay {
    plan: Arc<Plan>,
    server: HttpClient,
    time: ServerTime,
}

/// Why a connection ends without a reply. hyper closes it then, which is what is wanted.
#[derive(Debug, Error)]
enum Hangup {
    #[error("closed on command")]
    OnCommand,
    #[error("the client's request was cut")]
    Request(#[from] hyper::Error),
    #[error("the server behind did not answer")]
    Server(#[from] HttpError),
}

struct Asked {
    method: Method,
    /// With the query.
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Relay {
    pub(super) fn new(plan: Arc<Plan>, server: HttpClient, manual: bool) -> Arc<Self> {
        let time = ServerTime::new(Arc::new(SystemClock::new()), manual.then_some(0));
        Arc::new(Self { plan, server, time })
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<ReplyBody>, Hangup> {
        let (parts, body) = request.into_parts();
        let now_ms = self.time.of_request(&parts.headers);
        let fate = self.plan.next(parts.uri.path());
        let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        // The whole request is read also when it is not passed on: the client has sent it, that is the point.
        let body = body.collect().await?.to_bytes();
        let mut asked = Asked { method: parts.method, target, headers: parts.headers, body };
        let act = match fate {
            Fate::Refuse => return Err(Hangup::OnCommand),
            Fate::Pass => return Ok(reply::whole(self.forward(&asked).await?)),
            Fate::Do(act) => act,
        };
        match act {
            Act::CutBefore => Err(Hangup::OnCommand),
            Act::DropReply => {
                self.forward(&asked).await?;
                Err(Hangup::OnCommand)
            }
            Act::CutAfterLines(lines) => {
                // Lines can only be counted in a plain reply.
                asked.headers.remove(header::ACCEPT_ENCODING);
                Ok(reply::cut(self.forward(&asked).await?, lines))
            }
            Act::Duplicate => {
                self.forward(&asked).await?;
                Ok(reply::whole(self.forward(&asked).await?))
            }
            Act::Status { code, retry_after_s, retry_after_date_ms } => {
                Ok(reply::status(code, retry_after_s, retry_after_date_ms, now_ms))
            }
            Act::Html => Ok(reply::portal_page(now_ms)),
            Act::Redirect => Ok(reply::portal_redirect(now_ms)),
        }
    }

    async fn forward(&self, asked: &Asked) -> Result<Reply, HttpError> {
        let mut headers = asked.headers.clone();
        // These belong to one connection, not to the request.
        for name in [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
            headers.remove(name);
        }
        self.server.send(asked.method.clone(), &asked.target, &headers, asked.body.clone()).await
    }
}

/// Takes connections for ever.
pub(super) async fn accept(listener: TcpListener, relay: Arc<Relay>) {
    loop {
        // A failed accept concerns one connection, which is gone; the next is another matter.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&relay)));
        }
    }
}

async fn converse(stream: TcpStream, relay: Arc<Relay>) {
    if relay.plan.refuses() {
        return;
    }
    let service = service_fn(move |request| {
        let relay = Arc::clone(&relay);
        async move { relay.answer(request).await }
    });
    // An error here is a hang-up, by either side, and both are daily business of this proxy. Keep-alive is off, so that
    // each request meets the plan on a connection of its own.
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.keep_alive(false);
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
