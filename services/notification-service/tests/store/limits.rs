//! How often codes are made (N8).

use crate::world::{Who, World, on_each_engine, target};
use notification_service::domain::ledger::Kind;
use notification_service::domain::ledger::State;
use notification_service::error::Error;
use notification_service::usecase::Target;
use notification_service::usecase::stop::stop;
use sql::Once;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

async fn stopped(world: &World, target: Target) {
    stop(&world.service, target, Once::new([0; 32], "Stop", "", [0; 32]).into()).await.expect("stopped");
}

#[tokio::test]
async fn a_minute_between_two_codes() {
    on_each_engine(async |world| {
        let started = world.start(&Who::reader(), "niels@example.dk").await.expect("started");
        world.pass(Duration::from_micros(59_999_999));
        let refused = world.resend(target(&started)).await;
        assert!(matches!(refused, Err(Error::CodeTooSoon { retry_after }) if retry_after == Duration::from_micros(1)));
        world.pass(Duration::from_micros(1));
        world.resend(target(&started)).await.expect("a second code");
    })
    .await;
}

#[tokio::test]
async fn three_an_hour_and_five_a_day_also_when_started_again() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let mut last = world.start(&who, "a@example.dk").await.expect("started");
        for address in ["b@example.dk", "c@example.dk"] {
            stopped(&world, target(&last)).await;
            last = world.start(&who, address).await.expect("started again");
        }
        assert_eq!(last.waiting.as_ref().expect("waiting").next_code_time, last.create_time.plus(HOUR));
        world.pass(MINUTE);
        let refused = world.resend(target(&last)).await;
        assert!(matches!(refused, Err(Error::TooManyCodes { retry_after }) if retry_after == Duration::from_mins(59)));
        world.pass(Duration::from_mins(59));
        world.resend(target(&last)).await.expect("a fourth code");
        world.pass(HOUR);
        world.resend(target(&last)).await.expect("a fifth code");
        world.pass(HOUR);
        assert!(matches!(world.resend(target(&last)).await, Err(Error::TooManyCodes { .. })));
        world.pass(Duration::from_hours(21));
        world.resend(target(&last)).await.expect("a day later");
    })
    .await;
}

#[tokio::test]
async fn five_a_day_for_an_address_over_all_accounts_at_once() {
    on_each_engine(async |world| {
        let readers: Vec<Who> = (0..20).map(|_| Who::reader()).collect();
        let starts = readers.iter().map(|who| world.start(who, "Niels@example.dk"));
        let outcomes = futures::future::join_all(starts).await;
        assert_eq!(outcomes.iter().filter(|started| started.is_ok()).count(), 5);
        assert!(matches!(world.start(&Who::reader(), "niels@EXAMPLE.dk").await, Err(Error::TooManyCodes { .. })));
        assert_eq!(world.count(State::Owed, Kind::Code).await, 5);
        world.pass(Duration::from_hours(24));
        world.start(&Who::reader(), "niels@example.dk").await.expect("a day later");
    })
    .await;
}

#[tokio::test]
async fn ten_a_day_for_a_person_at_once() {
    on_each_engine(async |world| {
        let niels = Who::reader();
        let accesses: Vec<(Who, String)> =
            (0..20).map(|number| (niels.elsewhere(), format!("niels{number}@example.dk"))).collect();
        let starts = accesses.iter().map(|(who, address)| world.start(who, address));
        let outcomes = futures::future::join_all(starts).await;
        assert_eq!(outcomes.iter().filter(|started| started.is_ok()).count(), 10);
        world.start(&Who::reader(), "other@example.dk").await.expect("another person");
    })
    .await;
}
