//! Streams that are answered item by item and done batch by batch: the items that come close together go into one
//! transaction, and nothing more is read until their answers are taken. So what is in memory is one batch, however long the
//! stream and however slow its reader.

use crate::error::Error;
use crate::turns::{BATCH, Turns};
use rpc::{Call, OpenStream, Refusal, Streams};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use tracing::Instrument as _;

/// About how many bytes of items one transaction takes.
const BATCH_BYTES: usize = 1024 * 1024;
/// How long a batch waits for more items: on the scale of the commit that it saves.
const WINDOW: Duration = Duration::from_millis(5);
/// How many answers wait for their reader.
const ANSWERS: usize = BATCH;

/// The answers, each sent once its item is durable.
pub(super) type Answers<A> = ReceiverStream<Result<A, Status>>;

/// What is done with the items of a stream.
pub(super) trait Batched: Send + 'static {
    /// An item.
    type Item: prost::Message + Default + 'static;
    /// The answer to an item.
    type Answer: Send + 'static;

    /// Does a batch; one answer for each item, in their order. An error ends the stream: what is unanswered comes again.
    fn answer(&mut self, batch: Vec<Self::Item>) -> impl Future<Output = Result<Vec<Self::Answer>, Error>> + Send;
}

/// Does `incoming` in a task of its own, a batch whenever it has one of the `turns`.
pub(super) fn run<B: Batched>(
    batched: B,
    turns: &Turns,
    streams: &Streams,
    call: &Call,
    incoming: Streaming<B::Item>,
) -> Result<Answers<B::Answer>, Refusal> {
    let open = streams.open(call)?;
    let (answers, answered) = mpsc::channel(ANSWERS);
    let run = Run { batched, turns: turns.clone(), incoming, answers, open, broken: None };
    tokio::spawn(run.run().in_current_span());
    Ok(ReceiverStream::new(answered))
}

struct Run<B: Batched> {
    batched: B,
    turns: Turns,
    incoming: Streaming<B::Item>,
    answers: mpsc::Sender<Result<B::Answer, Status>>,
    open: OpenStream,
    broken: Option<Refusal>,
}

impl<B: Batched> Run<B> {
    /// Takes batches until the stream, or the interest in its answers, ends.
    async fn run(mut self) {
        if let Err(refusal) = self.all().await {
            // Nobody listening is no matter: the stream ends either way.
            let _ = self.answers.send(Err(Status::from(refusal))).await;
        }
    }

    async fn all(&mut self) -> Result<(), Refusal> {
        loop {
            let batch = self.next().await?;
            if batch.is_empty() {
                return Ok(());
            }
            let turn = self.turns.take().await;
            let answers = self.batched.answer(batch).await;
            turn.end();
            let answers = answers?;
            for answer in answers {
                if self.answers.send(Ok(answer)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }

    /// Waits for an item, then takes those that come right after it. Empty: the stream is at its end.
    async fn next(&mut self) -> Result<Vec<B::Item>, Refusal> {
        let mut batch = Vec::new();
        if let Some(refusal) = self.broken.take() {
            return Err(refusal);
        }
        let Some(first) = self.first().await? else { return Ok(batch) };
        let mut bytes = prost::Message::encoded_len(&first);
        batch.push(first);
        let (window, most) = (Instant::now() + WINDOW, self.turns.batch());
        while batch.len() < most && bytes < BATCH_BYTES {
            match timeout_at(window, self.incoming.message()).await {
                Ok(Ok(Some(item))) => {
                    bytes += prost::Message::encoded_len(&item);
                    batch.push(item);
                }
                // What is here is worth doing. A stream that failed must not be read again: it may begin in the middle of
                // an item.
                Ok(Err(status)) => {
                    self.broken = Some(broken(status));
                    break;
                }
                // At the end, which the next round sees again, or the window is over.
                Ok(Ok(None)) | Err(_) => break,
            }
        }
        Ok(batch)
    }

    /// The next item; none at the end of the stream, or when nobody wants its answer.
    async fn first(&mut self) -> Result<Option<B::Item>, Refusal> {
        tokio::select! {
            // First, so that a stream that never pauses comes to its end too.
            biased;
            refusal = self.open.over() => Err(refusal),
            () = self.answers.closed() => Ok(None),
            item = self.incoming.message() => item.map_err(broken),
        }
    }
}

/// The stream broke off: what was answered is durable, the rest comes again.
fn broken(status: Status) -> Refusal {
    Refusal::from(Error::StreamBroken(Box::new(status)))
}
