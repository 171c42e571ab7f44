//! Writing the letters of a batch, in few statements.

use super::decide::Taken;
use crate::domain::message::AttachedFile;
use crate::error::Error;
use crate::store;
use crate::store::message_file::NewFile;
use crate::usecase::Parts;
use kernel::SenderSystem;
use sql::Tx;

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
