//! The present of storage: one in a transaction, and never earlier than before (rule A9).

use crate::storage::{NOON, Storage};
use harness::on_both;
use kernel::{Clock as _, ManualClock, Timestamp};
use sql::{Db, Engine, Error, Glimpse, Sql, TimeSource, args, present_columns};
use std::sync::Arc;
use std::time::Duration;

on_both! {
    Storage: the_present_stands_still_within_a_transaction,
    a_clock_that_steps_back_does_not_take_storage_along,
    another_process_with_a_slow_clock_is_not_in_the_past,
    the_engines_own_clock_is_used_where_the_engine_has_one,
    a_query_brings_the_present_along,
}

async fn now(db: &Db) -> Timestamp {
    let now: Result<Timestamp, Error> = db.write(|tx| Box::pin(async move { tx.now().await })).await;
    now.unwrap()
}

async fn the_present_stands_still_within_a_transaction(storage: Storage) {
    let clock = storage.clock.clone();
    let both: Result<(Timestamp, Timestamp), Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                let first = tx.now().await?;
                clock.advance(Duration::from_mins(1));
                Ok((first, tx.now().await?))
            })
        })
        .await;
    assert_eq!(both.unwrap(), (NOON, NOON));
    assert_eq!(now(&storage.db).await, NOON.plus(Duration::from_mins(1)));
}

async fn a_clock_that_steps_back_does_not_take_storage_along(storage: Storage) {
    // The second present is so near the first that it is not stored: within a process the floor is exact all the same.
    for latest in [NOON, NOON.plus(Duration::from_millis(500))] {
        storage.clock.set(latest);
        assert_eq!(now(&storage.db).await, latest);
    }
    let latest = storage.clock.now();
    storage.clock.set(NOON.minus(Duration::from_hours(24)));
    assert_eq!(now(&storage.db).await, latest);
    let read: Result<Timestamp, Error> = storage.db.read(|tx| Box::pin(async move { tx.now().await })).await;
    assert_eq!(read.unwrap(), latest, "for reads too");
}

async fn another_process_with_a_slow_clock_is_not_in_the_past(storage: Storage) {
    now(&storage.db).await;
    let yesterday = ManualClock::new(NOON.minus(Duration::from_hours(24)));
    let other = storage.another(TimeSource::Injected(Arc::new(yesterday))).await;
    // Between processes the floor may lag by a second.
    assert!(now(&other).await >= NOON.minus(Duration::from_secs(1)));
}

async fn the_engines_own_clock_is_used_where_the_engine_has_one(storage: Storage) {
    let handed_in = NOON.plus(Duration::from_hours(24 * 365 * 50));
    let other = storage.another(TimeSource::Engine(Arc::new(ManualClock::new(handed_in)))).await;
    match other.engine() {
        Engine::Sqlite => assert_eq!(now(&other).await, handed_in),
        Engine::Postgres => assert!(now(&other).await < handed_in),
    }
}

/// The present by a query that brings it along.
async fn glimpsed(db: &Db) -> Timestamp {
    let sql = Sql::each(concat!("SELECT ", present_columns!(sqlite)), concat!("SELECT ", present_columns!(postgres)));
    let now: Result<Timestamp, Error> = db
        .read(|tx| {
            Box::pin(async move {
                let glimpse = tx.one(sql, args![], Glimpse::read).await?;
                let now = tx.now_from(glimpse);
                assert_eq!(tx.now().await?, now, "one present in a transaction");
                Ok(now)
            })
        })
        .await;
    now.unwrap()
}

async fn a_query_brings_the_present_along(storage: Storage) {
    assert_eq!(glimpsed(&storage.db).await, NOON);
    storage.clock.advance(Duration::from_micros(1));
    let latest = storage.clock.now();
    assert_eq!(now(&storage.db).await, latest);
    storage.clock.set(NOON.minus(Duration::from_hours(24)));
    assert_eq!(glimpsed(&storage.db).await, latest, "not back behind what this process has seen");
    let yesterday = ManualClock::new(NOON.minus(Duration::from_hours(24)));
    let other = storage.another(TimeSource::Injected(Arc::new(yesterday))).await;
    assert_eq!(glimpsed(&other).await, latest, "nor behind what was stored");
    let handed_in = NOON.plus(Duration::from_hours(24 * 365 * 50));
    let other = storage.another(TimeSource::Engine(Arc::new(ManualClock::new(handed_in)))).await;
    match other.engine() {
        Engine::Sqlite => assert_eq!(glimpsed(&other).await, handed_in),
        Engine::Postgres => assert!(glimpsed(&other).await < handed_in, "the engine's own clock"),
    }
}
