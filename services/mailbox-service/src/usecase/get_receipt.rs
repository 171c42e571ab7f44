//! The receipt of a letter as it stands now (M1), with the record of a message for service that was served (R12).

use super::Parts;
use crate::domain::delivery::{DeliveryKey, Receipt};
use crate::domain::service::ServiceRecord;
use crate::error::Error;
use crate::store;
use sql::Tx;
use std::sync::Arc;

/// Finds the receipt; a sender system finds its own only.
pub async fn run(parts: &Arc<Parts>, key: DeliveryKey) -> Result<(Receipt, Option<ServiceRecord>), Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.read(move |tx| {
        Box::pin(async move {
            let (receipt, _) = store::delivery::get(tx, &key).await?.ok_or(Error::NotFound)?;
            let record = record_of(&parts, tx, &receipt).await?;
            Ok((receipt, record))
        })
    })
    .await
}

/// The record that goes with a receipt, once the letter was served.
pub(crate) async fn record_of(parts: &Parts, tx: &mut Tx, receipt: &Receipt) -> Result<Option<ServiceRecord>, Error> {
    if receipt.served_time.is_none() {
        return Ok(None);
    }
    let owner = store::person::get(tx, receipt.mailbox).await?.ok_or(Error::NotFound)?;
    let key = owner.key(&parts.keys.keyring)?;
    Ok(store::service_record::get(tx, receipt.mailbox, receipt.message, &key).await?)
}
