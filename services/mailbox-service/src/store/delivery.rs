//! Table `delivery`: what was delivered, once for each sender system and UUID (M2).

use crate::domain::delivery::{DeliveryKey, Receipt};
use crate::domain::recipient::NotTaken;
use kernel::{SenderSystem, Timestamp};
use sql::{Error, Insert, Row, Sql, Tx, args};
use uuid::Uuid;

/// A letter that was delivered.
pub struct Delivered {
    /// Its receipt as it stands now.
    pub receipt: Receipt,
    /// The keyed hash of the delivery in its very words.
    pub stated: Vec<u8>,
    /// The same with the files by what is in them.
    pub content: Vec<u8>,
}

const INSERT: Insert = Insert::new(
    "delivery",
    &[
        "sender_cvr",
        "sender_system",
        "message_uuid",
        "stated",
        "content",
        "mailbox",
        "message",
        "accept_time",
        "visible_from",
        "available_time",
    ],
    "ON CONFLICT (sender_cvr, sender_system, message_uuid) DO NOTHING",
);

/// Writes new deliveries of `system`. False: another transaction has just taken one of the UUIDs, and this one must be
/// given up.
pub async fn insert_many(tx: &mut Tx, system: &SenderSystem, mut new: Vec<Delivered>) -> Result<bool, Error> {
    // One order for everybody, so that two streams of one sender don't wait in a circle.
    new.sort_unstable_by_key(|delivered| delivered.receipt.uuid);
    let count = new.len() as u64;
    let row = |delivered: Delivered| {
        let receipt = delivered.receipt;
        args![
            system.cvr.as_str(),
            &system.system_id,
            receipt.uuid,
            delivered.stated,
            delivered.content,
            receipt.mailbox,
            receipt.message,
            receipt.accept_time,
            receipt.visible_from,
            receipt.available_time,
        ]
    };
    Ok(tx.insert(INSERT, new.into_iter().map(row).collect()).await? == count)
}

macro_rules! columns {
    () => {
        "message_uuid, stated, content, mailbox, message, accept_time, visible_from, available_time, \
         first_open_time, served_time, withdraw_time, return_time, return_reason"
    };
}
pub(super) use columns;

pub(super) fn read(row: &Row) -> Result<Delivered, Error> {
    let returned = match (row.get::<Option<Timestamp>>("return_time")?, row.get::<Option<String>>("return_reason")?) {
        (Some(time), Some(reason)) => {
            let unknown = || Error::corrupt("delivery.return_reason", "unknown");
            Some((time, NotTaken::parse(&reason).ok_or_else(unknown)?))
        }
        _ => None,
    };
    let receipt = Receipt {
        uuid: row.get("message_uuid")?,
        mailbox: row.get("mailbox")?,
        message: row.get("message")?,
        accept_time: row.get("accept_time")?,
        visible_from: row.get("visible_from")?,
        available_time: row.get("available_time")?,
        first_open_time: row.get("first_open_time")?,
        withdraw_time: row.get("withdraw_time")?,
        returned,
        served_time: row.get("served_time")?,
    };
    Ok(Delivered { receipt, stated: row.get("stated")?, content: row.get("content")? })
}

/// What was delivered under a key.
pub async fn get(tx: &mut Tx, key: &DeliveryKey) -> Result<Option<Delivered>, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid = $3"
    );
    tx.optional(sql, args![&key.cvr, &key.system, key.uuid], read).await
}

const GET_MANY: Sql = Sql::each(
    concat!(
        "SELECT ",
        columns!(),
        " FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 \
         AND message_uuid IN (SELECT unhex(value) FROM json_each($3))"
    ),
    concat!(
        "SELECT ",
        columns!(),
        " FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid = ANY($3)"
    ),
);

/// What `system` delivered under these UUIDs, in no order.
pub async fn get_many(tx: &mut Tx, system: &SenderSystem, uuids: Vec<Uuid>) -> Result<Vec<Delivered>, Error> {
    tx.all(GET_MANY, args![system.cvr.as_str(), &system.system_id, uuids], read).await
}

/// Notes the first opening; a later one changes nothing. Like every change of a receipt it leaves the order, to be put at
/// its end by whoever watches.
pub async fn opened(tx: &mut Tx, key: &DeliveryKey, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE delivery SET first_open_time = $4, position = NULL WHERE sender_cvr = $1 AND sender_system = $2 \
               AND message_uuid = $3 AND first_open_time IS NULL";
    tx.execute(sql, args![&key.cvr, &key.system, key.uuid, now]).await.map(|_| ())
}

/// Notes when the letter was served.
pub async fn served(tx: &mut Tx, key: &DeliveryKey, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE delivery SET served_time = $4, position = NULL WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid = $3 \
               AND served_time IS NULL";
    tx.execute(sql, args![&key.cvr, &key.system, key.uuid, now]).await.map(|_| ())
}

/// Notes that a letter sent ahead was withdrawn.
pub async fn withdrawn(tx: &mut Tx, key: &DeliveryKey, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE delivery SET withdraw_time = $4, position = NULL WHERE sender_cvr = $1 AND sender_system = $2 \
               AND message_uuid = $3 AND available_time IS NULL AND return_time IS NULL";
    tx.execute(sql, args![&key.cvr, &key.system, key.uuid, now]).await.map(|_| ())
}

const PUBLISHED: Sql = Sql::each(
    "UPDATE delivery SET available_time = $2, position = NULL \
     WHERE available_time IS NULL AND (sender_cvr, sender_system, message_uuid) IN \
     (SELECT sender_cvr, sender_system, message_uuid FROM sent_ahead \
      WHERE message IN (SELECT unhex(value) FROM json_each($1)))",
    "UPDATE delivery d SET available_time = $2, position = NULL FROM sent_ahead a WHERE a.message = ANY($1) \
     AND d.sender_cvr = a.sender_cvr AND d.sender_system = a.sender_system AND d.message_uuid = a.message_uuid \
     AND d.available_time IS NULL",
);

/// Notes that letters sent ahead became available at `now`, once for all time (A17).
pub async fn published(tx: &mut Tx, letters: Vec<Uuid>, now: Timestamp) -> Result<(), Error> {
    tx.execute(PUBLISHED, args![letters, now]).await.map(|_| ())
}

const RETURNED: Sql = Sql::each(
    "UPDATE delivery SET return_time = $2, return_reason = $3, position = NULL \
     WHERE available_time IS NULL AND (sender_cvr, sender_system, message_uuid) IN \
     (SELECT sender_cvr, sender_system, message_uuid FROM sent_ahead \
      WHERE message IN (SELECT unhex(value) FROM json_each($1)))",
    "UPDATE delivery d SET return_time = $2, return_reason = $3, position = NULL FROM sent_ahead a \
     WHERE a.message = ANY($1) AND d.sender_cvr = a.sender_cvr AND d.sender_system = a.sender_system \
     AND d.message_uuid = a.message_uuid AND d.available_time IS NULL",
);

/// Notes that letters sent ahead were returned at `now`.
pub async fn returned(tx: &mut Tx, letters: Vec<Uuid>, now: Timestamp, reason: NotTaken) -> Result<(), Error> {
    tx.execute(RETURNED, args![letters, now, reason.as_str()]).await.map(|_| ())
}
