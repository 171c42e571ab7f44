//! Opening a letter (R1): its content, and the mark that it is read, for everybody in every portal (P3).

use super::Parts;
use super::admit::Admitted;
use crate::domain::delivery::DeliveryKey;
use crate::domain::message::{Letter, Summary};
use crate::error::Error;
use crate::store;
use kernel::MessageId;
use sql::Tx;
use std::sync::Arc;
use uuid::Uuid;

/// Opens the letter.
pub async fn run(parts: &Arc<Parts>, admitted: Admitted, id: MessageId) -> Result<Letter, Error> {
    let Admitted { acting, key, .. } = admitted;
    parts
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
                let content = store::message::get(tx, &acting, id, &key).await?.ok_or(Error::NotFound)?;
                let mut summary = content.summary;
                if !summary.is_read && acting.marks_when_reading(summary.mark) {
                    store::message::set_read(tx, acting.mailbox, &[id], true).await?;
                    let mut changes = store::count::Changes::default();
                    changes.mark(summary.folder, summary.mark, true);
                    changes.write(tx, acting.mailbox).await?;
                    summary.is_read = true;
                }
                note_opening(tx, &summary, content.sender_uuid).await?;
                let files = store::message_file::of(tx, acting.mailbox, id, &key).await?;
                Ok(Letter {
                    summary,
                    body: content.body,
                    files,
                    link: content.link,
                    legal_basis: content.legal_basis,
                    sender_uuid: content.sender_uuid,
                })
            })
        })
        .await
}

/// Tells the sender's receipt of the first opening.
async fn note_opening(tx: &mut Tx, summary: &Summary, uuid: Option<Uuid>) -> Result<(), Error> {
    if let (Some(cvr), Some(system), Some(uuid)) = (&summary.sender.cvr, &summary.sender.system_id, uuid) {
        let key = DeliveryKey { cvr: cvr.to_string(), system: system.clone(), uuid };
        let now = tx.now().await?;
        store::delivery::opened(tx, &key, now).await?;
    }
    Ok(())
}
