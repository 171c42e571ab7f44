//! Claimed e-mails: decided on together, sent each by itself, noted together.
//!
//! Together is several times as cheap as one by one: a transaction, and with it a sync to disk, for all that was claimed or sent
//! at once. But the failure of one holds up no other: what fails together is done again one by one.

use crate::domain::places::Places;
use crate::email::Rendered;
use crate::error::Error;
use crate::job::holding::holding;
use crate::mailer::{Fault, Mailer, SendError};
use crate::service::Service;
use crate::usecase::claim::{Due, queue_of};
use crate::usecase::prepare::{Candidate, Prepared, Ready, prepare};
use crate::usecase::settle::{settle, settle_taken};
use rpc::trace::{self, Span};
use std::sync::Arc;
use std::time::Duration;

/// Sends claimed e-mails.
#[derive(Clone)]
pub struct Delivery {
    /// What actions work with.
    pub service: Service,
    /// How e-mails leave.
    pub mailer: Arc<dyn Mailer>,
}

/// An e-mail that was sent, or was tried to.
pub struct Ended {
    due: Due,
    email: Rendered,
    outcome: Result<(), SendError>,
}

impl Delivery {
    /// Decides what is to be sent now, each with a place of `places`. What can't be dealt with is told of, and its claim runs
    /// out.
    pub async fn prepare(&self, candidates: Vec<Candidate>, mut places: Places) -> Prepared {
        let together = prepare(&self.service, candidates.clone(), places.clone()).await;
        let mut prepared = together.unwrap_or_else(|error| {
            tracing::warn!(%error, "e-mails are decided on one by one");
            Prepared { undecided: candidates, ..Prepared::default() }
        });
        for ready in &prepared.ready {
            let _granted = places.take(ready.email.recipient.domain());
        }
        for candidate in std::mem::take(&mut prepared.undecided) {
            let due = candidate.due.clone();
            match prepare(&self.service, vec![candidate], places.clone()).await {
                Ok(alone) => {
                    for ready in &alone.ready {
                        let _granted = places.take(ready.email.recipient.domain());
                    }
                    prepared.ready.extend(alone.ready);
                    prepared.crowded |= alone.crowded;
                    prepared.full |= alone.full;
                }
                Err(error) => failed(&due, &error),
            }
        }
        prepared
    }

    /// Sends, holding on to the claim while the mail server takes its time. What is not taken within its life is broken off.
    pub async fn send(&self, ready: Ready) -> Ended {
        // Below the first letter that it covers; it links to the others.
        let span = Span::begin("send e-mail", trace::Kind::Client, ready.due.email.traces.split(' '));
        span.set("email", ready.due.claim.id);
        span.set("kind", ready.due.email.kind.as_str());
        span.around(self.send_traced(ready, &span)).await
    }

    async fn send_traced(&self, ready: Ready, span: &Span) -> Ended {
        let Ready { due, email, within } = ready;
        let sending = tokio::time::timeout(within.unwrap_or(Duration::MAX), self.mailer.send(due.claim.id, &email));
        let sent = holding(&self.service, queue_of(due.email.kind), due.claim, sending).await;
        let outcome = sent.unwrap_or_else(|_| Err(SendError::new(Fault::Transient, "timeout")));
        span.set("outcome", note(&due, &outcome));
        Ended { due, email, outcome }
    }

    /// Notes what became of e-mails of one lane. What can't be noted is told of, and its claim runs out.
    pub async fn settle(&self, ended: Vec<Ended>) {
        let taken: Vec<Due> =
            ended.iter().filter(|ended| ended.outcome.is_ok()).map(|ended| ended.due.clone()).collect();
        let left = settle_taken(&self.service, taken.clone()).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what became of e-mails is noted one by one");
            taken
        });
        for Ended { due, email, outcome } in ended {
            if outcome.is_ok() && !left.contains(&due) {
                continue;
            }
            if let Err(error) = settle(&self.service, &due, email, outcome).await {
                failed(&due, &error);
            }
        }
    }
}

fn failed(due: &Due, error: &Error) {
    tracing::error!(email = %due.claim.id, %error, "an e-mail could not be dealt with");
    metrics::counter!("email_errors_total").increment(1);
}

/// The word for the outcome.
fn note(due: &Due, outcome: &Result<(), SendError>) -> &'static str {
    let (kind, id) = (due.email.kind.as_str(), due.claim.id);
    let word = outcome.as_ref().map_or_else(|error| error.fault.as_str(), |()| "sent");
    metrics::counter!("emails_total", "kind" => kind, "outcome" => word).increment(1);
    match outcome {
        Ok(()) => tracing::info!(email = %id, kind, "sent"),
        Err(error) if error.fault == Fault::Ours => {
            tracing::error!(email = %id, kind, result = error.result, "the mail server refuses us");
        }
        Err(error) => tracing::warn!(email = %id, kind, result = error.result, outcome = word, "not sent"),
    }
    word
}
