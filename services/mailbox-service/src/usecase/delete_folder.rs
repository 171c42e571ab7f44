//! An own folder goes, with those below it; their letters go to the bin. The owner's alone (R7).

use super::admit::Admitted;
use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::Folder;
use crate::domain::folder::tree::{parents, with_all_below};
use crate::error::Error;
use crate::store;
use kernel::FolderId;
use std::sync::Arc;

/// Deletes the folder, if `etag` (where given) still names what is there. Of the letters in it, those that only another
/// portal shows go to the bin too (M5); how many of those that the caller sees did.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    id: FolderId,
    etag: Option<String>,
    call: Repeatable,
) -> Result<i64, Error> {
    let Admitted { acting, key, .. } = admitted;
    let mailbox = acting.mailbox;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            if let Some(answer) = call.answer(tx).await? {
                return read_answer(&answer);
            }
            let folders = store::folder::all(tx, mailbox, &key).await?;
            let folder = folders.iter().find(|folder| folder.id == id).ok_or(Error::NotFound)?;
            if etag.is_some_and(|etag| etag != folder.etag()) {
                return Err(Error::EtagMismatch(folder.etag()));
            }
            let going = with_all_below(id, &parents(&folders));
            let now = tx.now().await?;
            let binned = store::message::bin_folders(tx, mailbox, &going, now).await?;
            let mut changes = store::count::Changes::default();
            let mut seen = 0;
            for (mark, count) in store::count::take_folders(tx, mailbox, &going).await? {
                changes.add_many(Folder::Bin, mark, count);
                seen += if acting.visible().contains(&mark) { count.total } else { 0 };
            }
            changes.write(tx, mailbox).await?;
            store::folder::delete(tx, mailbox, &going).await?;
            call.answered(tx, &seen.to_be_bytes()).await?;
            let deleted = Entry::about_letters(Kind::Deleted, |mark| Actor::of(&acting, Some(mark)), binned);
            let deleted = deleted.into_iter().map(|entry| entry.in_folder(Folder::Bin));
            let gone = Entry::about_mailbox(Kind::FolderDeleted, Actor::of(&acting, None)).in_folder(Folder::Own(id));
            parts.log(tx, mailbox, &key, deleted.chain([gone])).await?;
            Ok(seen)
        })
    })
    .await
}

fn read_answer(answer: &[u8]) -> Result<i64, Error> {
    let bytes = answer.try_into().map_err(|_| sql::Error::corrupt("request.result", "no count"))?;
    Ok(i64::from_be_bytes(bytes))
}
