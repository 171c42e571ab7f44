//! A crash in one call is INTERNAL for that call and nothing for the others.

use crate::refusal::Refusal;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use tonic::Status;

/// Catches the panic. Its message has been written by the panic hook; the caller learns nothing of it.
pub async fn layer(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Status::from(Refusal::internal("a handler panicked")).into_http(),
    }
}
