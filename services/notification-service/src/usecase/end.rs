//! End subscriptions: with what they belonged to, or by the subscriber.

use crate::domain::ledger::{Kind, State};
use crate::domain::subscription::{End, EndReason};
use crate::error::Error;
use crate::service::Service;
use crate::store::{has_ended, known_person, ledger, subscription, waiting_address};
use crate::usecase::claim::queue_of;
use kernel::{AccessId, MailboxId, PersonId, SubscriptionId};
use sql::{Tx, queue};

/// Ends a live subscription, which the caller has locked: its address is forgotten, and nothing is owed any more.
pub async fn end(tx: &mut Tx, mailbox: MailboxId, id: SubscriptionId, reason: EndReason) -> Result<(), Error> {
    let time = tx.now().await?;
    drop_unsent(tx, id, None).await?;
    waiting_address::remove(tx, id).await?;
    Ok(subscription::end(tx, mailbox, id, End { time, reason }).await?)
}

/// Drops what is owed and not yet sent, all or one kind. Out of the queue first and out of the ledger then: the order
/// in which workers take the two.
pub async fn drop_unsent(tx: &mut Tx, id: SubscriptionId, kind: Option<Kind>) -> Result<(), Error> {
    let now = tx.now().await?;
    for (email, kind) in ledger::unsent(tx, id, kind).await? {
        queue::cancel(tx, queue_of(kind), email).await?;
        ledger::set_state(tx, email, State::Dropped, "", now).await?;
    }
    Ok(())
}

/// Ends the subscription that belongs to `access`, if there is one; none is started any more (N5).
pub async fn end_of_access(tx: &mut Tx, service: &Service, access: AccessId) -> Result<(), Error> {
    let now = tx.now().await?;
    has_ended::remember(tx, access.as_uuid(), now).await?;
    if let Some((mailbox, id)) = subscription::live_of_access(tx, access).await? {
        lock_and_end(tx, service, mailbox, id, EndReason::AccessEnded).await?;
    }
    Ok(())
}

/// Ends every subscription about `person`'s mailbox, and those that `person` has; none is started any more. Forgets their
/// CPR number, so that they are asked about again (P8).
pub async fn end_of_person(tx: &mut Tx, service: &Service, person: PersonId) -> Result<(), Error> {
    let now = tx.now().await?;
    has_ended::remember(tx, person.as_uuid(), now).await?;
    for (mailbox, id) in subscription::live_of_person(tx, person).await? {
        lock_and_end(tx, service, mailbox, id, EndReason::ClosedMailbox).await?;
    }
    Ok(known_person::forget(tx, person).await?)
}

async fn lock_and_end(
    tx: &mut Tx,
    service: &Service,
    mailbox: MailboxId,
    id: SubscriptionId,
    reason: EndReason,
) -> Result<(), Error> {
    match subscription::lock(tx, &service.keys.keyring, mailbox, id).await? {
        Some(opened) if opened.subscription.end.is_none() => end(tx, mailbox, id, reason).await,
        _ => Ok(()),
    }
}
