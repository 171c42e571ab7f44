//! A bound on what is in flight, and on what waits for its turn; the rest is shed at once.

use crate::refusal::Refusal;
use api::error::v1::ErrorReason;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tonic::Status;

/// When a shed caller may come again.
const COME_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The bounds of one process. What could hold up something else has a pool of its own.
#[derive(Clone, Debug)]
pub struct Limit(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    /// Calls from outside.
    calls: Pool,
    /// Streams: an idle upload must not take the place of a call.
    streams: Pool,
    /// Calls between services, which need nobody else: two processes full of calls that wait for each other would
    /// stand still.
    internal: Pool,
}

#[derive(Debug)]
struct Pool {
    admitted: Semaphore,
    running: Semaphore,
    let_in: AtomicU64,
}

impl Pool {
    fn new(in_flight: usize, waiting: usize) -> Self {
        let (admitted, running) = (Semaphore::new(in_flight + waiting), Semaphore::new(in_flight));
        Self { admitted, running, let_in: AtomicU64::new(0) }
    }
}

impl Limit {
    /// At most `in_flight` calls of each kind run and `waiting` more wait.
    pub fn new(in_flight: usize, waiting: usize) -> Self {
        let pool = || Pool::new(in_flight, waiting);
        Self(Arc::new(Pools { calls: pool(), streams: pool(), internal: pool() }))
    }

    /// How many calls from outside were let in so far; streams, and what services ask each other, are not among them. For work
    /// that is in no hurry to see whether anybody else is there.
    pub fn calls_let_in(&self) -> u64 {
        self.0.calls.let_in.load(Ordering::Relaxed)
    }

    fn pool(&self, path: &str) -> &Pool {
        match api::method(path) {
            Some(method) if method.streams => &self.0.streams,
            Some(method) if !method.services.is_empty() => &self.0.internal,
            _ => &self.0.calls,
        }
    }
}

/// Lets the call in, has it wait, or sheds it. Probes pass: an overloaded process is not a dead one.
pub async fn layer(State(limit): State<Limit>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/grpc.health.") {
        return next.run(request).await;
    }
    let pool = limit.pool(path);
    let Ok(_admitted) = pool.admitted.try_acquire() else {
        return Status::from(Refusal::new(ErrorReason::Overloaded).retry_after(COME_AGAIN_AFTER)).into_http();
    };
    pool.let_in.fetch_add(1, Ordering::Relaxed);
    // Fails only when closed, which nobody does.
    let _running = pool.running.acquire().await;
    next.run(request).await
}
