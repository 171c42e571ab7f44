//! Frames on their way to a reader who may be slow, stand still, or be gone.

use crate::error::Error;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use rpc::{OpenStream, Reason, Refusal};
use std::time::Duration;
use tokio::sync::mpsc::Permit;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// What the reader takes: the frames, then why there are no more, unless all have come.
pub(super) type Frames<T> = BoxStream<'static, Result<T, Status>>;

/// Where frames are put, one at a time: whoever reads slowly is read for slowly.
pub(super) struct Outflow<T> {
    frames: mpsc::Sender<Result<T, Status>>,
    end: oneshot::Sender<Status>,
    open: OpenStream,
    idle: Duration,
}

/// A stream that ends when its reader takes nothing for `idle`, or when `open` is over.
pub(super) fn begin<T: Send + 'static>(open: OpenStream, idle: Duration) -> (Outflow<T>, Frames<T>) {
    let (frames, taken) = mpsc::channel(1);
    let (end, ended) = oneshot::channel();
    let end_of = stream::once(ended).filter_map(async |why: Result<Status, _>| why.ok().map(Err));
    (Outflow { frames, end, open, idle }, ReceiverStream::new(taken).chain(end_of).boxed())
}

impl<T> Outflow<T> {
    /// A place for the next frame, which has waited for one since `since`. None: the reader has gone.
    pub(super) async fn place(&self, since: Instant) -> Result<Option<Permit<'_, Result<T, Status>>>, Error> {
        tokio::select! {
            place = self.frames.reserve() => Ok(place.ok()),
            refusal = self.open.over() => Err(refusal.into()),
            () = sleep_until(since + self.idle) => Err(Refusal::new(Reason::DeadlineExceeded).into()),
        }
    }

    /// Ends the stream. Why lies beside the frames, so that nothing waits here for a reader who stands still.
    pub(super) fn end(self, done: Result<(), Error>) {
        if let Err(error) = done {
            // Nobody listening is no matter: the stream ends either way.
            drop(self.end.send(Status::from(Refusal::from(error))));
        }
    }
}
