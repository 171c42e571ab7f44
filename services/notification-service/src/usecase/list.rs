//! A subscriber's subscriptions: one, or a page of them.

use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::service::Service;
use crate::store::subscription::{self, Cursor, Filter};
use crate::usecase::Target;
use kernel::PageSize;

/// One subscription of the caller's.
pub async fn get(service: &Service, target: Target) -> Result<Subscription, Error> {
    let service = service.clone();
    let found = service.db.clone().read(move |tx| Box::pin(async move { target.find(tx, &service).await })).await?;
    Ok(found.subscription)
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
