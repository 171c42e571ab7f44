//! Table `recipient`.

use crate::domain::recipients::{After, ListedRecipient};
use kernel::{MailboxId, PersonId, RecipientId};
use sql::{Error, Row, Tx, args};

fn read(row: &Row) -> Result<ListedRecipient, Error> {
    Ok(ListedRecipient { id: row.get("id")?, person: row.get("person")?, create_time: row.get("create_time")? })
}

/// Writes a recipient whom the mailbox does not have yet.
pub async fn insert(tx: &mut Tx, mailbox: MailboxId, recipient: &ListedRecipient) -> Result<(), Error> {
    let sql = "INSERT INTO recipient (mailbox, id, person, create_time) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![mailbox, recipient.id, recipient.person, recipient.create_time]).await.map(|_| ())
}

/// The recipient of this id.
pub async fn get(tx: &mut Tx, mailbox: MailboxId, id: RecipientId) -> Result<Option<ListedRecipient>, Error> {
    let sql = "SELECT id, person, create_time FROM recipient WHERE mailbox = $1 AND id = $2";
    tx.optional(sql, args![mailbox, id], read).await
}

/// The recipient that is this person.
pub async fn of_person(tx: &mut Tx, mailbox: MailboxId, person: PersonId) -> Result<Option<ListedRecipient>, Error> {
    let sql = "SELECT id, person, create_time FROM recipient WHERE mailbox = $1 AND person = $2";
    tx.optional(sql, args![mailbox, person], read).await
}

/// How many the mailbox has.
pub async fn count(tx: &mut Tx, mailbox: MailboxId) -> Result<i64, Error> {
    tx.one("SELECT COUNT(*) AS n FROM recipient WHERE mailbox = $1", args![mailbox], |row| row.get("n")).await
}

/// Up to `limit` recipients, newest first.
pub async fn list(
    tx: &mut Tx,
    mailbox: MailboxId,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<ListedRecipient>, Error> {
    let Some(after) = after else {
        let sql = "SELECT id, person, create_time FROM recipient WHERE mailbox = $1 \
                   ORDER BY create_time DESC, id DESC LIMIT $2";
        return tx.all(sql, args![mailbox, limit], read).await;
    };
    let sql = "SELECT id, person, create_time FROM recipient WHERE mailbox = $1 AND (create_time, id) < ($2, $3) \
               ORDER BY create_time DESC, id DESC LIMIT $4";
    tx.all(sql, args![mailbox, after.create_time, after.id, limit], read).await
}

/// Removes a recipient. False: there was none.
pub async fn delete(tx: &mut Tx, mailbox: MailboxId, id: RecipientId) -> Result<bool, Error> {
    let sql = "DELETE FROM recipient WHERE mailbox = $1 AND id = $2";
    Ok(tx.execute(sql, args![mailbox, id]).await? == 1)
}
