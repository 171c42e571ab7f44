//! Send letters that were forwarded to e-mail addresses (M7).

use crate::domain::forward::Fetched;
use crate::job::holding::holding;
use crate::mailer::{Fault, Mailer};
use crate::peers::Letters;
use crate::service::Service;
use crate::usecase::forward::claim::{Due, claim};
use crate::usecase::forward::settle::{Outcome, settle};
use crate::usecase::forward::{QUEUE, attempt};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use rpc::trace::{self, Span};
use runtime::Job;
use sql::queue::Held;
use std::sync::Arc;

/// Claims one forwarded letter after the other, fetches it, and sends it. There are as many of these as letters may be in
/// memory at once.
#[derive(Clone)]
pub struct Forward {
    /// What actions work with.
    pub service: Service,
    /// Where letters are fetched.
    pub letters: Letters,
    /// How e-mails leave.
    pub mailer: Arc<dyn Mailer>,
}

impl Job for Forward {
    fn name(&self) -> &'static str {
        "forward-letters"
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move {
            let Some(due) = claim(&self.service).await? else { return Ok(false) };
            let span = Span::begin("send forwarded letter", trace::Kind::Client, due.entry.traces.split(' '));
            span.set("email", due.claim.id);
            span.around(self.deal_with(&due, &span)).await.map(|()| true)
        }
        .boxed()
    }
}

impl Forward {
    async fn deal_with(&self, due: &Due, span: &Span) -> anyhow::Result<()> {
        let outcome = holding(&self.service, QUEUE, due.claim, self.deliver(due)).await?;
        if let Some(outcome) = outcome {
            span.set("outcome", note(due, &outcome));
            settle(&self.service, due, outcome).await?;
        }
        Ok(())
    }

    /// Nothing when somebody else has the letter by now.
    async fn deliver(&self, due: &Due) -> anyhow::Result<Option<Outcome>> {
        let letter = match self.letters.fetch(due.entry.name).await {
            Ok(Fetched::Letter(letter)) => *letter,
            Ok(Fetched::Gone) => return Ok(Some(Outcome::Gone)),
            Ok(Fetched::TooLarge) => return Ok(Some(Outcome::Failed("5.3.4".to_owned()))),
            Err(refusal) => {
                tracing::warn!(email = %due.claim.id, reason = ?refusal.reason(), "a forwarded letter can't be fetched");
                return Ok(Some(Outcome::Again("connection".to_owned())));
            }
        };
        let email = match self.service.composer.forward(due.claim.id, letter, due.entry.create_time) {
            Ok(email) => email,
            Err(error) => {
                tracing::error!(email = %due.claim.id, %error, "an e-mail can't be rendered");
                return Ok(Some(Outcome::Again("render".to_owned())));
            }
        };
        if attempt::begin(&self.service, due).await? == Held::No {
            return Ok(None);
        }
        Ok(Some(match self.mailer.send(due.claim.id, &email).await {
            Ok(()) => Outcome::Sent,
            Err(error) if matches!(error.fault, Fault::Recipient | Fault::TooLarge) => Outcome::Failed(error.result),
            Err(error) => Outcome::Again(error.result),
        }))
    }
}

/// The word for the outcome.
fn note(due: &Due, outcome: &Outcome) -> &'static str {
    let (id, kind) = (due.claim.id, "forward");
    let (word, result) = match outcome {
        Outcome::Sent => ("sent", ""),
        Outcome::Gone => ("gone", ""),
        Outcome::Failed(result) => ("failed", result.as_str()),
        Outcome::Again(result) => ("transient", result.as_str()),
    };
    metrics::counter!("emails_total", "kind" => kind, "outcome" => word).increment(1);
    tracing::info!(email = %id, kind, outcome = word, result, "a forwarded letter");
    word
}
