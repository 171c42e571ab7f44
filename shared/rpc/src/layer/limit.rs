//! A bound on what is in flight, and on what waits for its turn; the rest is shed at once.

use crate::refusal::Refusal;
use api::error::v1::ErrorReason;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tonic::Status;

/// When a shed caller may come again.
const COME_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The bounds of one process.
#[derive(Clone, Debug)]
pub struct Limit {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Limit {
    /// At most `in_flight` calls run and `waiting` more wait.
    pub fn new(in_flight: usize, waiting: usize) -> Self {
        Self { admitted: Arc::new(Semaphore::new(in_flight + waiting)), running: Arc::new(Semaphore::new(in_flight)) }
    }
}

/// Lets the call in, has it wait, or sheds it. Probes pass: an overloaded process is not a dead one.
pub async fn layer(State(limit): State<Limit>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/grpc.health.") {
        return next.run(request).await;
    }
    let Ok(_admitted) = limit.admitted.try_acquire() else {
        return Status::from(Refusal::new(ErrorReason::Overloaded).retry_after(COME_AGAIN_AFTER)).into_http();
    };
    // Fails only when closed, which nobody does.
    let _running = limit.running.acquire().await;
    next.run(request).await
}
