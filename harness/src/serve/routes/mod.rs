//! The HTTP face: routes, who may pass, and what every reply carries.

mod admin;
mod body;
mod cursor;
mod hello;
mod lookup;
mod pull;
mod push;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::problem::Problem;
use super::state::Shared;
use crate::server_time::http_date;

/// Who asks, and when.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) user: String,
    pub(crate) now_ms: i64,
}

/// All routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/hello", get(hello::hello))
        .route("/v1/push", post(push::push))
        .route("/v1/pull", get(pull::pull))
        .route("/v1/lookup", post(lookup::lookup))
        .route("/admin/behave", post(admin::behave))
        .route("/admin/dump", get(admin::dump))
        .method_not_allowed_fallback(wrong_method)
        .fallback(no_such_place)
        .layer(from_fn_with_state(Arc::clone(&shared), gate))
        .with_state(shared)
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this path does not take this method")
}

async fn no_such_place() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_path", "there is nothing at this path")
}

/// Every request passes here: it gets its time, is refused or let in, and its reply gets a date.
async fn gate(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let now_ms = shared.time.of_request(request.headers());
    let mut response = match admit(&shared, &request, now_ms) {
        Ok(user) => {
            request.extensions_mut().insert(Caller { user, now_ms });
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    if let Ok(date) = HeaderValue::from_str(&http_date(now_ms)) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// The user whom the request may act for.
fn admit(shared: &Shared, request: &Request, now_ms: i64) -> Result<String, Problem> {
    let path = request.uri().path();
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    if path.starts_with("/admin/") {
        let local = is_local(request);
        return match token {
            _ if !local => Err(Problem::new(StatusCode::FORBIDDEN, "not_local", "the admin is on this machine only")),
            Some(token) if shared.people.is_admin(token) => Ok("admin".to_owned()),
            _ => Err(Problem::unauthorized()),
        };
    }
    if let Some(problem) = shared.behaviour.refusal(path, now_ms) {
        return Err(problem);
    }
    token.and_then(|token| shared.people.user_of(token)).ok_or_else(Problem::unauthorized)
}

/// Whether the peer is on this machine. A call in process has no peer and is.
fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_none_or(|ConnectInfo(address)| address.ip().is_loopback())
}
