//! Request ids: a call that is repeated is done once.

use crate::storage::Storage;
use futures::future::join_all;
use harness::on_both;
use sql::once::Repeat;
use sql::{Db, Error, Once, args};
use uuid::Uuid;

on_both! {
    Storage: a_repeated_call_gets_what_the_first_made,
    the_same_id_for_other_content_is_told_apart,
    callers_and_methods_have_ids_of_their_own,
    of_many_identical_calls_at_once_one_is_done,
    a_call_that_makes_nothing_keeps_its_answer,
    a_failed_call_is_not_remembered,
    without_an_id_nothing_is_remembered,
}

/// A call that inserts a row, once.
async fn call(db: &Db, once: Once, id: i64) -> Repeat {
    let repeat: Result<Repeat, Error> = db
        .write(move |tx| {
            Box::pin(async move {
                let repeat = once.seen(tx).await?;
                if repeat == Repeat::First {
                    tx.execute("INSERT INTO thing (id) VALUES ($1)", args![id]).await?;
                    once.done(tx, Uuid::from_u128(u128::try_from(id).unwrap())).await?;
                }
                Ok(repeat)
            })
        })
        .await;
    repeat.unwrap()
}

fn once(request_id: &str) -> Once {
    Once::new([1; 32], "Give", request_id, [2; 32])
}

async fn a_repeated_call_gets_what_the_first_made(storage: Storage) {
    assert_eq!(call(&storage.db, once("r"), 1).await, Repeat::First);
    assert_eq!(call(&storage.db, once("r"), 2).await, Repeat::Of(Uuid::from_u128(1)));
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM thing").await, 1);
}

async fn the_same_id_for_other_content_is_told_apart(storage: Storage) {
    call(&storage.db, once("r"), 1).await;
    assert_eq!(call(&storage.db, Once::new([1; 32], "Give", "r", [3; 32]), 2).await, Repeat::Reused);
}

async fn callers_and_methods_have_ids_of_their_own(storage: Storage) {
    for (id, once) in (1..).zip([
        once("r"),
        once("R"),
        Once::new([9; 32], "Give", "r", [2; 32]),
        Once::new([1; 32], "Remove", "r", [2; 32]),
    ]) {
        assert_eq!(call(&storage.db, once, id).await, Repeat::First, "call {id}");
    }
}

async fn of_many_identical_calls_at_once_one_is_done(storage: Storage) {
    let calls = join_all((1..=8).map(|id| call(&storage.db, once("r"), id))).await;
    assert_eq!(calls.iter().filter(|repeat| **repeat == Repeat::First).count(), 1);
    assert_eq!(calls.iter().filter(|repeat| matches!(repeat, Repeat::Of(_))).count(), 7);
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM thing").await, 1);
}

async fn a_call_that_makes_nothing_keeps_its_answer(storage: Storage) {
    for repeat in [Repeat::First, Repeat::Of(vec![0, 1, 3])] {
        let seen = storage.db.write(|tx| {
            Box::pin(async move {
                let seen = once("r").seen_answer(tx).await?;
                if seen == Repeat::First {
                    once("r").answered(tx, &[0, 1, 3]).await?;
                }
                Ok::<_, Error>(seen)
            })
        });
        assert_eq!(seen.await.unwrap(), repeat);
    }
}

async fn a_failed_call_is_not_remembered(storage: Storage) {
    let failed: Result<(), Error> = storage
        .db
        .write(|tx| {
            Box::pin(async move {
                assert_eq!(once("r").seen(tx).await?, Repeat::First);
                Err(Error::corrupt("rule", "refused"))
            })
        })
        .await;
    failed.unwrap_err();
    assert_eq!(call(&storage.db, once("r"), 1).await, Repeat::First);
}

async fn without_an_id_nothing_is_remembered(storage: Storage) {
    assert_eq!(call(&storage.db, once(""), 1).await, Repeat::First);
    assert_eq!(call(&storage.db, once(""), 2).await, Repeat::First);
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM request").await, 0);
}
