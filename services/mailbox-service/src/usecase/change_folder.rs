//! An own folder gets another name or another parent. The owner's alone (R10).

use super::admit::Admitted;
use super::create_folder::name_hash;
use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::tree::{parents, place};
use crate::domain::folder::{Count, Folder, OwnFolder};
use crate::error::Error;
use crate::store;
use kernel::FolderId;
use std::sync::Arc;

/// What is to become of a folder.
pub enum Change {
    /// Called this.
    Name(String),
    /// In this one, or at the top, with all that lies below it.
    Parent(Option<FolderId>),
}

/// Changes the folder, if `etag` (where given) still names what is there; as it is then, with its letters counted.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    id: FolderId,
    change: Change,
    etag: Option<String>,
    call: Repeatable,
) -> Result<(OwnFolder, Count), Error> {
    let parts = parts.clone();
    let Admitted { acting, key, .. } = admitted;
    let mailbox = acting.mailbox;
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            let repeated = call.before(tx).await?.is_some();
            let folders = store::folder::all(tx, mailbox, &key).await?;
            let tree = parents(&folders);
            let mut folder = folders.into_iter().find(|folder| folder.id == id).ok_or(Error::NotFound)?;
            let count = store::count::of(tx, &acting).await?.remove(&Folder::Own(id)).unwrap_or_default();
            if repeated {
                return Ok((folder, count));
            }
            if etag.is_some_and(|etag| etag != folder.etag()) {
                return Err(Error::EtagMismatch(folder.etag()));
            }
            let kind = match change {
                Change::Name(name) => {
                    folder.name = name;
                    Kind::FolderRenamed
                }
                Change::Parent(parent) => {
                    place(Some(id), parent, &tree)?;
                    folder.parent = parent;
                    Kind::FolderMoved
                }
            };
            let hash = name_hash(&parts, mailbox, &folder.name);
            let namesake = store::folder::named(tx, mailbox, folder.parent, &hash).await?;
            if let Some(sibling) = namesake.filter(|sibling| *sibling != id) {
                return Err(Error::FolderNameTaken(mailbox, sibling.to_string()));
            }
            folder.version += 1;
            store::folder::update(tx, mailbox, &folder, &hash, &key, &*parts.random).await?;
            call.made(tx, id.as_uuid()).await?;
            let changed = Entry::about_mailbox(kind, Actor::of(&acting, None)).in_folder(Folder::Own(id));
            parts.log(tx, mailbox, &key, [changed]).await?;
            Ok((folder, count))
        })
    })
    .await
}
