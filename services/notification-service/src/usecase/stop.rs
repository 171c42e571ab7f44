//! Switch a subscription off (N3).

use crate::domain::subscription::{EndReason, State, Subscription};
use crate::error::Error;
use crate::service::Service;
use crate::usecase::end::{end, end_and_tell};
use crate::usecase::{Errand, Target, made_before};
use sql::Tx;

/// Ends the subscription at once; an ended one is returned as it is. What a caseworker has ended is told to the address: the
/// subscriber learns of what was done in their name.
pub async fn stop(service: &Service, target: Target, errand: Errand) -> Result<Subscription, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, target, errand).await })).await
}

async fn run(tx: &mut Tx, service: &Service, target: Target, errand: Errand) -> Result<Subscription, Error> {
    if made_before(errand.once.seen(tx).await?)?.is_none() {
        let opened = target.lock(tx, service).await?;
        if opened.subscription.state() != State::Ended {
            match errand.desk {
                None => end(tx, target.mailbox, target.id, EndReason::Stopped).await?,
                Some(_) => end_and_tell(tx, service, &opened, EndReason::Stopped).await?,
            }
        }
        errand.done(tx, service, target).await?;
    }
    Ok(target.find(tx, service).await?.subscription)
}
