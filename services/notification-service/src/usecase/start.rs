//! Start a subscription (N1, N2, N7).

use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::service::Service;
use crate::store::has_ended;
use crate::store::subscription::{self, Opened};
use crate::usecase::issue_code::{gate, issue_code};
use crate::usecase::{Errand, Target, made_before};
use crypto::DataKey;
use kernel::{AccessId, EmailAddress, MailboxId, PersonId, SubscriptionId};
use sql::Tx;

/// A subscription to start. That the subscriber may have it was asked before.
#[derive(Clone, Debug)]
pub struct Start {
    /// Who wants to be told.
    pub person: PersonId,
    /// Of new post in which mailbox.
    pub mailbox: MailboxId,
    /// By which access; none for their own mailbox.
    pub access: Option<AccessId>,
    /// Where.
    pub address: EmailAddress,
    /// The call.
    pub errand: Errand,
}

/// Starts the subscription and owes the e-mail with the code.
pub async fn start(service: &Service, start: Start) -> Result<Subscription, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, start).await })).await
}

async fn run(tx: &mut Tx, service: &Service, start: Start) -> Result<Subscription, Error> {
    let Start { person, mailbox, access, address, errand } = start;
    if let Some(id) = made_before(errand.once.seen(tx).await?)? {
        let target = Target { person, mailbox, id: id.into() };
        return Ok(target.find(tx, service).await?.subscription);
    }
    let persons = [mailbox.as_uuid(), person.as_uuid()].into_iter();
    if has_ended::any(tx, persons.chain(access.map(AccessId::as_uuid)).collect()).await? {
        return Err(Error::EndedMeanwhile);
    }
    // Two calls at once by the same person take turns, so that the second finds what the first has made.
    gate(tx, service, person).await?;
    if let Some(id) = subscription::live(tx, person, mailbox, access).await? {
        return Err(Error::SubscriptionExists(mailbox, id));
    }
    let now = tx.now().await?;
    let opened = Opened {
        subscription: Subscription {
            id: SubscriptionId::new(now, &*service.random),
            mailbox,
            subscriber: person,
            access,
            address: None,
            waiting: None,
            code_time: None,
            confirm_time: None,
            create_time: now,
            end: None,
        },
        key: DataKey::generate(&*service.random),
    };
    subscription::insert(tx, &service.keys.keyring, &opened, &*service.random).await?;
    issue_code(tx, service, &opened, &address).await?;
    let target = Target { person, mailbox, id: opened.subscription.id };
    errand.done(tx, service, target).await?;
    Ok(target.find(tx, service).await?.subscription)
}
