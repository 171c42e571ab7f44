//! Codes (N2, N8): tries, expiry, one winner, repetition, nothing in clear.

use crate::world::{Who, email, entitled, on_each_engine, other_than, target};
use kernel::Clock as _;
use notification_service::domain::ledger::{Kind, State};
use notification_service::domain::subscription;
use notification_service::error::Error;
use notification_service::store::waiting_address;
use notification_service::usecase::confirm::{Confirm, confirm};
use notification_service::usecase::stop::stop;
use sql::Once;
use std::time::Duration;

#[tokio::test]
async fn the_right_code_puts_the_address_into_force() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        assert_eq!(started.state(), subscription::State::AwaitingCode);
        let code = world.code().await;
        let confirmed = world.confirm(target(&started), &code).await.expect("confirmed");
        assert_eq!(confirmed.state(), subscription::State::Active);
        assert_eq!((confirmed.address, confirmed.waiting), (Some(email("niels@example.dk")), None));
        assert!(matches!(world.confirm(target(&started), &code).await, Err(Error::CodeRefused)));
    })
    .await;
}

#[tokio::test]
async fn the_sixth_try_is_refused_even_with_the_right_code() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let code = world.code().await;
        for _ in 0..5 {
            assert!(matches!(world.confirm(target(&started), &other_than(&code)).await, Err(Error::CodeRefused)));
        }
        assert!(matches!(world.confirm(target(&started), &code).await, Err(Error::CodeRefused)));
        world.pass(Duration::from_mins(1));
        world.resend(target(&started)).await.expect("a new code");
        let code = world.code().await;
        world.confirm(target(&started), &code).await.expect("confirmed");
    })
    .await;
}

#[tokio::test]
async fn of_many_wrong_codes_at_once_five_are_looked_at() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let code = world.code().await;
        let wrong = other_than(&code);
        let tries = (0..200).map(|_| world.confirm(target(&started), &wrong));
        assert!(futures::future::join_all(tries).await.iter().all(|tried| matches!(tried, Err(Error::CodeRefused))));
        let id = started.id;
        let counted = world.service.db.read(|tx| {
            Box::pin(tx.one("SELECT tries FROM waiting_address WHERE subscription = $1", sql::args![id], |row| {
                row.get::<i64>("tries")
            }))
        });
        assert_eq!(
            counted.await.map_err(|error: sql::Error| error).expect("counted"),
            5,
            "what was compared was counted"
        );
        assert!(matches!(world.confirm(target(&started), &code).await, Err(Error::CodeRefused)));
    })
    .await;
}

#[tokio::test]
async fn of_many_right_codes_at_once_one_succeeds() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let code = world.code().await;
        let tries = (0..200).map(|_| world.confirm(target(&started), &code));
        let outcomes = futures::future::join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|tried| tried.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|tried| matches!(tried, Ok(_) | Err(Error::CodeRefused))));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_valid_until_and_not_at_ten_minutes() {
    on_each_engine(async |world| {
        for (wait, valid) in [(Duration::from_micros(599_999_999), true), (Duration::from_mins(10), false)] {
            let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
            let code = world.code().await;
            world.pass(wait);
            assert_eq!(world.confirm(target(&started), &code).await.is_ok(), valid);
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_code_kills_the_one_before_and_its_unsent_e_mail() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let first = world.code().await;
        world.pass(Duration::from_mins(1));
        world.resend(target(&started)).await.expect("a second code");
        world.pass(Duration::from_mins(1));
        world.resend(target(&started)).await.expect("a third code");
        let third = world.code().await;
        assert_eq!(world.count(State::Dropped, Kind::Code).await, 1);
        if first != third {
            assert!(matches!(world.confirm(target(&started), &first).await, Err(Error::CodeRefused)));
        }
        world.confirm(target(&started), &third).await.expect("confirmed");
    })
    .await;
}

#[tokio::test]
async fn no_code_leaves_after_its_end() {
    on_each_engine(async |world| {
        world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        world.pass(Duration::from_mins(10));
        world.send_due(&entitled()).await;
        assert!(world.mailer.take_tried().is_empty());
        assert_eq!(world.count(State::Dropped, Kind::Code).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_repeat_of_a_success_counts_no_try_and_a_failure_is_not_remembered() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let code = world.code().await;
        let attempt = async |code: &notification_service::domain::code::Code, content: u8| {
            let once = Once::new([1; 32], "Confirm", "a", [content; 32]);
            confirm(&world.service, Confirm { target: target(&started), code: code.clone(), errand: once.into() }).await
        };
        assert!(matches!(attempt(&other_than(&code), 1).await, Err(Error::CodeRefused)));
        attempt(&code, 2).await.expect("confirmed");
        for _ in 0..10 {
            attempt(&code, 2).await.expect("the same again");
        }
        assert!(matches!(attempt(&other_than(&code), 1).await, Err(Error::RequestIdReused)));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_start_is_one_start() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let once = || Once::new([1; 32], "Start", "a", [1; 32]);
        let first = world.start_once(&who, "niels@example.dk", once()).await.expect("started");
        let again = world.start_once(&who, "niels@example.dk", once()).await.expect("the same");
        assert_eq!(first, again);
        assert_eq!(world.count(State::Owed, Kind::Code).await, 1);
        let other = world.start(&who, "other@example.dk").await;
        assert!(matches!(other, Err(Error::SubscriptionExists(_, id)) if id == first.id));
    })
    .await;
}

#[tokio::test]
async fn of_many_starts_at_once_one_succeeds() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let starts = (0..10).map(|_| world.start(&who, "niels@example.dk"));
        let outcomes = futures::future::join_all(starts).await;
        assert_eq!(outcomes.iter().filter(|started| started.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|started| matches!(started, Ok(_) | Err(Error::SubscriptionExists(..)))));
    })
    .await;
}

#[tokio::test]
async fn an_ended_subscription_takes_no_code() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let code = world.code().await;
        let once = Once::new([0; 32], "Stop", "", [0; 32]);
        let stopped = stop(&world.service, target(&started), once.into()).await.expect("stopped");
        assert_eq!(stopped.state(), subscription::State::Ended);
        assert!(matches!(world.confirm(target(&started), &code).await, Err(Error::Ended)));
        assert!(matches!(world.resend(target(&started)).await, Err(Error::Ended)));
        let stranger = Who::reader().person;
        let theirs = notification_service::usecase::Target { person: stranger, ..target(&started) };
        assert!(matches!(world.confirm(theirs, &code).await, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn neither_code_nor_address_nor_name_lies_in_the_database() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let started = world.start(&who, "niels.hemmelig@example.dk").await.expect("started");
        let code = world.code().await;
        world.confirm(target(&started), &code).await.expect("confirmed");
        world.take(who.letter()).await;
        world.pass(Duration::from_secs(10));
        world.mailer.refuse_next(notification_service::mailer::SendError::new(
            notification_service::mailer::Fault::Transient,
            "4.2.0",
        ));
        world.send_due(&entitled()).await;
        let found = |needle: &str| {
            std::fs::read_dir(world.folder.path()).expect("files").any(|file| {
                let bytes = std::fs::read(file.expect("a file").path()).expect("bytes");
                bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
            })
        };
        for secret in [code.digits(), "hemmelig", "Karen", "rgaard"] {
            assert!(!found(secret), "in clear: {secret}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_right_is_used_only_while_it_is_live() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        let id = started.id;
        let consumed = async |hash, now| {
            let consumed = world.service.db.write(move |tx| Box::pin(waiting_address::consume(tx, id, hash, now)));
            consumed.await.map_err(Error::Sql).expect("asked")
        };
        let first = world.code().await.hash(&world.service.keys.lookup, id, &email("niels@example.dk"));
        world.pass(Duration::from_mins(1));
        let waiting = world.resend(target(&started)).await.expect("a new code").waiting.expect("waiting");
        let second = world.code().await.hash(&world.service.keys.lookup, id, &email("niels@example.dk"));
        assert!(!consumed(first, world.clock.now()).await, "outdated between the comparing and the using up");
        assert!(!consumed(second, waiting.expire_time).await, "expired between the comparing and the using up");
        assert!(consumed(second, world.clock.now()).await);
        assert!(!consumed(second, world.clock.now()).await, "used up");
    })
    .await;
}
