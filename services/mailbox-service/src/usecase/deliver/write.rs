//! Writing the letters of a batch, in few statements.

use super::decide::Taken;
use crate::domain::delivery::DeliveryKey;
use crate::domain::message::{AttachedFile, NewMessage};
use crate::error::Error;
use crate::store;
use crate::store::message_file::NewFile;
use crate::store::sent_ahead::Waiting;
use crate::usecase::{PUBLISH, Parts};
use crypto::DataKey;
use kernel::{SenderSystem, Timestamp};
use sql::{Tx, queue};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Writes the letters, whose mailboxes are locked, and what follows from each of them.
pub(super) async fn all(
    parts: &Parts,
    tx: &mut Tx,
    system: &SenderSystem,
    taken: Vec<Box<Taken<'_>>>,
) -> Result<(), Error> {
    let (mut delivered, mut letters, mut attached) = (Vec::new(), Vec::new(), Vec::new());
    for new in taken {
        let Taken { delivered: receipt, message, key, files } = *new;
        delivered.push(receipt);
        attached.push(files);
        letters.push((message, key));
    }
    if !store::delivery::insert_many(tx, system, delivered).await? {
        return Err(Error::ConcurrentChange);
    }
    parts.put(tx, &letters).await?;
    wait(tx, system, &letters).await?;
    let mut files = Vec::new();
    for ((message, key), attached) in letters.iter().zip(attached) {
        for (ordinal, (upload, file_key)) in (0..).zip(attached) {
            let file = AttachedFile {
                id: upload.file,
                name: upload.name.clone(),
                media_type: upload.media_type.clone(),
                size: upload.size,
                sha256: upload.sha256.clone(),
                is_main: ordinal == 0,
            };
            files.push(NewFile { mailbox: message.mailbox, message: message.id, ordinal, file, file_key, key });
        }
    }
    Ok(store::message_file::insert_many(tx, files, &*parts.random).await?)
}

/// Lets the letters that are sent ahead wait for their moment (M4).
async fn wait(tx: &mut Tx, system: &SenderSystem, letters: &[(NewMessage, DataKey)]) -> Result<(), Error> {
    let (mut waiting, mut due) = (Vec::new(), BTreeMap::<Timestamp, Vec<Uuid>>::new());
    for (message, _) in letters.iter().filter(|(message, _)| message.is_ahead) {
        let Some(uuid) = message.sender_uuid else { continue };
        let key = DeliveryKey::new(system, uuid);
        waiting.push(Waiting { message: message.id, mailbox: message.mailbox, key });
        due.entry(message.available_time).or_default().push(message.id.as_uuid());
    }
    store::sent_ahead::insert_many(tx, waiting).await?;
    // A mailing has one moment.
    for (moment, letters) in due {
        queue::push_all(tx, PUBLISH, letters, moment).await?;
    }
    Ok(())
}
