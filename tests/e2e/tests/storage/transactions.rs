//! A write happens whole or not at all, and once begun it happens whatever becomes of its caller.

use crate::storage::Storage;
use futures::future::join_all;
use harness::on_both;
use sql::{Db, Error, Sql, args};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

on_both! {
    Storage: a_refused_write_leaves_no_trace,
    a_write_that_panics_leaves_no_trace,
    a_write_goes_on_when_its_caller_hangs_up,
    nothing_acknowledged_is_lost_among_callers_that_hang_up,
    a_decision_on_a_locked_row_has_one_winner_at_a_time,
    two_processes_take_turns_at_writing,
    a_read_sees_what_was_committed_before_it,
}

const THINGS: &str = "SELECT COUNT(*) AS n FROM thing";
const INSERT: &str = "INSERT INTO thing (id) VALUES ($1)";
const LOCKED_BALANCE: Sql =
    Sql::each("SELECT balance FROM account WHERE id = 1", "SELECT balance FROM account WHERE id = 1 FOR UPDATE");

async fn insert(db: &Db, id: i64) -> Result<u64, Error> {
    db.write(move |tx| Box::pin(async move { tx.execute(INSERT, args![id]).await })).await
}

/// A refusal of the domain, which is how a use case gives up.
#[derive(Debug)]
enum Refused {
    ByRule,
    Sql,
}

impl From<Error> for Refused {
    fn from(_: Error) -> Self {
        Self::Sql
    }
}

async fn a_refused_write_leaves_no_trace(storage: Storage) {
    let refused: Result<(), Refused> = storage
        .db
        .write(|tx| {
            Box::pin(async move {
                tx.execute(INSERT, args![1_i64]).await?;
                Err(Refused::ByRule)
            })
        })
        .await;
    assert!(matches!(refused, Err(Refused::ByRule)));
    assert_eq!(storage.count(THINGS).await, 0);
    assert_eq!(insert(&storage.db, 1).await.unwrap(), 1, "the connection is fit for use");
}

async fn a_write_that_panics_leaves_no_trace(storage: Storage) {
    let torn: Result<(), Error> = storage
        .db
        .write(|tx| {
            Box::pin(async move {
                tx.execute(INSERT, args![1_i64]).await?;
                panic!("on purpose")
            })
        })
        .await;
    assert!(matches!(torn, Err(Error::Torn)));
    assert_eq!(storage.count(THINGS).await, 0);
    assert_eq!(insert(&storage.db, 1).await.unwrap(), 1);
}

async fn a_write_goes_on_when_its_caller_hangs_up(storage: Storage) {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (db, begun_too, go_on_too) = (storage.db.clone(), begun.clone(), go_on.clone());
    let caller = tokio::spawn(async move {
        let done: Result<u64, Error> = db
            .write(move |tx| {
                Box::pin(async move {
                    begun_too.notify_one();
                    go_on_too.notified().await;
                    tx.execute(INSERT, args![1_i64]).await
                })
            })
            .await;
        done
    });
    begun.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    go_on.notify_one();
    // Closing waits for the writes in flight.
    storage.db.close().await;
    let db = storage.another(sql::TimeSource::Injected(Arc::new(storage.clock.clone()))).await;
    let count: Result<i64, Error> =
        db.read(|tx| Box::pin(async move { tx.one(THINGS, args![], |row| row.get("n")).await })).await;
    assert_eq!(count.unwrap(), 1);
}

/// The defect of sqlx that `Db::write` guards against: callers dropped at every moment of a transaction, others whose
/// writes are acknowledged beside them. Each acknowledged write must be there afterwards.
async fn nothing_acknowledged_is_lost_among_callers_that_hang_up(storage: Storage) {
    let calls = (0_i64..400).map(|id| {
        let db = storage.db.clone();
        async move {
            let patience = Duration::from_micros(u64::try_from(id % 20).unwrap() * 150);
            match id % 2 {
                0 => insert(&db, id).await.ok().map(|_| id),
                _ => tokio::time::timeout(patience, insert(&db, id)).await.ok().and_then(Result::ok).map(|_| id),
            }
        }
    });
    let acknowledged: Vec<i64> = join_all(calls).await.into_iter().flatten().collect();
    assert!(acknowledged.len() >= 200, "those who waited were all served: {}", acknowledged.len());
    let there: Result<Vec<i64>, Error> = storage
        .db
        .read(|tx| Box::pin(async move { tx.all("SELECT id FROM thing", args![], |row| row.get("id")).await }))
        .await;
    let there = there.unwrap();
    let lost: Vec<&i64> = acknowledged.iter().filter(|id| !there.contains(id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}

/// Reads, waits a little, and writes what follows from what was read.
async fn deposit(db: &Db) {
    let deposited: Result<(), Error> = db
        .write(|tx| {
            Box::pin(async move {
                let balance: i64 = tx.one(LOCKED_BALANCE, args![], |row| row.get("balance")).await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
                tx.execute("UPDATE account SET balance = $1 WHERE id = 1", args![balance + 1]).await.map(|_| ())
            })
        })
        .await;
    deposited.unwrap();
}

const BALANCE: &str = "SELECT balance AS n FROM account";

async fn a_decision_on_a_locked_row_has_one_winner_at_a_time(storage: Storage) {
    join_all((0..40).map(|_| deposit(&storage.db))).await;
    assert_eq!(storage.count(BALANCE).await, 40);
}

async fn two_processes_take_turns_at_writing(storage: Storage) {
    let other = storage.another(sql::TimeSource::Injected(Arc::new(storage.clock.clone()))).await;
    join_all((0..40).map(|number| deposit(if number % 2 == 0 { &storage.db } else { &other }))).await;
    assert_eq!(storage.count(BALANCE).await, 40);
}

async fn a_read_sees_what_was_committed_before_it(storage: Storage) {
    for id in 1..=20 {
        insert(&storage.db, id).await.unwrap();
        assert_eq!(storage.count(THINGS).await, id);
    }
}
