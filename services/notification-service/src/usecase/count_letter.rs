//! Owe e-mails for a new letter (N5, N9).

use crate::domain::ledger::Kind;
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::service::Service;
use crate::store::{ledger, subscription};
use crate::usecase::claim::queue_of;
use kernel::{MailboxId, SubscriptionId, id};
use rpc::trace;
use sql::{Tx, queue};

/// Counts a letter for every confirmed address of `mailbox`: it joins the e-mail that is still open, or opens one that
/// is due at the end of the window.
pub async fn count_letter(tx: &mut Tx, service: &Service, mailbox: MailboxId) -> Result<(), Error> {
    let subscriptions = subscription::active_of_mailbox(tx, mailbox).await?;
    count(tx, service, mailbox, subscriptions).await
}

/// Counts a notice that only the owner of `mailbox` sees, for the owner's own address (N7).
pub async fn count_own_notice(tx: &mut Tx, service: &Service, mailbox: MailboxId) -> Result<(), Error> {
    let own = subscription::active_of_owner(tx, mailbox).await?;
    count(tx, service, mailbox, own).await
}

async fn count(
    tx: &mut Tx,
    service: &Service,
    mailbox: MailboxId,
    subscriptions: impl IntoIterator<Item = SubscriptionId>,
) -> Result<(), Error> {
    for subscription in subscriptions {
        add(tx, service, mailbox, subscription, 1).await?;
    }
    Ok(())
}

/// Owes `subscription` news of so many letters that it was told of in vain.
pub(super) async fn owe_letters(
    tx: &mut Tx,
    service: &Service,
    subscription: &Subscription,
    letters: i64,
) -> Result<(), Error> {
    add(tx, service, subscription.mailbox, subscription.id, letters).await
}

async fn add(
    tx: &mut Tx,
    service: &Service,
    mailbox: MailboxId,
    subscription: SubscriptionId,
    letters: i64,
) -> Result<(), Error> {
    let now = tx.now().await?;
    let email = id::new_uuid(now, &*service.random);
    if ledger::count_letters(tx, email, mailbox, subscription, letters, trace::text(), now).await? {
        queue::push(tx, queue_of(Kind::NewPost), email, now.plus(service.window)).await?;
    }
    Ok(())
}
