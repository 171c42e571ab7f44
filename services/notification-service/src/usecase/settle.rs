//! Note what became of an e-mail that was sent (N9).

use crate::domain::ledger::{Kind, State};
use crate::domain::retry::{self, Next};
use crate::domain::subscription::EndReason;
use crate::email::Rendered;
use crate::error::Error;
use crate::mailer::{Fault, SendError};
use crate::outgoing;
use crate::service::Service;
use crate::store::ledger::{self, Entry};
use crate::store::subscription::{self, Opened};
use crate::store::waiting_address;
use crate::usecase::claim::{Due, queue_of};
use crate::usecase::end::end;
use kernel::random;
use sql::queue::{self, Claim, Held};
use sql::{Error as SqlError, Tx};

/// What is noted of an e-mail that was taken.
const TAKEN: &str = "2.0.0";

/// Notes the outcome, if the claim still holds; whoever claimed it since knows better.
pub async fn settle(service: &Service, due: Due, email: Rendered, outcome: Result<(), SendError>) -> Result<(), Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, due, &email, outcome).await })).await
}

async fn run(
    tx: &mut Tx,
    service: &Service,
    due: Due,
    email: &Rendered,
    outcome: Result<(), SendError>,
) -> Result<(), Error> {
    let (id, queue) = (due.claim.id, queue_of(due.email.kind));
    // The subscription first, then the queue, then the ledger: the order of every transaction here.
    let opened = subscription::lock(tx, &service.keys.keyring, due.email.mailbox, due.email.subscription).await?;
    let opened = opened.ok_or_else(|| SqlError::corrupt("ledger.subscription", "missing"))?;
    let now = tx.now().await?;
    let held = match &outcome {
        Err(error) if error.fault != Fault::Recipient => queue::postpone(tx, queue, due.claim, now).await?,
        _ => queue::finish(tx, queue, due.claim).await?,
    };
    if held == Held::No {
        tracing::warn!(email = %id, "the claim was lost before the outcome was noted");
        return Ok(());
    }
    match outcome {
        Ok(()) => Ok(ledger::set_state(tx, id, State::Sent, TAKEN, now).await?),
        Err(error) if error.fault == Fault::Recipient => {
            ledger::set_state(tx, id, State::Failed, &error.result, now).await?;
            bounced(tx, service, due, email, &opened).await
        }
        Err(error) => {
            let entry = ledger::lock(tx, id).await?;
            put_back(tx, service, due.claim, &entry, &error.result).await
        }
    }
}

/// Puts an e-mail that did not get through back into the queue, or aside.
pub(super) async fn put_back(
    tx: &mut Tx,
    service: &Service,
    claim: Claim,
    entry: &Entry,
    result: &str,
) -> Result<(), Error> {
    let now = tx.now().await?;
    let [spread] = random::bytes::<1>(&*service.random);
    let queue = queue_of(entry.kind);
    let (held, state) = match retry::after(entry.tries, entry.tries_since, now, spread) {
        Next::At(again) => (queue::postpone(tx, queue, claim, again).await?, State::Owed),
        Next::Park => (queue::park(tx, queue, claim).await?, State::Parked),
    };
    if held == Held::Yes {
        ledger::set_state(tx, claim.id, state, result, now).await?;
    }
    Ok(())
}

/// The recipient's side refuses for good. An address in force takes its subscription along; an address that only
/// waited for its code is forgotten, and the one in force stays. The subscriber is told in Digital Post.
async fn bounced(tx: &mut Tx, service: &Service, due: Due, email: &Rendered, opened: &Opened) -> Result<(), Error> {
    let subscription = &opened.subscription;
    let carries_live_code = subscription.waiting.as_ref().is_some_and(|waiting| waiting.email == due.claim.id);
    let ends = match due.email.kind {
        // The address may have been changed while the e-mail was on its way to the old one.
        Kind::NewPost => subscription.address.as_ref() == Some(&email.recipient),
        Kind::Code => carries_live_code && subscription.address.is_none(),
        Kind::AddressChanged | Kind::Forward => false,
    };
    if subscription.end.is_some() {
        return Ok(());
    }
    if ends {
        end(tx, subscription.mailbox, subscription.id, EndReason::Bounced).await?;
        outgoing::subscription_bounced(tx, &service.emitter, subscription).await?;
    } else if carries_live_code {
        waiting_address::remove(tx, subscription.id).await?;
        outgoing::new_address_bounced(tx, &service.emitter, subscription).await?;
    }
    Ok(())
}
