//! Streams that last: how many of them a process keeps open, and the word that they are to end.

use crate::call::Call;
use crate::refusal::Refusal;
use api::error::v1::ErrorReason;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// When a shed or ended stream may come again; by then another process takes it.
const COME_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The long streams of one process. Clones share them.
#[derive(Clone, Debug)]
pub struct Streams {
    places: Arc<Semaphore>,
    ending: CancellationToken,
}

/// A long stream that was let in; dropped, its place is free again.
#[derive(Debug)]
pub struct OpenStream {
    #[expect(dead_code, reason = "held for as long as the stream")]
    place: OwnedSemaphorePermit,
    ending: CancellationToken,
    deadline: Option<Instant>,
    token_end: Option<Instant>,
}

impl Streams {
    /// At most `most` at once.
    pub fn new(most: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(most)), ending: CancellationToken::new() }
    }

    /// Lets the stream of `call` in, which may last as long as its token does (P6), or sheds it with OVERLOADED.
    pub fn open(&self, call: &Call) -> Result<OpenStream, Refusal> {
        Ok(OpenStream { token_end: call.token_end, ..self.open_until(call.deadline)? })
    }

    /// Lets a stream in that may last until `deadline`, or sheds it with OVERLOADED.
    pub fn open_until(&self, deadline: Option<Instant>) -> Result<OpenStream, Refusal> {
        let full = |_| Refusal::new(ErrorReason::Overloaded).retry_after(COME_AGAIN_AFTER);
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        Ok(OpenStream { place, ending: self.ending.clone(), deadline, token_end: None })
    }

    /// The process ends, and each of its streams as soon as it has answered for what it took in.
    pub fn end(&self) {
        self.ending.cancel();
    }
}

impl OpenStream {
    /// Waits until the stream must end, and says why: SHUTTING_DOWN, DEADLINE_EXCEEDED or TOKEN_INVALID.
    pub async fn over(&self) -> Refusal {
        tokio::select! {
            () = self.ending.cancelled() => Refusal::new(ErrorReason::ShuttingDown).retry_after(COME_AGAIN_AFTER),
            () = reached(self.deadline) => Refusal::new(ErrorReason::DeadlineExceeded),
            () = reached(self.token_end) => Refusal::new(ErrorReason::TokenInvalid),
        }
    }
}

async fn reached(end: Option<Instant>) {
    match end {
        Some(end) => sleep_until(end).await,
        None => std::future::pending().await,
    }
}
