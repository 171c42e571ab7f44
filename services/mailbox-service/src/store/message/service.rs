//! Messages for service.

use super::{read_summary, summary_columns};
use crate::domain::message::Summary;
use crate::domain::service::ServiceState;
use crypto::DataKey;
use kernel::{MailboxId, MessageId};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// A message that nobody has been served.
pub struct Unserved {
    /// What lists show.
    pub summary: Summary,
    /// The sender's own id of it.
    pub sender_uuid: Option<Uuid>,
}

const UNSERVED: Sql = Sql::each(
    concat!(
        "SELECT ",
        summary_columns!(),
        ", sender_uuid FROM message \
         WHERE mailbox = $1 AND service_state = 'unserved' AND id IN (SELECT unhex(value) FROM json_each($2))"
    ),
    concat!(
        "SELECT ",
        summary_columns!(),
        ", sender_uuid FROM message WHERE mailbox = $1 AND service_state = 'unserved' AND id = ANY($2)"
    ),
);

/// Those of the letters that are unserved messages for service.
pub async fn unserved(
    tx: &mut Tx,
    mailbox: MailboxId,
    ids: &[MessageId],
    key: &DataKey,
) -> Result<Vec<Unserved>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let read =
        |row: &Row| Ok(Unserved { summary: read_summary(row, mailbox, key)?, sender_uuid: row.get("sender_uuid")? });
    tx.all(UNSERVED, args![mailbox, ids], read).await
}

/// Notes that a message for service is served.
pub async fn set_served(tx: &mut Tx, mailbox: MailboxId, id: MessageId) -> Result<(), Error> {
    let sql = "UPDATE message SET service_state = $3 WHERE mailbox = $1 AND id = $2";
    tx.execute(sql, args![mailbox, id, ServiceState::Served.as_str()]).await.map(|_| ())
}
