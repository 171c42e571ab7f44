//! Table `receipt_order`, and the column `delivery.position`: the order in which the changes of a sender's receipts are told.
//!
//! A number drawn when a change is written would become visible in another order than it was drawn in, and who reads by
//! number would skip what commits late. So a change only leaves the order (`position` NULL), and who watches puts what is
//! committed at its end, under the lock of one row: a position that is seen has none before it still to come.

use super::delivery::{Delivered, columns, read};
use crate::domain::delivery::Place;
use kernel::SenderSystem;
use sql::{Error, Sql, Tx, args};

/// Whether any change waits to be put in order.
pub async fn is_behind(tx: &mut Tx, system: &SenderSystem) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 AND position IS NULL LIMIT 1";
    Ok(tx.optional(sql, args![system.cvr.as_str(), &system.system_id], |_| Ok(())).await?.is_some())
}

/// Takes the lock on the sender's order, and a new position at its end.
pub async fn advance(tx: &mut Tx, system: &SenderSystem) -> Result<i64, Error> {
    let sql = "INSERT INTO receipt_order (sender_cvr, sender_system, position) VALUES ($1, $2, 1) \
               ON CONFLICT (sender_cvr, sender_system) DO UPDATE SET position = receipt_order.position + 1 \
               RETURNING position";
    tx.one(sql, args![system.cvr.as_str(), &system.system_id], |row| row.get("position")).await
}

const PUT: Sql = Sql::each(
    "UPDATE delivery SET position = $3 WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid IN \
     (SELECT message_uuid FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 AND position IS NULL \
      ORDER BY accept_time LIMIT $4)",
    // What is being changed is passed over: it comes once that is done, and nobody waits in a circle.
    "UPDATE delivery SET position = $3 WHERE sender_cvr = $1 AND sender_system = $2 AND message_uuid IN \
     (SELECT message_uuid FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 AND position IS NULL \
      ORDER BY accept_time LIMIT $4 FOR UPDATE SKIP LOCKED)",
);

/// Puts up to `most` changes at this position, those of the oldest letters first; how many.
pub async fn put(tx: &mut Tx, system: &SenderSystem, position: i64, most: i64) -> Result<u64, Error> {
    tx.execute(PUT, args![system.cvr.as_str(), &system.system_id, position, most]).await
}

/// Up to `most` receipts whose last change stands after `place`, in order, each with its own place.
pub async fn after(
    tx: &mut Tx,
    system: &SenderSystem,
    place: Place,
    most: i64,
) -> Result<Vec<(Place, Delivered)>, Error> {
    let sql = concat!(
        "SELECT position, ",
        columns!(),
        " FROM delivery WHERE sender_cvr = $1 AND sender_system = $2 AND position IS NOT NULL \
         AND (position, message_uuid) > ($3, $4) ORDER BY position, message_uuid LIMIT $5"
    );
    let values = args![system.cvr.as_str(), &system.system_id, place.position, place.uuid, most];
    tx.all(sql, values, |row| {
        let place = Place { position: row.get("position")?, uuid: row.get("message_uuid")? };
        Ok((place, read(row)?))
    })
    .await
}
