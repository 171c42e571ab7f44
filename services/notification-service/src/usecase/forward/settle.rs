//! Note what became of a forwarded letter, and tell mailbox-service, which then forgets the address and tells the forwarder
//! of a failure (M7).

use super::QUEUE;
use super::claim::Due;
use crate::domain::ledger::State;
use crate::domain::retry::{self, Next};
use crate::error::Error;
use crate::outgoing;
use crate::service::Service;
use crate::store::{forward, ledger};
use kernel::random;
use sql::Tx;
use sql::queue::{self, Held};

/// What became of a try.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The mail server has it.
    Sent,
    /// It is not there to be sent.
    Gone,
    /// It can't be sent, with what there is to show for it.
    Failed(String),
    /// It did not get through this time, with what there is to show for it.
    Again(String),
}

/// Notes the outcome, if the claim still holds.
pub async fn settle(service: &Service, due: &Due, outcome: Outcome) -> Result<(), Error> {
    let (service, due) = (service.clone(), due.clone());
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, &due, outcome).await })).await
}

async fn run(tx: &mut Tx, service: &Service, due: &Due, outcome: Outcome) -> Result<(), Error> {
    let now = tx.now().await?;
    if queue::postpone(tx, QUEUE, due.claim, now).await? == Held::No {
        tracing::warn!(email = %due.claim.id, "the claim was lost before the outcome was noted");
        return Ok(());
    }
    let entry = forward::lock(tx, due.entry.name.id).await?;
    let (state, result) = match outcome {
        Outcome::Sent => (State::Sent, "2.0.0".to_owned()),
        Outcome::Gone => (State::Dropped, String::new()),
        Outcome::Failed(result) => (State::Failed, result),
        Outcome::Again(result) => {
            let [spread] = random::bytes::<1>(&*service.random);
            // A try that did not come as far as the mail server counts too: nobody waits for ever.
            match retry::after(due.claim.attempt, entry.create_time, now, spread) {
                Next::At(again) => {
                    let _held = queue::postpone(tx, QUEUE, due.claim, again).await?;
                    return Ok(ledger::set_state(tx, due.claim.id, State::Owed, &result, now).await?);
                }
                // Not put aside like others: its forwarder waits for word, and can do it again.
                Next::Park => (State::Failed, result),
            }
        }
    };
    queue::cancel(tx, QUEUE, due.claim.id).await?;
    ledger::set_state(tx, due.claim.id, state, &result, now).await?;
    Ok(outgoing::forward_completed(tx, &service.emitter, entry.name, state == State::Sent).await?)
}
