//! Due work: each piece to one worker at a time, and none forgotten.

use crate::storage::{NOON, Storage};
use futures::future::join_all;
use harness::on_both;
use kernel::{Clock as _, Timestamp};
use sql::queue::{self, Claim, Held};
use sql::{Db, Error};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

on_both! {
    Storage: eight_workers_claim_each_piece_once,
    work_of_a_worker_that_died_is_due_again,
    who_slept_through_the_lease_changes_nothing,
    of_a_batch_what_is_still_held_changes,
    pushing_again_keeps_the_earlier_moment,
    parked_and_cancelled_work_is_left_alone,
    who_slept_while_work_was_set_aside_and_set_going_again_changes_nothing,
    work_is_claimed_in_order_and_not_before_its_moment,
    a_commit_that_queues_work_is_announced,
}

const QUEUE: &str = "test";
const LEASE: Duration = Duration::from_secs(15);

async fn push(db: &Db, ids: std::ops::Range<u128>, due: Timestamp) {
    let pushed: Result<(), Error> = db
        .write(move |tx| {
            Box::pin(async move {
                for id in ids {
                    queue::push(tx, QUEUE, Uuid::from_u128(id), due).await?;
                }
                Ok(())
            })
        })
        .await;
    pushed.unwrap();
}

async fn claim(db: &Db, most: i64) -> Vec<Claim> {
    let claimed: Result<_, Error> =
        db.write(move |tx| Box::pin(async move { queue::claim(tx, QUEUE, most, LEASE).await })).await;
    claimed.unwrap()
}

async fn finish(db: &Db, claim: Claim) -> Held {
    let held: Result<_, Error> =
        db.write(move |tx| Box::pin(async move { queue::finish(tx, QUEUE, claim).await })).await;
    held.unwrap()
}

async fn eight_workers_claim_each_piece_once(storage: Storage) {
    push(&storage.db, 0..200, NOON).await;
    let workers = (0..8).map(|_| {
        let db = storage.db.clone();
        async move {
            let mut done = Vec::new();
            loop {
                let claims = claim(&db, 7).await;
                if claims.is_empty() {
                    return done;
                }
                for piece in claims {
                    assert_eq!(finish(&db, piece).await, Held::Yes);
                    done.push(piece.id);
                }
            }
        }
    });
    let done: Vec<Uuid> = join_all(workers).await.into_iter().flatten().collect();
    assert_eq!(done.len(), 200);
    assert_eq!(done.iter().collect::<HashSet<_>>().len(), 200);
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM due_work").await, 0);
}

async fn work_of_a_worker_that_died_is_due_again(storage: Storage) {
    push(&storage.db, 0..1, NOON).await;
    assert_eq!(claim(&storage.db, 10).await[0].attempt, 1);
    storage.clock.set(NOON.plus(LEASE).minus(Duration::from_micros(1)));
    assert!(claim(&storage.db, 10).await.is_empty(), "the lease holds");
    storage.clock.advance(Duration::from_micros(1));
    assert_eq!(claim(&storage.db, 10).await[0].attempt, 2);
}

async fn who_slept_through_the_lease_changes_nothing(storage: Storage) {
    push(&storage.db, 0..1, NOON).await;
    let slept = claim(&storage.db, 1).await[0];
    storage.clock.advance(LEASE);
    let second = claim(&storage.db, 1).await[0];
    let late: Result<_, Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                Ok((
                    queue::finish(tx, QUEUE, slept).await?,
                    queue::postpone(tx, QUEUE, slept, NOON).await?,
                    queue::park(tx, QUEUE, slept).await?,
                ))
            })
        })
        .await;
    assert_eq!(late.unwrap(), (Held::No, Held::No, Held::No));
    assert_eq!(finish(&storage.db, second).await, Held::Yes);
    assert_eq!(finish(&storage.db, second).await, Held::No, "done once");
}

async fn of_a_batch_what_is_still_held_changes(storage: Storage) {
    push(&storage.db, 0..1, NOON).await;
    let slept = claim(&storage.db, 1).await[0];
    storage.clock.advance(LEASE);
    let again = claim(&storage.db, 1).await[0];
    push(&storage.db, 1..2, NOON).await;
    let held = claim(&storage.db, 1).await[0];
    let later = storage.clock.now().plus(2 * LEASE);
    let batch = [slept, held];
    let changed: Result<_, Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                let postponed = queue::postpone_all(tx, QUEUE, &batch, later).await?;
                // What was lost is due when the lease of its new holder ends, as before.
                Ok((postponed, queue::next_due(tx, QUEUE).await?, queue::finish_all(tx, QUEUE, &batch).await?))
            })
        })
        .await;
    let leased = storage.clock.now().plus(LEASE);
    assert_eq!(changed.unwrap(), (vec![held.id], Some(leased), vec![held.id]));
    assert_eq!(finish(&storage.db, again).await, Held::Yes);
}

async fn pushing_again_keeps_the_earlier_moment(storage: Storage) {
    let later = NOON.plus(Duration::from_mins(1));
    push(&storage.db, 0..1, later).await;
    push(&storage.db, 0..1, NOON).await;
    push(&storage.db, 0..1, later).await;
    let due: Result<_, Error> = storage.db.read(|tx| Box::pin(async move { queue::next_due(tx, QUEUE).await })).await;
    assert_eq!(due.unwrap(), Some(NOON));
}

async fn parked_and_cancelled_work_is_left_alone(storage: Storage) {
    push(&storage.db, 0..2, NOON).await;
    let piece = claim(&storage.db, 1).await[0];
    let parked: Result<_, Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                queue::cancel(tx, QUEUE, Uuid::from_u128(u128::from(piece.id == Uuid::nil()))).await?;
                queue::park(tx, QUEUE, piece).await
            })
        })
        .await;
    assert_eq!(parked.unwrap(), Held::Yes);
    storage.clock.advance(Duration::from_hours(24));
    assert!(claim(&storage.db, 10).await.is_empty());
    let none: Result<_, Error> = storage.db.read(|tx| Box::pin(async move { queue::next_due(tx, QUEUE).await })).await;
    assert_eq!(none.unwrap(), None);
    // Pushed again: there is more to do.
    push(&storage.db, piece.id.as_u128()..piece.id.as_u128() + 1, NOON).await;
    assert_eq!(claim(&storage.db, 10).await.len(), 1);
}

async fn who_slept_while_work_was_set_aside_and_set_going_again_changes_nothing(storage: Storage) {
    for again in [Again::Revived, Again::Pushed] {
        push(&storage.db, 0..2, NOON).await;
        let slept = claim(&storage.db, 1).await[0];
        storage.clock.advance(LEASE);
        let second = claim(&storage.db, 2).await.into_iter().find(|claim| claim.id == slept.id).unwrap();
        let now = storage.clock.now();
        let revived: Result<_, Error> = storage
            .db
            .write(move |tx| {
                Box::pin(async move {
                    assert_eq!(queue::park(tx, QUEUE, second).await?, Held::Yes);
                    match again {
                        Again::Pushed => queue::push(tx, QUEUE, slept.id, now).await?,
                        Again::Revived => {
                            let both = vec![Uuid::from_u128(0), Uuid::from_u128(1)];
                            assert_eq!(
                                queue::revive(tx, QUEUE, both, now).await?,
                                [slept.id],
                                "what is not aside stays"
                            );
                        }
                    }
                    Ok(queue::claim(tx, QUEUE, 1, LEASE).await?[0])
                })
            })
            .await;
        let third = revived.unwrap();
        assert_eq!(third.id, slept.id);
        for before in [slept, second] {
            assert_eq!(finish(&storage.db, before).await, Held::No);
        }
        assert_eq!(finish(&storage.db, third).await, Held::Yes);
        storage.clock.advance(LEASE);
        for rest in claim(&storage.db, 10).await {
            assert_eq!(finish(&storage.db, rest).await, Held::Yes);
        }
    }
}

/// How work that was set aside comes back.
#[derive(Clone, Copy)]
enum Again {
    /// As an operator's re-drive does it.
    Revived,
    /// Because there is more to do.
    Pushed,
}

async fn work_is_claimed_in_order_and_not_before_its_moment(storage: Storage) {
    push(&storage.db, 3..4, NOON.plus(Duration::from_secs(1))).await;
    push(&storage.db, 1..2, NOON).await;
    push(&storage.db, 2..3, NOON.minus(Duration::from_secs(1))).await;
    assert_eq!(claim(&storage.db, 1).await[0].id, Uuid::from_u128(2));
    assert_eq!(claim(&storage.db, 5).await[0].id, Uuid::from_u128(1));
    assert!(claim(&storage.db, 5).await.is_empty());
    storage.clock.advance(Duration::from_secs(1));
    assert_eq!(claim(&storage.db, 5).await[0].id, Uuid::from_u128(3));
}

async fn a_commit_that_queues_work_is_announced(storage: Storage) {
    let announced = storage.db.work_queued();
    let nothing: Result<Timestamp, Error> = storage.db.write(|tx| Box::pin(async move { tx.now().await })).await;
    nothing.unwrap();
    assert!(!announced.has_changed().unwrap());
    push(&storage.db, 0..1, NOON).await;
    assert!(announced.has_changed().unwrap());
}
