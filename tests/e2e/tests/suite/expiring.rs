//! The last day of an access, to the second of the midnight that follows it in Denmark.

use api::access::v1::{AccessState, EndReason, ReadAccess};
use api::core::v1::Act;
use api::error::v1::ErrorReason;
use harness::{Citizen, Refusable as _, Suite, Until, on_both};
use kernel::Timestamp;
use std::time::Duration;

on_both! {
    Suite: a9_every_last_day_ends_at_its_own_midnight,
    a9_a_clock_that_steps_back_opens_nothing_again,
    a9_what_is_pending_expires_too,
    a9_what_never_expires_goes_on,
    a9_the_end_that_is_stored_later_is_the_one_that_was_shown,
}

/// Last days, each later than the one before, and the moment after them in UTC. Denmark is an hour ahead of it, in summer
/// two.
const LAST_DAYS: [(&str, &str); 8] = [
    ("2026-11-22", "2026-11-22T23:00:00Z"),
    ("2026-12-31", "2026-12-31T23:00:00Z"),
    // Summer time begins in the night to 28 March 2027, a day of 23 hours.
    ("2027-03-27", "2027-03-27T23:00:00Z"),
    ("2027-03-28", "2027-03-28T22:00:00Z"),
    ("2027-07-31", "2027-07-31T22:00:00Z"),
    // It ends in the night to 31 October 2027, a day of 25 hours.
    ("2027-10-30", "2027-10-30T22:00:00Z"),
    ("2027-10-31", "2027-10-31T23:00:00Z"),
    ("2028-02-29", "2028-02-29T23:00:00Z"),
];

fn moment(text: &str) -> Timestamp {
    let moment: prost_types::Timestamp = text.parse().unwrap();
    Timestamp::from_micros(moment.seconds * 1_000_000)
}

/// Given and approved, until the end of `day`.
async fn given_until(day: &'static str, karen: &Citizen, niels: &Citizen) -> ReadAccess {
    let offered = karen.gives_access(niels, Until::Day(day)).await.unwrap();
    niels.approves(&offered).await.unwrap()
}

async fn is_over_for(niels: &Citizen, karen: &Citizen) {
    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["end_reason"], "EXPIRED");
    let decision = niels.suite().gatekeeper().decides(niels, Act::Read, &karen.mailbox).await;
    assert_eq!((decision.denial(), decision.end_reason()), (ErrorReason::AccessEnded, EndReason::Expired));
    assert!(niels.received_accesses().await.unwrap().accesses.is_empty());
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert_eq!(niels.open_mailboxes().await.unwrap().len(), 1, "their own only");
}

async fn a9_every_last_day_ends_at_its_own_midnight(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for (last_day, end) in LAST_DAYS {
        let access = given_until(last_day, &karen, &niels).await;
        assert_eq!(access.expire_time, Some(end.parse().unwrap()), "{last_day}");
        let end = moment(end);
        for before in [Duration::from_secs(1), Duration::from_millis(1), Duration::from_micros(1)] {
            suite.clock().set(end.minus(before));
            niels.lists(&karen.mailbox).await.unwrap();
        }
        for after in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(1)] {
            suite.clock().set(end.plus(after));
            is_over_for(&niels, &karen).await;
        }
    }
}

async fn a9_a_clock_that_steps_back_opens_nothing_again(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = given_until("2026-11-22", &karen, &niels).await;
    let end = moment("2026-11-22T23:00:00Z");
    suite.clock().set(end.minus(Duration::from_secs(1)));
    niels.lists(&karen.mailbox).await.unwrap();
    suite.clock().set(end);
    is_over_for(&niels, &karen).await;
    for back in [Duration::from_micros(1), Duration::from_secs(2), Duration::from_hours(1)] {
        suite.clock().set(end.minus(back));
        is_over_for(&niels, &karen).await;
        niels.approves(&access).await.refused("ACCESS_ENDED");
        karen.changes_expiry(&access, Until::Never).await.refused("ACCESS_ENDED");
    }
}

async fn a9_what_is_pending_expires_too(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2026-11-22")).await.unwrap();
    let requested = karen.asks_for_access(&niels, Until::Day("2026-11-22")).await.unwrap();
    suite.clock().set(moment("2026-11-22T23:00:00Z"));
    let late = niels.approves(&offered).await.refused("ACCESS_ENDED");
    assert_eq!(late.metadata["end_reason"], "EXPIRED");
    niels.approves(&requested).await.refused("ACCESS_ENDED");
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
}

async fn a9_what_never_expires_goes_on(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    assert_eq!(access.expire_time, None);
    suite.advance(Duration::from_hours(24 * 366 * 20)).await;
    niels.lists(&karen.mailbox).await.unwrap();
    assert_eq!(niels.sees_access(&access.name).await.unwrap().state(), AccessState::Active);
}

async fn a9_the_end_that_is_stored_later_is_the_one_that_was_shown(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = given_until("2026-11-22", &karen, &niels).await;
    // Nobody is at work until long after.
    suite.clock().set(moment("2026-12-24T12:00:00Z"));
    let shown = niels.sees_access(&access.name).await.unwrap();
    assert_eq!((shown.state(), shown.end_reason()), (AccessState::Ended, EndReason::Expired));
    assert_eq!(shown.end_time, access.expire_time);
    suite.settle().await;
    assert!(niels.sees_access(&access.name).await.unwrap() == shown);
    assert!(niels.ended_accesses().await.unwrap() == [shown]);
}
