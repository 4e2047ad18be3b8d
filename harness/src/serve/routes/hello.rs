//! `GET /v1/hello`.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use fieldkeep::wire::Hello;

use super::Caller;
use crate::serve::state::Shared;

/// Who the caller is, what time it is, and what is accepted.
pub(super) async fn hello(State(shared): State<Arc<Shared>>, Extension(caller): Extension<Caller>) -> Json<Hello> {
    let rules = shared.behaviour.rules();
    Json(Hello {
        user: caller.user,
        server_time_ms: caller.now_ms,
        schema: rules.schema,
        key_lifetime_s: rules.key_lifetime_s,
        limits: rules.limits,
    })
}
