//! Withdrawing a letter that was sent ahead, before it becomes available (M4).

use super::{PUBLISH, Parts, Repeatable, publish};
use crate::domain::delivery::{DeliveryKey, Receipt, State};
use crate::error::Error;
use crate::store;
use crate::store::sent_ahead::Waiting;
use sql::{Tx, queue};
use std::sync::Arc;

/// Withdraws the letter; once more returns the same receipt.
pub async fn run(parts: &Arc<Parts>, key: DeliveryKey, call: Repeatable) -> Result<Receipt, Error> {
    parts.db.write(move |tx| Box::pin(async move { withdraw(tx, key, &call).await })).await
}

async fn withdraw(tx: &mut Tx, key: DeliveryKey, call: &Repeatable) -> Result<Receipt, Error> {
    let seen = store::delivery::get(tx, &key).await?.ok_or(Error::NotFound)?;
    // Publishing takes the same lock: one of the two comes first, and the other finds it done.
    store::person::lock(tx, seen.receipt.mailbox).await?.ok_or(Error::NotFound)?;
    call.before(tx).await?;
    let receipt = store::delivery::get(tx, &key).await?.ok_or(Error::NotFound)?.receipt;
    match receipt.state() {
        State::Withdrawn => {}
        State::Available(time) => return Err(Error::WithdrawalTooLate(time)),
        State::Returned => return Err(Error::StateConflict("RETURNED")),
        State::Ahead => {
            let now = tx.now().await?;
            store::delivery::withdrawn(tx, &key, now).await?;
            queue::cancel(tx, PUBLISH, receipt.message.as_uuid()).await?;
            let waiting = Waiting { message: receipt.message, mailbox: receipt.mailbox, key: key.clone() };
            publish::remove(tx, vec![waiting]).await?;
        }
    }
    call.made(tx, receipt.message.as_uuid()).await?;
    store::delivery::get(tx, &key).await?.map(|delivered| delivered.receipt).ok_or(Error::NotFound)
}
