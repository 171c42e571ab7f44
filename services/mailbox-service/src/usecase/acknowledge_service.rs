//! Being served a message for service, as an act of its own (R6, R12), and the record that it made.

use super::admit::Admitted;
use super::named::missing;
use super::{Parts, Repeatable, serve};
use crate::domain::acting::Act;
use crate::domain::post::Mark;
use crate::domain::service::{ServiceRecord, ServiceState};
use crate::error::Error;
use crate::store;
use kernel::MessageId;
use std::sync::Arc;

/// Serves the message to whoever acts, or finds the record of whoever was first.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    id: MessageId,
    call: Repeatable,
) -> Result<ServiceRecord, Error> {
    let Admitted { acting, key, .. } = admitted;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            // Of many at once the first to lock the mailbox makes the record.
            let owner = store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
            let repeated = call.before(tx).await?.is_some();
            let Some(letter) = store::message::get(tx, &acting, id, &key).await? else {
                return Err(missing(tx, &acting, id, Act::AcknowledgeService).await?);
            };
            let record = match letter.summary.service {
                None => return Err(Error::StateConflict("NOT_FOR_SERVICE")),
                Some(ServiceState::Unserved) => {
                    serve::serve(&parts, tx, &acting, &owner, (&letter.summary, letter.sender_uuid)).await?
                }
                Some(ServiceState::Served) => {
                    let record = store::service_record::get(tx, acting.mailbox, id, &key).await?;
                    record.ok_or_else(|| sql::Error::corrupt("service_record", "none of a served message"))?
                }
            };
            if !repeated {
                call.made(tx, id.as_uuid()).await?;
            }
            Ok(record)
        })
    })
    .await
}

/// The record of a message that was served. It stays when the letter is purged.
pub async fn get(parts: &Arc<Parts>, admitted: Admitted, id: MessageId) -> Result<ServiceRecord, Error> {
    let Admitted { acting, key, .. } = admitted;
    // Messages for service are public post, all of them.
    if !acting.visible().contains(&Mark::Public) {
        return Err(Error::NotFound);
    }
    let read = parts
        .db
        .read(move |tx| Box::pin(async move { store::service_record::get(tx, acting.mailbox, id, &key).await }));
    read.await?.ok_or(Error::NotFound)
}
