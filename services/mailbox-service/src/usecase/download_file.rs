//! A file of a letter, on its way out. Each call is a download of its own in the log (R13), one that goes on from an offset
//! too: nobody can have a file and leave no trace.

use super::admit::Admitted;
use super::{Parts, serve};
use crate::domain::acting::Acting;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::message::AttachedFile;
use crate::domain::post::Mark;
use crate::domain::service::is_withheld;
use crate::error::Error;
use crate::objects::Reader;
use crate::store;
use crypto::DataKey;
use kernel::{FileId, MessageId};
use sql::Tx;
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
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { hand_out(&parts, tx, admitted, id, file, offset).await })).await
}

async fn hand_out(
    parts: &Parts,
    tx: &mut Tx,
    admitted: Admitted,
    id: MessageId,
    file: FileId,
    offset: i64,
) -> Result<Downstream, Error> {
    let Admitted { acting, key, .. } = admitted;
    let owner = store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
    let letter = store::message::placed(tx, &acting, &[id]).await?.pop().ok_or(Error::NotFound)?;
    if is_withheld(&acting, letter.service) {
        return Err(Error::ServiceAcknowledgementRequired(acting.mailbox, id));
    }
    // A file shows the letter as opening it does.
    serve::serve_all(parts, tx, &acting, &owner, [&letter].into_iter()).await?;
    let found = store::message_file::with_key(tx, acting.mailbox, id, file, &key).await?;
    let (file, file_key) = found.ok_or(Error::NotFound)?;
    let reader = read_from(parts, &file, file_key, offset)?;
    let mark = letter.mark;
    let downloaded = Entry::about_letter(Kind::Downloaded, Actor::of(&acting, Some(mark)), mark, id).of_file(file.id);
    parts.log(tx, acting.mailbox, &key, [downloaded]).await?;
    Ok(Downstream { acting, mark, file, reader })
}

/// Opens a stored file at `offset` bytes from its start.
pub(super) fn read_from(parts: &Parts, file: &AttachedFile, key: DataKey, offset: i64) -> Result<Reader, Error> {
    match (u64::try_from(file.size), u64::try_from(offset)) {
        (Ok(size), Ok(offset)) if offset <= size => Ok(parts.objects.read(file.id, key, size, offset)),
        _ => Err(Error::OffsetOutOfRange(file.size)),
    }
}
