//! The bin: what comes into it with its folder, and what has lain there for long enough (M5).

use super::bulk::{Placed, read_placed};
use super::read_mark;
use crate::domain::folder::Folder;
use crate::domain::post::Mark;
use kernel::{FolderId, MailboxId, MessageId, Timestamp};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

const BIN_FOLDERS: Sql = Sql::each(
    "UPDATE message SET bin_from = folder, folder = $3, bin_time = $4 \
     WHERE mailbox = $1 AND folder IN (SELECT unhex(value) FROM json_each($2)) RETURNING id, mark",
    "UPDATE message SET bin_from = folder, folder = $3, bin_time = $4 WHERE mailbox = $1 AND folder = ANY($2) \
     RETURNING id, mark",
);

/// Moves all letters in these folders into the bin, of whatever mark; which they were.
pub async fn bin_folders(
    tx: &mut Tx,
    mailbox: MailboxId,
    ids: &[FolderId],
    now: Timestamp,
) -> Result<Vec<(MessageId, Mark)>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let read = |row: &Row| Ok((row.get("id")?, read_mark(row)?));
    tx.all(BIN_FOLDERS, args![mailbox, ids, Folder::Bin.as_uuid(), now], read).await
}

/// A mailbox with letters that came into the bin at `latest` or before, if there is one.
pub async fn with_expired_bin(tx: &mut Tx, latest: Timestamp) -> Result<Option<MailboxId>, Error> {
    let sql = "SELECT mailbox FROM message WHERE bin_time IS NOT NULL AND bin_time <= $1 ORDER BY bin_time LIMIT 1";
    tx.optional(sql, args![latest], |row| row.get("mailbox")).await
}

/// Up to 500 of those letters, of one mailbox and whatever mark.
pub async fn expired_in_bin(tx: &mut Tx, mailbox: MailboxId, latest: Timestamp) -> Result<Vec<Placed>, Error> {
    let sql = "SELECT id, folder, mark, is_read, bin_from, service_state FROM message \
               WHERE mailbox = $1 AND folder = $2 AND bin_time <= $3 LIMIT 500";
    tx.all(sql, args![mailbox, Folder::Bin.as_uuid(), latest], read_placed).await
}
