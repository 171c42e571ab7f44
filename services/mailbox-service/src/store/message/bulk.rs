//! Changes to many letters of one mailbox.

use super::{read_mark, read_service};
use crate::domain::acting::Acting;
use crate::domain::folder::Folder;
use crate::domain::post::Mark;
use crate::domain::service::ServiceState;
use kernel::{FileId, MailboxId, MessageId, Timestamp};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// A letter as far as its place is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Which.
    pub id: MessageId,
    /// Where it lies.
    pub folder: Folder,
    /// Public or private.
    pub mark: Mark,
    /// Whether it is read.
    pub is_read: bool,
    /// Of a letter in the bin: where it came from.
    pub bin_from: Option<Folder>,
    /// Of a message for service: whether it was served.
    pub service: Option<ServiceState>,
}

const PLACED: Sql = Sql::each(
    "SELECT id, folder, mark, is_read, bin_from, service_state FROM message \
     WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2)) AND mark IN ($3, $4, $5, $6)",
    "SELECT id, folder, mark, is_read, bin_from, service_state FROM message \
     WHERE mailbox = $1 AND id = ANY($2) AND mark IN ($3, $4, $5, $6)",
);

/// Those of the letters that `acting` sees and may do the act to, in no order.
pub async fn placed(tx: &mut Tx, acting: &Acting, ids: &[MessageId]) -> Result<Vec<Placed>, Error> {
    marked(tx, acting, ids, acting.visible_marks()).await
}

/// Those that `acting` sees and may not do the act to (R14).
pub async fn barred(tx: &mut Tx, acting: &Acting, ids: &[MessageId]) -> Result<Vec<Placed>, Error> {
    match acting.barred_marks() {
        Some(marks) => marked(tx, acting, ids, marks).await,
        None => Ok(Vec::new()),
    }
}

async fn marked(
    tx: &mut Tx,
    acting: &Acting,
    ids: &[MessageId],
    [first, second, third, fourth]: [&'static str; 4],
) -> Result<Vec<Placed>, Error> {
    tx.all(PLACED, args![acting.mailbox, uuids(ids), first, second, third, fourth], read_placed).await
}

pub(super) fn read_placed(row: &Row) -> Result<Placed, Error> {
    Ok(Placed {
        id: row.get("id")?,
        folder: Folder::from_uuid(row.get("folder")?),
        mark: read_mark(row)?,
        is_read: row.get("is_read")?,
        bin_from: row.get::<Option<Uuid>>("bin_from")?.map(Folder::from_uuid),
        service: read_service(row)?,
    })
}

const SET_READ: Sql = Sql::each(
    "UPDATE message SET is_read = $3 WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "UPDATE message SET is_read = $3 WHERE mailbox = $1 AND id = ANY($2)",
);

/// Marks letters read or unread.
pub async fn set_read(tx: &mut Tx, mailbox: MailboxId, ids: &[MessageId], is_read: bool) -> Result<(), Error> {
    tx.execute(SET_READ, args![mailbox, uuids(ids), is_read]).await.map(|_| ())
}

const INTO_BIN: Sql = Sql::each(
    "UPDATE message SET bin_from = folder, folder = $3, bin_time = $4 \
     WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "UPDATE message SET bin_from = folder, folder = $3, bin_time = $4 WHERE mailbox = $1 AND id = ANY($2)",
);

const INTO_FOLDER: Sql = Sql::each(
    "UPDATE message SET folder = $3, bin_from = NULL, bin_time = NULL \
     WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "UPDATE message SET folder = $3, bin_from = NULL, bin_time = NULL WHERE mailbox = $1 AND id = ANY($2)",
);

/// Moves letters, none of which lies in `folder` already; `now` is when they come into the bin.
pub async fn place_in(
    tx: &mut Tx,
    mailbox: MailboxId,
    ids: &[MessageId],
    folder: Folder,
    now: Timestamp,
) -> Result<(), Error> {
    let (ids, to) = (uuids(ids), folder.as_uuid());
    if folder == Folder::Bin {
        tx.execute(INTO_BIN, args![mailbox, ids, to, now]).await.map(|_| ())
    } else {
        tx.execute(INTO_FOLDER, args![mailbox, ids, to]).await.map(|_| ())
    }
}

const PURGE_FILES: Sql = Sql::each(
    "DELETE FROM message_file WHERE mailbox = $1 AND message IN (SELECT unhex(value) FROM json_each($2)) RETURNING file",
    "DELETE FROM message_file WHERE mailbox = $1 AND message = ANY($2) RETURNING file",
);

const PURGE: Sql = Sql::each(
    "DELETE FROM message WHERE mailbox = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    "DELETE FROM message WHERE mailbox = $1 AND id = ANY($2)",
);

/// Removes letters for good; the files they had, which other letters may still have.
pub async fn purge(tx: &mut Tx, mailbox: MailboxId, ids: &[MessageId]) -> Result<Vec<FileId>, Error> {
    let files = tx.all(PURGE_FILES, args![mailbox, uuids(ids)], |row| row.get("file")).await?;
    tx.execute(PURGE, args![mailbox, uuids(ids)]).await?;
    Ok(files)
}

fn uuids(ids: &[MessageId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.as_uuid()).collect()
}
