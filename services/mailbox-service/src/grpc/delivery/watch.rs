//! A sender's receipts as they change: what has changed, then what changes, and a sign of life when nothing does.

use super::receipt::receipt;
use crate::domain::delivery::Place;
use crate::error::Error;
use crate::grpc::batches::Answers;
use crate::usecase::{Parts, watch_receipts};
use api::mailbox::v1 as proto;
use kernel::SenderSystem;
use rpc::{Call, Fields, OpenStream, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

/// How often changes are looked for when there were none.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often a quiet stream says that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// The longest resume token.
const MAX_TOKEN: usize = 512;

/// Begins where the token says, or now.
pub(super) async fn begin(
    parts: &Arc<Parts>,
    call: &Call,
    request: &proto::WatchReceiptsRequest,
) -> Result<Answers<proto::WatchReceiptsResponse>, Refusal> {
    let mut fields = Fields::new();
    if request.resume_token.len() > MAX_TOKEN {
        fields.refuse("resume_token", format!("must be at most {MAX_TOKEN} characters"));
    }
    fields.all((Some(()),))?;
    let system = call.sender_system()?.clone();
    // Bound to the sender: nobody else's token tells where they are.
    let context = format!("WatchReceipts/{}", call.principal());
    let open = parts.streams.open(call.deadline)?;
    let place = if request.resume_token.is_empty() {
        watch_receipts::now(parts, &system).await?
    } else {
        let opened = parts.keys.page_tokens.open(&context, &request.resume_token).map_err(|_| Error::ResumeToken)?;
        Place::from_bytes(&opened).ok_or(Error::ResumeToken)?
    };
    // One at a time: nothing is read ahead of who takes it.
    let (answers, answered) = mpsc::channel(1);
    let watch = Watch { parts: parts.clone(), system, context, place, answers, open };
    tokio::spawn(watch.run().in_current_span());
    Ok(ReceiverStream::new(answered))
}

struct Watch {
    parts: Arc<Parts>,
    system: SenderSystem,
    context: String,
    place: Place,
    answers: mpsc::Sender<Result<proto::WatchReceiptsResponse, Status>>,
    open: OpenStream,
}

impl Watch {
    async fn run(mut self) {
        let refusal = tokio::select! {
            refusal = self.open.over() => refusal,
            () = self.answers.closed() => return,
            ended = Self::all(&self.parts, &self.system, &self.context, &mut self.place, &self.answers) => match ended {
                Ok(()) => return,
                Err(error) => Refusal::from(error),
            },
        };
        // Nobody listening is no matter: the stream ends either way.
        let _ = self.answers.send(Err(Status::from(refusal))).await;
    }

    /// Sends changes until nobody listens any more.
    async fn all(
        parts: &Arc<Parts>,
        system: &SenderSystem,
        context: &str,
        place: &mut Place,
        answers: &mpsc::Sender<Result<proto::WatchReceiptsResponse, Status>>,
    ) -> Result<(), Error> {
        let token = |place: Place| parts.keys.page_tokens.seal(context, &place.to_bytes(), &*parts.random);
        // The first sign of life says that the watch has begun, and where.
        let mut quiet_until = Instant::now();
        loop {
            let changed = watch_receipts::after(parts, system, *place).await?;
            let nothing_new = changed.is_empty();
            for (at, changed) in changed {
                *place = at;
                let answer =
                    proto::WatchReceiptsResponse { receipt: Some(receipt(changed)), resume_token: token(*place) };
                if answers.send(Ok(answer)).await.is_err() {
                    return Ok(());
                }
                quiet_until = Instant::now() + SIGN_OF_LIFE;
            }
            if Instant::now() >= quiet_until {
                let answer = proto::WatchReceiptsResponse { receipt: None, resume_token: token(*place) };
                if answers.send(Ok(answer)).await.is_err() {
                    return Ok(());
                }
                quiet_until = Instant::now() + SIGN_OF_LIFE;
            }
            if nothing_new {
                sleep(LOOK_EVERY).await;
            }
        }
    }
}
