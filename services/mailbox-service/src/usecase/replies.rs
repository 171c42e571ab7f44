//! What citizens have written to an authority: fetched, and acknowledged (P7).

use super::{Parts, Repeatable, download_file, queue_sweep};
use crate::domain::contact_point::PointId;
use crate::domain::message::AttachedFile;
use crate::domain::writing::{Reply, ReplyName};
use crate::error::Error;
use crate::objects::Reader;
use crate::store;
use crate::store::reply::Page;
use kernel::{CvrNumber, FileId};
use sql::Tx;
use std::sync::Arc;
use uuid::Uuid;

/// The most letters that are held at once: with the longest texts there can be, 3 MB.
const PAGE: i64 = 20;

/// The next letters after the place `after` that the authority has not acknowledged, oldest first; of one contact point, or
/// of all. Empty: there is none yet.
pub async fn after(
    parts: &Arc<Parts>,
    cvr: CvrNumber,
    point: Option<PointId>,
    after: i64,
) -> Result<Vec<Reply>, Error> {
    let (reading, page) = (parts.clone(), Page { cvr, point, after, limit: PAGE });
    let read =
        parts.db.read(move |tx| Box::pin(async move { store::reply::page(tx, &page, &reading.keys.keyring).await }));
    Ok(read.await?)
}

/// A file of a letter that is not acknowledged, and its bytes from `offset` on.
pub async fn file(
    parts: &Arc<Parts>,
    name: ReplyName,
    file: FileId,
    offset: i64,
) -> Result<(AttachedFile, Reader), Error> {
    let reading = parts.clone();
    let read = parts
        .db
        .read(move |tx| Box::pin(async move { store::reply::file(tx, &name, file, &reading.keys.keyring).await }));
    let (file, key) = read.await?.ok_or(Error::NotFound)?;
    let reader = download_file::read_from(parts, &file, key, offset)?;
    Ok((file, reader))
}

/// Notes that the authority keeps these letters, and erases them here. One that is not there: none is acknowledged.
pub async fn acknowledge(parts: &Arc<Parts>, cvr: CvrNumber, ids: Vec<Uuid>, call: Repeatable) -> Result<(), Error> {
    parts.db.write(move |tx| Box::pin(async move { erase(tx, &cvr, ids, &call).await })).await
}

async fn erase(tx: &mut Tx, cvr: &CvrNumber, mut ids: Vec<Uuid>, call: &Repeatable) -> Result<(), Error> {
    ids.sort_unstable();
    ids.dedup();
    if call.before(tx).await?.is_some() {
        return Ok(());
    }
    let found = store::reply::lock_many(tx, cvr, ids.clone()).await?;
    if found.len() < ids.len() {
        return Err(Error::NotFound);
    }
    let waiting: Vec<Uuid> = found.into_iter().filter(|(_, done)| !done).map(|(id, _)| id.as_uuid()).collect();
    if !waiting.is_empty() {
        let now = tx.now().await?;
        let files = store::reply::acknowledge(tx, cvr, waiting, now).await?;
        queue_sweep(tx, files).await?;
    }
    call.made(tx, Uuid::nil()).await
}
