//! The inbox: each event taken in exactly once.

use crate::args;
use crate::error::Error;
use crate::tx::{Sql, Tx};
use kernel::EventId;
use uuid::Uuid;

const INSERT: Sql = Sql::each(
    "INSERT INTO inbox (event_id, receive_time) SELECT unhex(value), $2 FROM json_each($1) WHERE TRUE \
     ON CONFLICT (event_id) DO NOTHING RETURNING event_id",
    "INSERT INTO inbox (event_id, receive_time) SELECT id, $2 FROM unnest($1) AS id \
     ON CONFLICT (event_id) DO NOTHING RETURNING event_id",
);

/// Notes that `events` are taken in, in the transaction that does what they ask for; those of them that are new. With the others
/// there is nothing to do. Two batches at once are to have their events in one order, or they wait for each other.
pub async fn add(tx: &mut Tx, events: &[EventId]) -> Result<Vec<EventId>, Error> {
    let now = tx.now().await?;
    let ids: Vec<Uuid> = events.iter().map(|event| event.as_uuid()).collect();
    tx.all(INSERT, args![ids, now], |row| row.get("event_id")).await
}
