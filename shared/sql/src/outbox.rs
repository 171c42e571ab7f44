//! The outbox: events written in the transaction that causes them, handed to another process later.

use crate::args;
use crate::db::Db;
use crate::error::Error;
use crate::insert::Insert;
use crate::queue;
use crate::tx::{Sql, Tx};
use kernel::{EventId, ServiceName};
use std::collections::HashMap;
use uuid::Uuid;

/// An event on its way.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The id by which the receiver knows it has seen the event.
    pub id: EventId,
    /// The encoded event. Holds ids and generic texts, nothing personal.
    pub payload: Vec<u8>,
}

/// The queue of events for `destination`: one each, so that a process that is away holds up nobody else.
pub const fn queue_for(destination: ServiceName) -> &'static str {
    match destination {
        ServiceName::Access => "outbox/access-service",
        ServiceName::Mailbox => "outbox/mailbox-service",
        ServiceName::Notification => "outbox/notification-service",
    }
}

const INSERT: Insert = Insert::new("outbox", &["id", "destination", "payload", "create_time"], "");

/// Writes events for `destination`, each of them new, and queues their delivery.
pub async fn push(tx: &mut Tx, destination: ServiceName, events: Vec<Outgoing>) -> Result<(), Error> {
    let now = tx.now().await?;
    let ids: Vec<Uuid> = events.iter().map(|event| event.id.as_uuid()).collect();
    let row = |event: Outgoing| args![event.id, destination.as_str(), event.payload, now];
    tx.insert(INSERT, events.into_iter().map(row).collect()).await?;
    queue::push_all(tx, queue_for(destination), ids, now).await
}

const PAYLOADS: Sql = Sql::each(
    "SELECT id, payload FROM outbox WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT id, payload FROM outbox WHERE id = ANY($1)",
);

/// The payloads of `ids`.
pub async fn payloads(tx: &mut Tx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<u8>>, Error> {
    let rows = tx.all(PAYLOADS, args![ids], |row| Ok((row.get("id")?, row.get("payload")?))).await?;
    Ok(rows.into_iter().collect())
}

/// How many events are set going again in one transaction.
const REDRIVEN_AT_ONCE: i64 = 100;

/// Sets the events for `destination` going again that are set aside, in batches; how many. Each once, though the relay may set it
/// aside again meanwhile.
pub async fn redrive(db: &Db, destination: ServiceName) -> Result<usize, Error> {
    let (mut sum, mut after) = (0, Uuid::nil());
    loop {
        let batch: Result<_, Error> = db
            .write(move |tx| {
                Box::pin(async move {
                    let ids = queue::parked(tx, queue_for(destination), after, REDRIVEN_AT_ONCE).await?;
                    let last = ids.last().copied();
                    Ok((revive(tx, destination, ids).await?, last))
                })
            })
            .await;
        let (revived, last) = batch?;
        sum += revived;
        let Some(last) = last else { return Ok(sum) };
        after = last;
    }
}

/// Sets one event for `destination` going again. False: it is not set aside.
pub async fn redrive_one(db: &Db, destination: ServiceName, event: EventId) -> Result<bool, Error> {
    db.write(move |tx| Box::pin(async move { Ok(revive(tx, destination, vec![event.as_uuid()]).await? == 1) })).await
}

async fn revive(tx: &mut Tx, destination: ServiceName, ids: Vec<Uuid>) -> Result<usize, Error> {
    let now = tx.now().await?;
    Ok(queue::revive(tx, queue_for(destination), ids, now).await?.len())
}

const DELETE: Sql = Sql::each(
    "DELETE FROM outbox WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    "DELETE FROM outbox WHERE id = ANY($1)",
);

/// Takes delivered events out; how many of the claims still held.
pub async fn delivered(tx: &mut Tx, destination: ServiceName, claims: &[queue::Claim]) -> Result<usize, Error> {
    let held = queue::finish_all(tx, queue_for(destination), claims).await?;
    let count = held.len();
    tx.execute(DELETE, args![held]).await?;
    Ok(count)
}
