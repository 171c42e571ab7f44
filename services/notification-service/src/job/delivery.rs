//! One claimed e-mail: decided, rendered, sent, noted.

use crate::domain::ledger::Standing;
use crate::email::Rendered;
use crate::error::Error;
use crate::job::holding::holding;
use crate::mailer::{Fault, Mailer, SendError};
use crate::service::Service;
use crate::usecase::claim::{Due, queue_of};
use crate::usecase::prepare::{Prepared, prepare};
use crate::usecase::settle::settle;
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

impl Delivery {
    /// Does with a claimed e-mail what is to be done, given what the other services said of the subscriber just now.
    pub async fn deliver(&self, due: Due, standing: Standing) -> Result<(), Error> {
        let Prepared::Send { email, within } = prepare(&self.service, due, standing).await? else { return Ok(()) };
        let outcome = self.send(due, &email, within).await;
        note(due, &outcome);
        settle(&self.service, due, email, outcome).await
    }

    /// Sends, holding on to the claim while the mail server takes its time. What is not taken `within` its life is
    /// broken off.
    async fn send(&self, due: Due, email: &Rendered, within: Option<Duration>) -> Result<(), SendError> {
        let sending = tokio::time::timeout(within.unwrap_or(Duration::MAX), self.mailer.send(due.claim.id, email));
        let sent = holding(&self.service, queue_of(due.email.kind), due.claim, sending).await;
        sent.unwrap_or_else(|_| Err(SendError::new(Fault::Transient, "timeout")))
    }
}

fn note(due: Due, outcome: &Result<(), SendError>) {
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
}
