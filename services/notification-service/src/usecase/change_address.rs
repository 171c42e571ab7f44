//! Name a new address; the old one stays in force until the new one is confirmed (N2).

use crate::domain::subscription::{State, Subscription};
use crate::error::Error;
use crate::service::Service;
use crate::usecase::issue_code::{check_gap, issue_code};
use crate::usecase::{Errand, Target, made_before};
use kernel::EmailAddress;
use sql::Tx;

/// Lets `address` wait for its code, in the place of any other.
pub async fn change_address(
    service: &Service,
    target: Target,
    address: EmailAddress,
    errand: Errand,
) -> Result<Subscription, Error> {
    let service = service.clone();
    service.db.clone().write(move |tx| Box::pin(async move { run(tx, &service, target, address, errand).await })).await
}

async fn run(
    tx: &mut Tx,
    service: &Service,
    target: Target,
    address: EmailAddress,
    errand: Errand,
) -> Result<Subscription, Error> {
    if made_before(errand.once.seen(tx).await?)?.is_none() {
        let opened = target.lock(tx, service).await?;
        if opened.subscription.state() == State::Ended {
            return Err(Error::Ended);
        }
        check_gap(&opened.subscription, tx.now().await?)?;
        issue_code(tx, service, &opened, &address).await?;
        errand.done(tx, service, target).await?;
    }
    Ok(target.find(tx, service).await?.subscription)
}
