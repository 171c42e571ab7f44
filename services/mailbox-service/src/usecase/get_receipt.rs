//! The receipt of a letter as it stands now (M1).

use super::Parts;
use crate::domain::delivery::{DeliveryKey, Receipt};
use crate::error::Error;
use crate::store;
use std::sync::Arc;

/// Finds the receipt; a sender system finds its own only.
pub async fn run(parts: &Arc<Parts>, key: DeliveryKey) -> Result<Receipt, Error> {
    let found = parts.db.read(move |tx| Box::pin(async move { store::delivery::get(tx, &key).await })).await?;
    found.map(|(receipt, _)| receipt).ok_or(Error::NotFound)
}
