//! Following the log of a mailbox as it grows.

use super::{Record, columns};
use crate::domain::activity::Activity;
use crypto::DataKey;
use kernel::MailboxId;
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

const HEADS: Sql = Sql::each(
    "SELECT mailbox, sequence FROM activity_head WHERE mailbox IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT mailbox, sequence FROM activity_head WHERE mailbox = ANY($1)",
);

/// How long the logs of these mailboxes are; those that have none are left out.
pub async fn heads(tx: &mut Tx, mailboxes: &[MailboxId]) -> Result<Vec<(MailboxId, i64)>, Error> {
    let mailboxes: Vec<Uuid> = mailboxes.iter().map(|mailbox| mailbox.as_uuid()).collect();
    tx.all(HEADS, args![mailboxes], |row: &Row| Ok((row.get("mailbox")?, row.get("sequence")?))).await
}

/// Up to `limit` entries after that of `sequence`, in their order, of whatever mark: the caller sees to what is shown.
pub async fn since(
    tx: &mut Tx,
    mailbox: MailboxId,
    sequence: i64,
    limit: i64,
    key: &DataKey,
) -> Result<Vec<Activity>, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM activity WHERE mailbox = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
    );
    tx.all(sql, args![mailbox, sequence, limit], |row| Record::read(row)?.open(key)).await
}
