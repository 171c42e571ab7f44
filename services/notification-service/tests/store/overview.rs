//! What operators see of the ledger, and what is taken out of it.

use crate::world::{Who, entitled, on_each_engine, target};
use notification_service::domain::ledger::{Kind, Standing, State};
use notification_service::error::Error;
use notification_service::incoming::Incoming;
use notification_service::job::{Forget, Prune};
use notification_service::mailer::{Fault, SendError};
use notification_service::usecase::overview::summary;
use runtime::Job as _;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn an_empty_ledger_is_summed_up_too() {
    on_each_engine(async |world| {
        let summed = summary(&world.service).await.expect("a summary");
        assert_eq!((summed.counts.len(), summed.oldest_owed), (0, None));
    })
    .await;
}

#[tokio::test]
async fn what_is_long_over_is_taken_out_and_what_is_owed_stays() {
    on_each_engine(async |world| {
        let prune = Prune { service: world.service.clone(), kept: 90 * DAY };
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        // One is dropped, one is set aside.
        world.take(who.letter()).await;
        world.pass(DAY);
        world.send_due(&Standing::NotEntitled).await;
        world.take(who.letter()).await;
        world.pass(3 * DAY);
        world.mailer.refuse_next(SendError::new(Fault::Ours, "5.7.8"));
        world.send_due(&entitled()).await;
        world.pass(87 * DAY);
        assert!(!prune.run_once().await.expect("pruned"));
        assert_eq!(world.count(State::Sent, Kind::Code).await, 0, "the code was sent ninety-one days ago");
        assert_eq!(world.count(State::Dropped, Kind::NewPost).await, 1, "dropped just ninety days ago");
        world.pass(Duration::from_micros(1));
        prune.run_once().await.expect("pruned");
        assert_eq!(world.count(State::Dropped, Kind::NewPost).await, 0);
        world.pass(1_000 * DAY);
        prune.run_once().await.expect("pruned");
        assert_eq!(world.count(State::Parked, Kind::NewPost).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_ended_while_it_was_asked_about_starts_nothing() {
    on_each_engine(async |world| {
        // The end is told before the transaction of a call that was let in before.
        let by_access = Who::reader();
        world.take(Incoming::AccessEnded(by_access.access.expect("an access"))).await;
        let closed = Who::reader();
        world.take(Incoming::MailboxClosed(closed.mailbox)).await;
        let dead = Who::reader();
        world.take(Incoming::MailboxClosed(dead.person)).await;
        for who in [by_access, closed, dead] {
            assert!(matches!(world.start(&who, "niels@example.dk").await, Err(Error::EndedMeanwhile)));
        }
        world.start(&Who::reads(by_access.mailbox), "niels@example.dk").await.expect("by another access");
        // No call takes a day.
        world.pass(DAY + Duration::from_secs(1));
        Forget(world.service.clone()).run_once().await.expect("forgotten");
        world.start(&by_access, "niels@example.dk").await.expect("started");
    })
    .await;
}

#[tokio::test]
async fn of_a_start_and_an_end_at_once_nothing_lives_on() {
    on_each_engine(async |world| {
        for number in 0..10 {
            let who = Who::reader();
            let access = who.access.expect("an access");
            let address = format!("niels{number}@example.dk");
            let (started, ()) = tokio::join!(world.start(&who, &address), world.take(Incoming::AccessEnded(access)));
            match started {
                Ok(started) => assert!(world.get(target(&started)).await.end.is_some(), "found and ended"),
                Err(error) => assert!(matches!(error, Error::EndedMeanwhile), "{error}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_waits_behind_no_mass_of_news() {
    on_each_engine(async |world| {
        let karens = Who::reader();
        for number in 0..40 {
            world.subscribed(&Who::reads(karens.mailbox), &format!("reader{number}@example.dk")).await;
        }
        world.take(karens.letter()).await;
        world.pass(Duration::from_secs(10));
        world.start(&Who::reader(), "late@example.dk").await.expect("started");
        world.send_one_batch_of_what_is_awaited().await;
        let sent = world.mailer.take();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].1.recipient.as_str(), "late@example.dk");
    })
    .await;
}
