//! The receipt of a letter as it stands now (M1), with the record of a message for service that was served (R12).

use super::Parts;
use crate::domain::delivery::{DeliveryKey, WithRecord};
use crate::error::Error;
use crate::store;
use kernel::PersonId;
use sql::Tx;
use std::collections::HashMap;
use std::sync::Arc;

/// Finds the receipt; a sender system finds its own only.
pub async fn run(parts: &Arc<Parts>, key: DeliveryKey) -> Result<WithRecord, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.read(move |tx| {
        Box::pin(async move {
            let delivered = store::delivery::get(tx, &key).await?.ok_or(Error::NotFound)?;
            let mut found = (delivered.receipt, None);
            add_records(&parts, tx, std::iter::once(&mut found)).await?;
            Ok(found)
        })
    })
    .await
}

/// Adds the records to the receipts of letters that were served.
pub(crate) async fn add_records<'r>(
    parts: &Parts,
    tx: &mut Tx,
    receipts: impl Iterator<Item = &'r mut WithRecord> + Send,
) -> Result<(), Error> {
    let served: Vec<&mut WithRecord> = receipts.filter(|(receipt, _)| receipt.served_time.is_some()).collect();
    if served.is_empty() {
        return Ok(());
    }
    let owners: Vec<PersonId> = served.iter().map(|(receipt, _)| receipt.mailbox).collect();
    let mut keys = HashMap::new();
    for owner in store::person::get_many(tx, &owners).await? {
        keys.insert(owner.id, owner.key(&parts.keys.keyring)?);
    }
    let messages: Vec<_> = served.iter().map(|(receipt, _)| receipt.message).collect();
    let mut records = store::service_record::get_many(tx, &messages, &keys).await?;
    for (receipt, record) in served {
        *record = records.remove(&receipt.message);
    }
    Ok(())
}
