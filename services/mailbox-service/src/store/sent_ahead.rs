//! Table `sent_ahead`: where letters lie that wait for their moment (M4).

use crate::domain::delivery::DeliveryKey;
use kernel::{MailboxId, MessageId};
use sql::{Error, Insert, Row, Sql, Tx, args};
use uuid::Uuid;

/// A letter that waits.
#[derive(Clone)]
pub struct Waiting {
    /// Which.
    pub message: MessageId,
    /// Whose.
    pub mailbox: MailboxId,
    /// By which its sender knows it.
    pub key: DeliveryKey,
}

const INSERT: Insert =
    Insert::new("sent_ahead", &["message", "mailbox", "sender_cvr", "sender_system", "message_uuid"], "");

/// Lets letters wait.
pub async fn insert_many(tx: &mut Tx, letters: Vec<Waiting>) -> Result<(), Error> {
    let row = |letter: Waiting| {
        let Waiting { message, mailbox, key } = letter;
        args![message, mailbox, key.cvr, key.system, key.uuid]
    };
    tx.insert(INSERT, letters.into_iter().map(row).collect()).await.map(|_| ())
}

const GET_MANY: Sql = Sql::each(
    "SELECT message, mailbox, sender_cvr, sender_system, message_uuid FROM sent_ahead \
     WHERE message IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT message, mailbox, sender_cvr, sender_system, message_uuid FROM sent_ahead WHERE message = ANY($1)",
);

/// Those of the letters that still wait.
pub async fn get_many(tx: &mut Tx, letters: Vec<Uuid>) -> Result<Vec<Waiting>, Error> {
    let read = |row: &Row| {
        let (cvr, system, uuid) = (row.get("sender_cvr")?, row.get("sender_system")?, row.get("message_uuid")?);
        let key = DeliveryKey { cvr, system, uuid };
        Ok(Waiting { message: row.get("message")?, mailbox: row.get("mailbox")?, key })
    };
    tx.all(GET_MANY, args![letters], read).await
}

const DELETE: Sql = Sql::each(
    "DELETE FROM sent_ahead WHERE message IN (SELECT unhex(value) FROM json_each($1))",
    "DELETE FROM sent_ahead WHERE message = ANY($1)",
);

/// These wait no longer.
pub async fn delete(tx: &mut Tx, letters: Vec<Uuid>) -> Result<(), Error> {
    tx.execute(DELETE, args![letters]).await.map(|_| ())
}
