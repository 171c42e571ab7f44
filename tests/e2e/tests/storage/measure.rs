//! What is measured of a database.

use crate::storage::Storage;
use harness::on_both;
use kernel::{Clock as _, EventId, ServiceName, SystemRandom};
use sql::Error;
use sql::measure::{Waiting, waiting};
use sql::outbox::{self, Outgoing};
use std::time::Duration;

on_both! {
    Storage: events_that_wait_are_counted_and_the_oldest_tells_its_age,
    connections_are_counted,
}

async fn told(storage: &Storage, destination: ServiceName) -> Waiting {
    let told: Result<_, Error> = storage.db.read(|tx| Box::pin(waiting(tx, destination))).await;
    told.unwrap()
}

async fn events_that_wait_are_counted_and_the_oldest_tells_its_age(storage: Storage) {
    for _ in 0..2 {
        let event = Outgoing { id: EventId::new(storage.clock.now(), &SystemRandom), payload: b"event".to_vec() };
        let pushed: Result<(), Error> = storage
            .db
            .write(move |tx| Box::pin(async move { outbox::push(tx, ServiceName::Mailbox, vec![event]).await }))
            .await;
        pushed.unwrap();
        storage.clock.advance(Duration::from_secs(30));
    }
    assert_eq!(told(&storage, ServiceName::Mailbox).await, Waiting { events: 2, oldest: Duration::from_mins(1) });
    assert_eq!(told(&storage, ServiceName::Access).await, Waiting { events: 0, oldest: Duration::ZERO });
}

async fn connections_are_counted(storage: Storage) {
    let db = storage.db.clone();
    let in_use: Result<u32, Error> =
        storage.db.write(move |_| Box::pin(async move { Ok(db.connections().in_use) })).await;
    assert_eq!(in_use.unwrap(), 1);
    let connections = storage.db.connections();
    assert!(connections.in_use + connections.idle <= connections.most, "{connections:?}");
}
