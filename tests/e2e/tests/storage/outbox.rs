//! Events on their way out: what is set aside goes again at a word, and who lost a claim takes nothing out.

use crate::storage::{NOON, Storage};
use harness::on_both;
use kernel::{EventId, ServiceName, SystemRandom};
use sql::outbox::{self, Outgoing};
use sql::queue::{self, Claim};
use sql::{Error, Tx};
use std::time::Duration;
use uuid::Uuid;

on_both! {
    Storage: what_is_set_aside_goes_again_at_once_and_each_event_once,
    what_is_set_aside_is_gone_through_in_the_order_of_its_ids,
    who_lost_a_claim_takes_no_event_out,
}

const TO: ServiceName = ServiceName::Notification;
const LEASE: Duration = Duration::from_secs(15);
/// More than are set going again in two transactions.
const MANY: usize = 250;

async fn push(tx: &mut Tx, to: ServiceName, count: usize) -> Result<(), Error> {
    let event = |_| Outgoing { id: EventId::new(NOON, &SystemRandom), payload: b"event".to_vec() };
    outbox::push(tx, to, (0..count).map(event).collect()).await
}

async fn claim(storage: &Storage, to: ServiceName) -> Vec<Claim> {
    let claimed: Result<_, Error> = storage
        .db
        .write(move |tx| Box::pin(async move { queue::claim(tx, outbox::queue_for(to), 1_000, LEASE).await }))
        .await;
    claimed.unwrap()
}

/// New events for `to`, and sets them aside.
async fn set_aside(storage: &Storage, to: ServiceName, count: usize) {
    let pushed: Result<(), Error> = storage.db.write(move |tx| Box::pin(push(tx, to, count))).await;
    pushed.unwrap();
    let claims = claim(storage, to).await;
    assert_eq!(claims.len(), count);
    let parked: Result<(), Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                for claim in claims {
                    assert_eq!(queue::park(tx, outbox::queue_for(to), claim).await?, queue::Held::Yes);
                }
                Ok(())
            })
        })
        .await;
    parked.unwrap();
}

/// What is set aside and comes after `after`.
async fn parked(storage: &Storage, after: Uuid, most: i64) -> Vec<Uuid> {
    let parked: Result<_, Error> = storage
        .db
        .read(move |tx| Box::pin(async move { queue::parked(tx, outbox::queue_for(TO), after, most).await }))
        .await;
    parked.unwrap()
}

async fn what_is_set_aside_goes_again_at_once_and_each_event_once(storage: Storage) {
    set_aside(&storage, TO, MANY).await;
    set_aside(&storage, ServiceName::Access, 2).await;
    assert_eq!(outbox::redrive(&storage.db, ServiceName::Mailbox).await.unwrap(), 0);
    let set_aside = parked(&storage, Uuid::nil(), 1).await[0];
    let elsewhere = outbox::redrive_one(&storage.db, ServiceName::Access, EventId::from(set_aside)).await;
    assert!(!elsewhere.unwrap(), "it is for another");
    let announced = storage.db.work_queued();
    assert_eq!(outbox::redrive(&storage.db, TO).await.unwrap(), MANY);
    assert!(announced.has_changed().unwrap(), "nobody waits for the next look");
    assert_eq!(outbox::redrive(&storage.db, TO).await.unwrap(), 0);
    assert_eq!(claim(&storage, TO).await.len(), MANY, "and no lease of before is waited for");
    assert!(claim(&storage, ServiceName::Access).await.is_empty(), "those for others stay");
}

/// Whoever goes on behind the last one comes to an end, though they may be set aside again meanwhile.
async fn what_is_set_aside_is_gone_through_in_the_order_of_its_ids(storage: Storage) {
    set_aside(&storage, TO, 5).await;
    let all = parked(&storage, Uuid::nil(), 10).await;
    assert!(all.len() == 5 && all.is_sorted(), "{all:?}");
    assert_eq!(parked(&storage, Uuid::nil(), 2).await, all[..2]);
    assert_eq!(parked(&storage, all[1], 2).await, all[2..4]);
    assert!(parked(&storage, all[4], 2).await.is_empty());
}

async fn who_lost_a_claim_takes_no_event_out(storage: Storage) {
    let pushed: Result<(), Error> = storage.db.write(|tx| Box::pin(push(tx, TO, 2))).await;
    pushed.unwrap();
    let slept = claim(&storage, TO).await;
    storage.clock.advance(LEASE);
    let second = claim(&storage, TO).await;
    let delivered = async |claims: Vec<Claim>| {
        let done: Result<_, Error> =
            storage.db.write(move |tx| Box::pin(async move { outbox::delivered(tx, TO, &claims).await })).await;
        done.unwrap()
    };
    assert_eq!(delivered(slept).await, 0);
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM outbox").await, 2, "somebody else has yet to hand them over");
    assert_eq!(delivered(second).await, 2);
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM outbox").await, 0);
}
