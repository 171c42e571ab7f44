//! The layers, one a file, each an asynchronous function around the rest of the call. The order and its reasons
//! stand in [`crate`]'s page and in [`wrap`].

pub mod auth;
pub mod deadline;
pub mod limit;
pub mod metrics;
pub mod panic;
pub mod reason;
pub mod request_id;
pub mod trace;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;

/// Puts all layers around `routes`. What stands first sees a request first. One stack, and not one layer of the router each:
/// the router would box and copy every layer below for every layer above, with every call.
pub fn wrap(routes: Router, auth: auth::Auth, limit: limit::Limit) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn(request_id::layer)) // names the call for all of the below
        .layer(from_fn(trace::layer)) // one span, one line
        .layer(from_fn(metrics::layer)) // counts refusals and crashes too
        .layer(from_fn(panic::layer)) // a crash ends one call
        .layer(from_fn(deadline::layer)) // the wait for its turn counts too, and its end is told as DEADLINE_EXCEEDED
        .layer(from_fn_with_state(limit, limit::layer)) // too much is refused before it costs anything
        .layer(from_fn(reason::layer)) // what the framework refuses by itself gets a reason too
        .layer(from_fn_with_state(auth, auth::layer)); // nobody gets past without being known and admitted
    routes.layer(layers)
}
