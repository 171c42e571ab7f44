//! The end of an access against clocks: processes that disagree, a clock that steps back.

use harness::suite::NOON;
use harness::{Citizen, Refusable as _, TwoSuites, Until};
use kernel::Timestamp;
use std::time::Duration;

/// Last days around both changes of 2027, and the instant at which each is over, in UTC: written out, not reckoned.
const LAST_DAYS: [(&str, &str); 6] = [
    // Winter time, one hour ahead of UTC.
    ("2027-03-27", "2027-03-27T23:00:00Z"),
    // The day of 23 hours ends in summer time, two hours ahead.
    ("2027-03-28", "2027-03-28T22:00:00Z"),
    ("2027-03-29", "2027-03-29T22:00:00Z"),
    ("2027-10-30", "2027-10-30T22:00:00Z"),
    // The day of 25 hours.
    ("2027-10-31", "2027-10-31T23:00:00Z"),
    ("2027-11-01", "2027-11-01T23:00:00Z"),
];
/// The smallest step that storage knows.
const STEP: Duration = Duration::from_micros(1);

fn instant(text: &str) -> Timestamp {
    text.parse::<prost_types::Timestamp>().map(|at| Timestamp::from_micros(at.seconds * 1_000_000)).unwrap()
}

/// Niels in both suites.
fn in_both(suites: &TwoSuites, niels: &Citizen) -> [Citizen; 2] {
    [niels.through(&suites.first), niels.through(&suites.second)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a9_two_processes_whose_clocks_differ_end_an_access_at_the_same_second() {
    let suites = TwoSuites::start().await;
    let (karen, niels) = suites.first.karen_and_niels().await;
    for (last_day, over) in LAST_DAYS {
        let offered = karen.gives_access(&niels, Until::Day(last_day)).await.unwrap();
        niels.approves(&offered).await.unwrap();
        suites.set(instant(over).minus(STEP)).await;
        for niels in in_both(&suites, &niels) {
            niels.lists(&karen.mailbox).await.unwrap();
        }
        suites.set(instant(over)).await;
        for niels in in_both(&suites, &niels) {
            niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a9_a_clock_that_steps_back_brings_no_access_back() {
    let suites = TwoSuites::start().await;
    let (karen, niels) = suites.first.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2026-11-22")).await.unwrap();
    niels.approves(&offered).await.unwrap();
    let midnight = instant("2026-11-22T23:00:00Z");
    suites.set(midnight).await;
    let refused_in_both = async |what: &str| {
        for niels in in_both(&suites, &niels) {
            let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
            assert_eq!(refused.metadata["end_reason"], "EXPIRED", "{what}");
        }
    };
    refused_in_both("at midnight").await;
    // The clock of one process: it is the database's that counts.
    suites.second.clock().set(midnight.minus(Duration::from_secs(10)));
    refused_in_both("one process's clock stepped back").await;
    // The database's own, as after a failover to a server that is behind: whoever has seen the end goes on seeing it.
    suites.set(NOON).await;
    refused_in_both("the database's clock stepped back").await;
}
