//! Send a new code to the waiting address (N8).

use crate::domain::subscription::{State, Subscription};
use crate::error::Error;
use crate::service::Service;
use crate::usecase::issue_code::{check_gap, issue_code};
use crate::usecase::{Errand, Target, made_before};
use sql::Tx;

/// Makes a new code; the one before is dead.
pub async fn resend(service: &Service, target: Target, errand: Errand) -> Result<Subscription, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, target, errand).await })).await
}

async fn run(tx: &mut Tx, service: &Service, target: Target, errand: Errand) -> Result<Subscription, Error> {
    if made_before(errand.once.seen(tx).await?)?.is_none() {
        let opened = target.lock(tx, service).await?;
        if opened.subscription.state() == State::Ended {
            return Err(Error::Ended);
        }
        let waiting = opened.subscription.waiting.as_ref().ok_or(Error::NoAddressWaits)?;
        check_gap(&opened.subscription, tx.now().await?)?;
        issue_code(tx, service, &opened, &waiting.address).await?;
        errand.done(tx, service, target).await?;
    }
    Ok(target.find(tx, service).await?.subscription)
}
