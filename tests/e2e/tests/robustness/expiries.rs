//! An expiry is the end of an access in every process at the same instant of the database's clock.

use crate::trials::{Pair, REPLICAS, number};
use harness::suite::NOON;
use harness::{Processes, Until};
use kernel::Date;
use std::time::Duration;

/// How many accesses expire at the same midnight, one trial each.
const TOGETHER: usize = 10;
const FEW: usize = 20;
const STEP: Duration = Duration::from_micros(1);
const DAY: Duration = Duration::from_hours(24);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a9_an_access_that_has_expired_is_refused_through_every_process() {
    let (processes, database) = Processes::start_replicas_in_driven_time(REPLICAS, NOON).await.unwrap();
    let trials = number(FEW);
    let mut pairs = Vec::new();
    for at in 0..TOGETHER {
        pairs.push(Pair::new(processes.suites(), at).await);
    }
    let (mut let_in, mut refused, mut noon) = (0, 0, NOON);
    for round in 0..trials.div_ceil(TOGETHER) {
        database.set(noon).await.unwrap();
        let last_day = Date::in_denmark(noon);
        for (at, pair) in pairs.iter().enumerate() {
            let offered = pair.owner.through(pair.suite(round)).gives_access(&pair.reader, Until::On(last_day)).await;
            pair.reader.through(pair.suite(round + at)).approves(&offered.unwrap()).await.unwrap();
        }
        database.set(last_day.end().minus(STEP)).await.unwrap();
        for outcome in all(&pairs, round).await {
            outcome.unwrap();
            let_in += 1;
        }
        database.set(last_day.end()).await.unwrap();
        for outcome in all(&pairs, round).await {
            assert_eq!(outcome.unwrap_err().metadata["end_reason"], "EXPIRED");
            refused += 1;
        }
        noon = noon.plus(DAY);
    }
    println!("{let_in} calls a microsecond before the end were let in, {refused} at the end refused");
}

async fn all(pairs: &[Pair], trial: usize) -> Vec<Result<(), harness::Refused>> {
    let reading = pairs.iter().map(|pair| pair.reads_everywhere(trial));
    futures::future::join_all(reading).await.into_iter().flatten().collect()
}
