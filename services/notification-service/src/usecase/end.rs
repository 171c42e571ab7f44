//! End subscriptions: with what they belonged to, or by the subscriber. Where it was not the subscriber who ended it, the
//! address that was in force is told.

use crate::domain::ledger::{Kind, State};
use crate::domain::subscription::{End, EndReason};
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::{Content, address_place};
use crate::store::subscription::Opened;
use crate::store::{has_ended, known_person, ledger, subscription, waiting_address};
use crate::usecase::claim::queue_of;
use kernel::{AccessId, MailboxId, PersonId, SubscriptionId, id};
use rpc::trace;
use sql::{Tx, queue};

/// Ends a live subscription, which the caller has locked: its address is forgotten, and nothing is owed any more.
pub async fn end(tx: &mut Tx, mailbox: MailboxId, id: SubscriptionId, reason: EndReason) -> Result<(), Error> {
    let time = tx.now().await?;
    drop_unsent(tx, id, None).await?;
    waiting_address::remove(tx, id).await?;
    Ok(subscription::end(tx, mailbox, id, End { time, reason }).await?)
}

/// Ends a live subscription, which the caller has locked, by no act of the subscriber's, and owes an e-mail to the address that
/// was in force: whoever relied on hearing of new post would take the silence for a mailbox without news. An address that only
/// waited is told nothing, since nobody has shown that it is the subscriber's.
pub async fn end_and_tell(tx: &mut Tx, service: &Service, opened: &Opened, reason: EndReason) -> Result<(), Error> {
    let ended = &opened.subscription;
    end(tx, ended.mailbox, ended.id, reason).await?;
    let Some(address) = &ended.address else { return Ok(()) };
    let (now, kind) = (tx.now().await?, Kind::SubscriptionEnded);
    let email = id::new_uuid(now, &*service.random);
    // Rendered at sending: only mailbox-service knows the owner's name.
    let address = opened.key.seal(&address_place(email), address.as_str().as_bytes(), &*service.random);
    let content = Content::Addressed(address);
    let (mailbox, subscription, trace) = (ended.mailbox, ended.id, trace::text());
    let new = ledger::New { id: email, mailbox, subscription, kind, content, trace };
    ledger::insert(tx, new, now).await?;
    Ok(queue::push(tx, queue_of(kind), email, now).await?)
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
    let Some((mailbox, id)) = subscription::live_of_access(tx, access).await? else { return Ok(()) };
    let Some(opened) = lock_live(tx, service, mailbox, id).await? else { return Ok(()) };
    end_and_tell(tx, service, &opened, EndReason::AccessEnded).await
}

/// Ends every subscription about `person`'s mailbox, and those that `person` has; none is started any more. Forgets their
/// CPR number, so that they are asked about again (P8).
///
/// Readers of the mailbox are told by e-mail that there will be no more news of it, as at any end of their access, and not why.
/// That the dead themselves are told nothing is decided at sending, since the end of an access of theirs may be heard of first.
pub async fn end_of_person(tx: &mut Tx, service: &Service, person: PersonId) -> Result<(), Error> {
    let now = tx.now().await?;
    has_ended::remember(tx, person.as_uuid(), now).await?;
    for (mailbox, id) in subscription::live_of_person(tx, person).await? {
        let Some(opened) = lock_live(tx, service, mailbox, id).await? else { continue };
        end_and_tell(tx, service, &opened, EndReason::ClosedMailbox).await?;
    }
    Ok(known_person::forget(tx, person).await?)
}

/// The subscription, locked, unless it has ended: an event comes at least once, and an end is told once.
async fn lock_live(
    tx: &mut Tx,
    service: &Service,
    mailbox: MailboxId,
    id: SubscriptionId,
) -> Result<Option<Opened>, Error> {
    let found = subscription::lock(tx, &service.keys.keyring, mailbox, id).await?;
    Ok(found.filter(|opened| opened.subscription.end.is_none()))
}
