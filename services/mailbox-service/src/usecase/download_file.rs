//! A file of a letter, on its way out.

use super::admit::Admitted;
use super::{Parts, serve};
use crate::domain::acting::Acting;
use crate::domain::message::AttachedFile;
use crate::domain::post::Mark;
use crate::domain::service::is_withheld;
use crate::error::Error;
use crate::objects::Reader;
use crate::store;
use kernel::{FileId, MessageId};
use std::sync::Arc;

/// A file that is being sent.
pub struct Downstream {
    /// Who gets it.
    pub acting: Acting,
    /// The mark of the letter it belongs to.
    pub mark: Mark,
    /// What it is.
    pub file: AttachedFile,
    /// Its bytes, from the offset on.
    pub reader: Reader,
}

/// Begins at `offset` bytes from the start of the file.
pub async fn begin(
    parts: &Arc<Parts>,
    admitted: Admitted,
    id: MessageId,
    file: FileId,
    offset: i64,
) -> Result<Downstream, Error> {
    let Admitted { acting, key, .. } = admitted;
    let asked = acting.clone();
    let served = parts.clone();
    let found = parts.db.write(move |tx| {
        Box::pin(async move {
            let owner = store::person::lock(tx, asked.mailbox).await?.ok_or(Error::NotFound)?;
            let letter = store::message::placed(tx, &asked, &[id]).await?.pop().ok_or(Error::NotFound)?;
            if is_withheld(&asked, letter.service) {
                return Err(Error::ServiceAcknowledgementRequired(asked.mailbox, id));
            }
            // A file shows the letter as opening it does.
            serve::serve_all(&served, tx, &asked, &owner, [&letter].into_iter()).await?;
            let found = store::message_file::with_key(tx, asked.mailbox, id, file, &key).await?;
            let (file, file_key) = found.ok_or(Error::NotFound)?;
            Ok::<_, Error>((letter.mark, file, file_key))
        })
    });
    let (mark, file, file_key) = found.await?;
    let out_of_range = Error::OffsetOutOfRange(file.size);
    let (Ok(size), Ok(offset)) = (u64::try_from(file.size), u64::try_from(offset)) else { return Err(out_of_range) };
    if offset > size {
        return Err(out_of_range);
    }
    let reader = parts.objects.read(file.id, file_key, size, offset);
    Ok(Downstream { acting, mark, file, reader })
}
