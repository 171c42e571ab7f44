//! A new folder (R2).

use super::admit::Admitted;
use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::tree::{parents, place};
use crate::domain::folder::{Folder, MAX_FOLDERS, OwnFolder, folded_name};
use crate::error::Error;
use crate::store;
use kernel::{FolderId, MailboxId};
use std::sync::Arc;

/// Makes a folder called `name` below `parent`, or at the top.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    name: String,
    parent: Option<FolderId>,
    call: Repeatable,
) -> Result<OwnFolder, Error> {
    let parts = parts.clone();
    let Admitted { acting, key, .. } = admitted;
    let mailbox = acting.mailbox;
    let name_hash = name_hash(&parts, mailbox, &name);
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            let folders = store::folder::all(tx, mailbox, &key).await?;
            if let Some(made) = call.before(tx).await? {
                let made = FolderId::from(made);
                return folders.into_iter().find(|folder| folder.id == made).ok_or(Error::NotFound);
            }
            if folders.len() >= MAX_FOLDERS {
                return Err(Error::TooManyFolders);
            }
            place(None, parent, &parents(&folders))?;
            if let Some(sibling) = store::folder::named(tx, mailbox, parent, &name_hash).await? {
                return Err(Error::FolderNameTaken(mailbox, sibling.to_string()));
            }
            let now = tx.now().await?;
            let folder =
                OwnFolder { id: FolderId::new(now, &*parts.random), parent, name, version: 1, create_time: now };
            store::folder::insert(tx, mailbox, &folder, &name_hash, &key, &*parts.random).await?;
            call.made(tx, folder.id.as_uuid()).await?;
            let created = Entry::about_mailbox(Kind::FolderCreated, Actor::of(&acting, None));
            parts.log(tx, mailbox, &key, [created.in_folder(Folder::Own(folder.id))]).await?;
            Ok(folder)
        })
    })
    .await
}

/// The hash by which siblings' names are compared, without regard to case.
pub(super) fn name_hash(parts: &Parts, mailbox: MailboxId, name: &str) -> crypto::LookupHash {
    parts.keys.lookup.hash("folder", &[mailbox.as_uuid().as_bytes(), folded_name(name).as_bytes()])
}
