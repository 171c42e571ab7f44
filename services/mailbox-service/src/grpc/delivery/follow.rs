//! Streams without an end of their own: what has come, then what comes, and a sign of life when nothing does.

use crate::error::Error;
use crate::grpc::batches::Answers;
use rpc::{Fields, OpenStream, Refusal};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

/// How often is looked for more when there was nothing.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often a quiet stream says that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// The longest resume token.
const MAX_TOKEN: usize = 512;

/// What a stream follows.
pub(super) trait Followed: Send + 'static {
    /// What it tells.
    type Answer: Send + 'static;

    /// The next answers, in order, and the stream stands after them. Empty: nothing new.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Self::Answer>, Error>> + Send;

    /// An answer that tells nothing but where the stream stands.
    fn sign_of_life(&self) -> Self::Answer;
}

/// Checks the token that a stream is to be resumed with.
pub(super) fn check_token(fields: &mut Fields, resume_token: &str) {
    if resume_token.len() > MAX_TOKEN {
        fields.refuse("resume_token", format!("must be at most {MAX_TOKEN} characters"));
    }
}

/// Follows in a task of its own.
pub(super) fn run<F: Followed>(followed: F, open: OpenStream) -> Answers<F::Answer> {
    // One at a time: nothing is read ahead of who takes it.
    let (answers, answered) = mpsc::channel(1);
    tokio::spawn(until_the_end(followed, open, answers).in_current_span());
    ReceiverStream::new(answered)
}

async fn until_the_end<F: Followed>(
    mut followed: F,
    open: OpenStream,
    answers: mpsc::Sender<Result<F::Answer, Status>>,
) {
    let refusal = tokio::select! {
        refusal = open.over() => refusal,
        () = answers.closed() => return,
        ended = all(&mut followed, &answers) => match ended {
            Ok(()) => return,
            Err(error) => Refusal::from(error),
        },
    };
    // Nobody listening is no matter: the stream ends either way.
    let _ = answers.send(Err(Status::from(refusal))).await;
}

/// Sends answers until nobody listens any more.
async fn all<F: Followed>(followed: &mut F, answers: &mpsc::Sender<Result<F::Answer, Status>>) -> Result<(), Error> {
    // The first sign of life says that this is all for now, and where the stream stands.
    let mut quiet_until = None;
    loop {
        let next = followed.next().await?;
        let nothing_new = next.is_empty();
        for answer in next {
            if answers.send(Ok(answer)).await.is_err() {
                return Ok(());
            }
            quiet_until = quiet_until.map(|_| Instant::now() + SIGN_OF_LIFE);
        }
        if !nothing_new {
            continue;
        }
        if quiet_until.is_none_or(|until| Instant::now() >= until) {
            if answers.send(Ok(followed.sign_of_life())).await.is_err() {
                return Ok(());
            }
            quiet_until = Some(Instant::now() + SIGN_OF_LIFE);
        }
        sleep(LOOK_EVERY).await;
    }
}
