//! A whole extract of the register, line by line as it streams by.

use super::{parse, to_proto};
use crate::domain::person::Registration;
use crate::error::Error;
use crate::usecase::{Parts, register};
use api::mailbox::v1 as proto;
use kernel::{Date, resource};
use rpc::{Fields, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use tracing::Instrument as _;

/// The most lines of one transaction.
const BATCH: usize = 200;
/// How long a batch waits for more lines.
const WINDOW: Duration = Duration::from_millis(20);

/// The outcomes, each sent once its line is durable.
pub(super) type Outcomes = ReceiverStream<Result<proto::RegisterPersonsResponse, Status>>;

/// Registers the lines of `incoming` in a task of its own.
pub(super) fn register(parts: Arc<Parts>, incoming: Streaming<proto::RegisterPersonsRequest>) -> Outcomes {
    let (outcomes, answers) = mpsc::channel(BATCH);
    let lines = Lines { parts, incoming, outcomes, broken: None };
    tokio::spawn(lines.register().in_current_span());
    ReceiverStream::new(answers)
}

/// A register extract that streams by.
struct Lines {
    parts: Arc<Parts>,
    incoming: Streaming<proto::RegisterPersonsRequest>,
    outcomes: mpsc::Sender<Result<proto::RegisterPersonsResponse, Status>>,
    broken: Option<Status>,
}

impl Lines {
    /// Takes batches until the extract or the interest in it ends. No faster than the outcomes are taken.
    async fn register(mut self) {
        loop {
            let answers = match self.batch().await {
                Ok(batch) if batch.is_empty() => return,
                Ok(batch) => self.write(batch).await,
                // The extract broke off: what was answered is durable, the rest comes again.
                Err(status) => {
                    let status = Status::from(Refusal::from(Error::StreamBroken(Box::new(status))));
                    // Nobody listening is no matter: the stream ends either way.
                    let _ = self.outcomes.send(Err(status)).await;
                    return;
                }
            };
            match answers {
                Ok(answers) => {
                    for answer in answers {
                        if self.outcomes.send(Ok(answer)).await.is_err() {
                            return;
                        }
                    }
                }
                Err(error) => {
                    let status = Status::from(Refusal::from(error));
                    // Nobody listening is no matter: the stream ends either way.
                    let _ = self.outcomes.send(Err(status)).await;
                    return;
                }
            }
        }
    }

    /// Waits for a line, then takes those that come right after it. Empty: the extract is at its end.
    async fn batch(&mut self) -> Result<Vec<proto::RegisterPersonsRequest>, Status> {
        if let Some(status) = self.broken.take() {
            return Err(status);
        }
        let mut batch = Vec::with_capacity(BATCH);
        let Some(first) = self.incoming.message().await? else { return Ok(batch) };
        batch.push(first);
        let window = Instant::now() + WINDOW;
        while batch.len() < BATCH {
            match timeout_at(window, self.incoming.message()).await {
                Ok(Ok(Some(line))) => batch.push(line),
                // What is here is worth writing. A stream that failed must not be read again: it may begin in the middle
                // of a line.
                Ok(Err(status)) => {
                    self.broken = Some(status);
                    break;
                }
                // At the end, which the next round sees again, or the window is over.
                Ok(Ok(None)) | Err(_) => break,
            }
        }
        Ok(batch)
    }

    async fn write(
        &self,
        batch: Vec<proto::RegisterPersonsRequest>,
    ) -> Result<Vec<proto::RegisterPersonsResponse>, Error> {
        let today = Date::in_denmark(self.parts.clock.now());
        let (mut lines, mut answers) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for request in batch {
            let parsed = parse_line(&request, today);
            let refusal = match parsed {
                Ok(line) => {
                    lines.push(line);
                    None
                }
                Err(refusal) => Some(refusal.into_item()),
            };
            let outcome = proto::RegistrationOutcome::Unspecified.into();
            let line_number = request.line_number;
            answers.push(proto::RegisterPersonsResponse { line_number, outcome, person: String::new(), refusal });
        }
        let outcomes = register::batch(&self.parts, lines).await?;
        let open = answers.iter_mut().filter(|answer| answer.refusal.is_none());
        for (answer, outcome) in open.zip(outcomes) {
            match outcome {
                Ok((id, outcome)) => {
                    answer.person = resource::person(id);
                    answer.outcome = to_proto(outcome).into();
                }
                Err(refused) => answer.refusal = Some(Refusal::from(Error::from(refused)).into_item()),
            }
        }
        Ok(answers)
    }
}

fn parse_line(request: &proto::RegisterPersonsRequest, today: Date) -> Result<Registration, Refusal> {
    let mut fields = Fields::new();
    if request.line_number < 0 {
        fields.refuse("line_number", "must not be negative");
    }
    let registration = fields.present("registration", request.registration.as_ref());
    let line = registration.and_then(|line| parse(&mut fields, "registration.", line, today));
    fields.all((line,)).map(|(line,)| line)
}
