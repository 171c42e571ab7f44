//! Events: out with their cause or not at all, in once.

use crate::storage::{NOON, Storage};
use futures::future::join_all;
use harness::on_both;
use kernel::{EventId, ServiceName, SystemRandom};
use sql::outbox::{self, Outgoing};
use sql::queue;
use sql::{Db, Error, inbox, sweep};
use std::time::Duration;
use uuid::Uuid;

on_both! {
    Storage: an_event_leaves_with_its_cause_or_not_at_all,
    a_delivered_event_is_gone_and_the_others_are_not,
    an_event_is_taken_in_once_however_often_it_comes,
    of_a_batch_those_are_new_that_have_not_come_before,
    a_failed_taking_in_is_not_remembered,
    old_ids_are_forgotten_and_young_ones_kept,
}

const TO: ServiceName = ServiceName::Mailbox;
const LEASE: Duration = Duration::from_secs(15);

fn outgoing(payload: &[u8]) -> Outgoing {
    Outgoing { id: EventId::new(NOON, &SystemRandom), payload: payload.to_vec() }
}

async fn take_in(db: &Db, event: EventId) -> bool {
    let new: Result<_, Error> = db.write(move |tx| Box::pin(async move { inbox::add(tx, &[event]).await })).await;
    !new.unwrap().is_empty()
}

async fn an_event_leaves_with_its_cause_or_not_at_all(storage: Storage) {
    let event = outgoing(b"lost");
    let refused: Result<(), Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                outbox::push(tx, TO, vec![event]).await?;
                Err(Error::corrupt("cause", "refused"))
            })
        })
        .await;
    refused.unwrap_err();
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM outbox").await, 0);
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM due_work").await, 0);
}

async fn a_delivered_event_is_gone_and_the_others_are_not(storage: Storage) {
    let events = [outgoing(b"one"), outgoing(b"two"), outgoing(b"three")];
    let payloads: Result<Vec<Vec<u8>>, Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                for event in &events {
                    outbox::push(tx, TO, vec![event.clone()]).await?;
                }
                let claims = queue::claim(tx, outbox::queue_for(TO), 10, LEASE).await?;
                assert_eq!(claims.len(), 3);
                let delivered: Vec<_> = claims.into_iter().filter(|claim| claim.id == events[1].id.as_uuid()).collect();
                assert_eq!(outbox::delivered(tx, TO, &delivered).await?, 1);
                assert_eq!(outbox::delivered(tx, TO, &delivered).await?, 0);
                let ids: Vec<Uuid> = events.iter().map(|event| event.id.as_uuid()).collect();
                let mut left: Vec<Vec<u8>> = outbox::payloads(tx, ids).await?.into_values().collect();
                left.sort();
                Ok(left)
            })
        })
        .await;
    assert_eq!(payloads.unwrap(), [b"one".to_vec(), b"three".to_vec()]);
}

async fn an_event_is_taken_in_once_however_often_it_comes(storage: Storage) {
    let event = EventId::new(NOON, &SystemRandom);
    let taken = join_all((0..16).map(|_| take_in(&storage.db, event))).await;
    assert_eq!(taken.iter().filter(|new| **new).count(), 1);
}

async fn of_a_batch_those_are_new_that_have_not_come_before(storage: Storage) {
    let events: [EventId; 4] = std::array::from_fn(|_| EventId::new(NOON, &SystemRandom));
    assert!(take_in(&storage.db, events[1]).await);
    let new: Result<_, Error> =
        storage.db.write(move |tx| Box::pin(async move { inbox::add(tx, &events).await })).await;
    let mut new = new.unwrap();
    new.sort();
    let mut expected = [events[0], events[2], events[3]];
    expected.sort();
    assert_eq!(new, expected);
}

async fn a_failed_taking_in_is_not_remembered(storage: Storage) {
    let event = EventId::new(NOON, &SystemRandom);
    let failed: Result<(), Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                assert_eq!(inbox::add(tx, &[event]).await?, [event]);
                Err(Error::corrupt("effect", "failed"))
            })
        })
        .await;
    failed.unwrap_err();
    assert!(take_in(&storage.db, event).await);
}

async fn old_ids_are_forgotten_and_young_ones_kept(storage: Storage) {
    let (old, young) = (EventId::new(NOON, &SystemRandom), EventId::new(NOON, &SystemRandom));
    assert!(take_in(&storage.db, old).await);
    storage.clock.advance(sweep::KEPT);
    assert!(take_in(&storage.db, young).await);
    storage.clock.advance(Duration::from_micros(1));
    sweep::sweep(&storage.db).await.unwrap();
    assert!(!take_in(&storage.db, young).await);
    assert!(take_in(&storage.db, old).await);
}
