//! A subscriber's subscriptions: one, or a page of them.

use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::service::Service;
use crate::store::caseworker;
use crate::store::subscription::{self, Cursor, Filter};
use crate::usecase::Target;
use kernel::{AccessId, Caseworker, MailboxId, PageSize, SubscriptionId, id};

/// One subscription of the caller's.
pub async fn get(service: &Service, target: Target) -> Result<Subscription, Error> {
    let service = service.clone();
    let found = service.db.clone().read(move |tx| Box::pin(async move { target.find(tx, &service).await })).await?;
    Ok(found.subscription)
}

/// The subscription of this name, whoever's, if it belongs to an access: for a caseworker, at whose desk the reader attends
/// (A24).
pub async fn of_a_reader(service: &Service, mailbox: MailboxId, id: SubscriptionId) -> Result<Subscription, Error> {
    let keyring = service.keys.keyring.clone();
    let found = service.db.read(move |tx| Box::pin(async move { subscription::find(tx, &keyring, mailbox, id).await }));
    let found = found.await?.map(|opened| opened.subscription);
    found.filter(|subscription| subscription.access.is_some()).ok_or(Error::NotFound)
}

/// Keeps for good that a caseworker looks at the subscriptions of an access (A24).
pub async fn look_at_desk(
    service: &Service,
    caseworker: Caseworker,
    mailbox: MailboxId,
    access: AccessId,
) -> Result<(), Error> {
    let random = service.random.clone();
    let looked = service.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            caseworker::looked(tx, id::new_uuid(now, &*random), &caseworker, (mailbox, access), now).await
        })
    });
    Ok(looked.await?)
}

/// A page of the caller's subscriptions, and where the next one begins.
pub async fn list(
    service: &Service,
    filter: Filter,
    cursor: Option<Cursor>,
    size: PageSize,
) -> Result<(Vec<Subscription>, Option<Cursor>), Error> {
    let cursor = cursor.unwrap_or_else(Cursor::start);
    let keyring = service.keys.keyring.clone();
    let page = service.db.read(move |tx| {
        Box::pin(async move {
            let page = subscription::page(tx, &keyring, filter, cursor, size.limit_and_one()).await?;
            Ok::<_, Error>(page.into_iter().map(|opened| opened.subscription).collect::<Vec<_>>())
        })
    });
    let mut rows = page.await?;
    let next = size.cut(&mut rows).map(|last| Cursor {
        ended: last.end.is_some(),
        create_time: last.create_time,
        id: last.id,
    });
    Ok((rows, next))
}
