//! Table `folder`: the folders that people made.

use crate::domain::folder::OwnFolder;
use crate::store::sealed::{open, seal};
use crypto::{DataKey, LookupHash};
use kernel::{FolderId, MailboxId, Random};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// What stands for "at the top" in `parent`.
const TOP: Uuid = Uuid::nil();

/// All folders of a mailbox, at most `domain::folder::MAX_FOLDERS`, in no order.
pub async fn all(tx: &mut Tx, mailbox: MailboxId, key: &DataKey) -> Result<Vec<OwnFolder>, Error> {
    let sql = "SELECT id, parent, name, version, create_time FROM folder WHERE mailbox = $1";
    tx.all(sql, args![mailbox], |row| read(row, key)).await
}

fn read(row: &Row, key: &DataKey) -> Result<OwnFolder, Error> {
    let id: FolderId = row.get("id")?;
    let parent: Uuid = row.get("parent")?;
    Ok(OwnFolder {
        id,
        parent: (parent != TOP).then(|| FolderId::from(parent)),
        name: open(key, "folder.name", id, &row.get::<Vec<u8>>("name")?)?,
        version: row.get("version")?,
        create_time: row.get("create_time")?,
    })
}

/// Whether the mailbox has the folder.
pub async fn exists(tx: &mut Tx, mailbox: MailboxId, id: FolderId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM folder WHERE mailbox = $1 AND id = $2";
    Ok(tx.optional(sql, args![mailbox, id], |_| Ok(())).await?.is_some())
}

/// The folder of the same parent that has this name, if there is one.
pub async fn named(
    tx: &mut Tx,
    mailbox: MailboxId,
    parent: Option<FolderId>,
    name: &LookupHash,
) -> Result<Option<FolderId>, Error> {
    let sql = "SELECT id FROM folder WHERE mailbox = $1 AND parent = $2 AND name_hash = $3";
    let parent = parent.map_or(TOP, FolderId::as_uuid);
    tx.optional(sql, args![mailbox, parent, name.as_bytes()], |row| row.get("id")).await
}

/// Writes another name, parent and version of a folder.
pub async fn update(
    tx: &mut Tx,
    mailbox: MailboxId,
    folder: &OwnFolder,
    name: &LookupHash,
    key: &DataKey,
    random: &dyn Random,
) -> Result<(), Error> {
    let sql = "UPDATE folder SET parent = $3, name = $4, name_hash = $5, version = $6 WHERE mailbox = $1 AND id = $2";
    let values = args![
        mailbox,
        folder.id,
        folder.parent.map_or(TOP, FolderId::as_uuid),
        seal(key, "folder.name", folder.id, &folder.name, random),
        name.as_bytes(),
        folder.version,
    ];
    tx.execute(sql, values).await.map(|_| ())
}

const DELETE: Sql = Sql::each(
    "DELETE FROM folder WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "DELETE FROM folder WHERE mailbox = $1 AND id = ANY($2)",
);

/// Removes folders, in which no letter lies any more.
pub async fn delete(tx: &mut Tx, mailbox: MailboxId, ids: &[FolderId]) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    tx.execute(DELETE, args![mailbox, ids]).await.map(|_| ())
}

/// Writes a new folder.
pub async fn insert(
    tx: &mut Tx,
    mailbox: MailboxId,
    folder: &OwnFolder,
    name: &LookupHash,
    key: &DataKey,
    random: &dyn Random,
) -> Result<(), Error> {
    let sql = "INSERT INTO folder (mailbox, id, parent, name, name_hash, version, create_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = args![
        mailbox,
        folder.id,
        folder.parent.map_or(TOP, FolderId::as_uuid),
        seal(key, "folder.name", folder.id, &folder.name, random),
        name.as_bytes(),
        folder.version,
        folder.create_time,
    ];
    tx.execute(sql, values).await.map(|_| ())
}
