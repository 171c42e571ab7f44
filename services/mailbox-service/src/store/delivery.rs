//! Table `delivery`: what was delivered, once for each sender system and UUID (M2).

use crate::domain::delivery::{DeliveryKey, Receipt};
use kernel::Timestamp;
use sql::{Error, Row, Tx, args};

/// Takes the key for a delivery with this receipt. False: it is taken, by this or by another letter.
pub async fn insert(tx: &mut Tx, key: &DeliveryKey, content: [u8; 32], receipt: &Receipt) -> Result<bool, Error> {
    let sql = "INSERT INTO delivery (sender_cvr, sender_system, message_uuid, content, mailbox, message, accept_time, \
               available_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
               ON CONFLICT (sender_cvr, sender_system, message_uuid) DO NOTHING";
    let values = args![
        &key.cvr,
        &key.system,
        key.uuid,
        content,
        receipt.mailbox,
        receipt.message,
        receipt.accept_time,
        receipt.available_time,
    ];
    Ok(tx.execute(sql, values).await? == 1)
}

/// The receipt under a key, and the hash of what was delivered.
pub async fn get(tx: &mut Tx, key: &DeliveryKey) -> Result<Option<(Receipt, Vec<u8>)>, Error> {
    let sql = "SELECT message_uuid, content, mailbox, message, accept_time, available_time, first_open_time, \
               served_time FROM delivery \
               WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid = $3";
    let read = |row: &Row| {
        let receipt = Receipt {
            uuid: row.get("message_uuid")?,
            mailbox: row.get("mailbox")?,
            message: row.get("message")?,
            accept_time: row.get("accept_time")?,
            available_time: row.get("available_time")?,
            first_open_time: row.get("first_open_time")?,
            served_time: row.get("served_time")?,
        };
        Ok((receipt, row.get("content")?))
    };
    tx.optional(sql, args![&key.cvr, &key.system, key.uuid], read).await
}

/// Notes the first opening; a later one changes nothing.
pub async fn opened(tx: &mut Tx, key: &DeliveryKey, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE delivery SET first_open_time = $4 WHERE sender_cvr = $1 AND sender_system = $2 \
               AND message_uuid = $3 AND first_open_time IS NULL";
    tx.execute(sql, args![&key.cvr, &key.system, key.uuid, now]).await.map(|_| ())
}

/// Notes when the letter was served.
pub async fn served(tx: &mut Tx, key: &DeliveryKey, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE delivery SET served_time = $4 WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid = $3 \
               AND served_time IS NULL";
    tx.execute(sql, args![&key.cvr, &key.system, key.uuid, now]).await.map(|_| ())
}
