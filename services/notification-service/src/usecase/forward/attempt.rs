//! Count a try to send a forwarded letter, just before it.

use super::QUEUE;
use super::claim::Due;
use crate::error::Error;
use crate::service::Service;
use crate::store::forward;
use crate::usecase::claim::LEASE;
use sql::queue::{self, Held};

/// Holds on to the claim and counts the try. Nothing is to be sent when the claim is lost.
pub async fn begin(service: &Service, due: &Due) -> Result<Held, Error> {
    let (claim, id) = (due.claim, due.entry.name.id);
    let begun = service.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let held = queue::postpone(tx, QUEUE, claim, now.plus(LEASE)).await?;
            if held == Held::Yes {
                forward::count_attempt(tx, id).await?;
            }
            Ok::<_, Error>(held)
        })
    });
    begun.await
}
