//! Note what became of an e-mail that was sent (N9).

use crate::domain::bounce::{self, Bounce};
use crate::domain::ledger::State;
use crate::domain::retry::{self, Next};
use crate::domain::subscription::{EndReason, Subscription};
use crate::email::Rendered;
use crate::error::Error;
use crate::mailer::{Fault, SendError};
use crate::outgoing;
use crate::service::Service;
use crate::store::ledger::{self, Entry};
use crate::store::subscription;
use crate::store::waiting_address;
use crate::usecase::claim::{Due, queue_of};
use crate::usecase::end::end;
use kernel::random;
use sql::queue::{self, Claim, Held};
use sql::{Error as SqlError, Tx};
use std::collections::HashSet;
use uuid::Uuid;

/// What is noted of an e-mail that was taken.
const TAKEN: &str = "2.0.0";

/// Notes that the mail server took these, all of one queue, where the claims still hold. Those whose subscription somebody
/// else is changing just now are left out: which are to be noted each by itself.
pub async fn settle_taken(service: &Service, taken: Vec<Due>) -> Result<Vec<Due>, Error> {
    let Some(queue) = taken.first().map(|due| queue_of(due.email.kind)) else { return Ok(Vec::new()) };
    service.db.write(move |tx| Box::pin(async move { note_taken(tx, queue, taken).await })).await
}

async fn note_taken(tx: &mut Tx, queue: &'static str, taken: Vec<Due>) -> Result<Vec<Due>, Error> {
    let subscriptions = taken.iter().map(|due| due.email.subscription.as_uuid()).collect();
    let free: HashSet<Uuid> = subscription::lock_free(tx, subscriptions).await?.into_iter().collect();
    let (free, left): (Vec<Due>, Vec<Due>) =
        taken.into_iter().partition(|due| free.contains(&due.email.subscription.as_uuid()));
    let claims: Vec<Claim> = free.iter().map(|due| due.claim).collect();
    let now = tx.now().await?;
    let held = queue::finish_all(tx, queue, &claims).await?;
    for claim in claims.iter().filter(|claim| !held.contains(&claim.id)) {
        tracing::warn!(email = %claim.id, "the claim was lost before the outcome was noted");
    }
    ledger::set_sent(tx, held, TAKEN, now).await?;
    Ok(left)
}

/// Notes the outcome, if the claim still holds; whoever claimed it since knows better.
pub async fn settle(
    service: &Service,
    due: &Due,
    email: Rendered,
    outcome: Result<(), SendError>,
) -> Result<(), Error> {
    let (service, due) = (service.clone(), due.clone());
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, &due, &email, outcome).await })).await
}

async fn run(
    tx: &mut Tx,
    service: &Service,
    due: &Due,
    email: &Rendered,
    outcome: Result<(), SendError>,
) -> Result<(), Error> {
    let (id, queue) = (due.claim.id, queue_of(due.email.kind));
    // The subscription first, then the queue, then the ledger: the order of every transaction here.
    let opened = subscription::lock(tx, &service.keys.keyring, due.email.mailbox, due.email.subscription).await?;
    let opened = opened.ok_or_else(|| SqlError::corrupt("ledger.subscription", "missing"))?;
    let now = tx.now().await?;
    let bounce = match &outcome {
        Err(error) if error.fault == Fault::Recipient => {
            let in_force = opened.subscription.address.as_ref() == Some(&email.recipient);
            Some(bounce::follows(due.email.kind, id, in_force, &opened.subscription))
        }
        _ => None,
    };
    let held = match (&outcome, bounce) {
        (Err(_), None | Some(Bounce::ToldElsewhere)) => queue::postpone(tx, queue, due.claim, now).await?,
        _ => queue::finish(tx, queue, due.claim).await?,
    };
    if held == Held::No {
        tracing::warn!(email = %id, "the claim was lost before the outcome was noted");
        return Ok(());
    }
    match (outcome, bounce) {
        (Ok(()), _) => Ok(ledger::set_state(tx, id, State::Sent, TAKEN, now).await?),
        // Still owed, and due at once; rendered anew for the address in force.
        (Err(error), Some(Bounce::ToldElsewhere)) => {
            Ok(ledger::set_state(tx, id, State::Owed, &error.result, now).await?)
        }
        (Err(error), Some(bounce)) => {
            ledger::set_state(tx, id, State::Failed, &error.result, now).await?;
            bounced(tx, service, bounce, &opened.subscription).await
        }
        (Err(error), None) => {
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

/// Does what follows; the subscriber is told in Digital Post.
pub(super) async fn bounced(
    tx: &mut Tx,
    service: &Service,
    bounce: Bounce,
    subscription: &Subscription,
) -> Result<(), Error> {
    match bounce {
        Bounce::EndsSubscription => {
            end(tx, subscription.mailbox, subscription.id, EndReason::Bounced).await?;
            outgoing::subscription_bounced(tx, &service.emitter, subscription).await?;
        }
        Bounce::ForgetsWaiting => {
            waiting_address::remove(tx, subscription.id).await?;
            outgoing::new_address_bounced(tx, &service.emitter, subscription).await?;
        }
        Bounce::ToldElsewhere | Bounce::Nothing => {}
    }
    Ok(())
}
