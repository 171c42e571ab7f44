//! Every process is started anew, one after the other, while calls come in: a caller who tries again elsewhere when it is told
//! UNAVAILABLE notices nothing (REL-D5). So with tonic's client, and with one that shares no code with the services.

use crate::traffic::{TURN, Traffic, pairs};
use crate::trials::{number, of_an_earlier_version};
use api::access::v1::ListGivenAccessesRequest;
use api::mailbox::v1::GetMessageRequest;
use api::notification::v1::ListSubscriptionsRequest;
use harness::{ForeignCall, ForeignClient, Processes, Settings, size};
use kernel::ServiceName;
use std::collections::BTreeMap;
use std::time::Instant;

const REPLICAS: usize = 2;

/// How often everything is started anew, and how many calls come in a second.
fn extent() -> (usize, u32) {
    (number(size(1, 100)), u32::try_from(size(60, 200)).unwrap())
}

/// Those of an earlier version are replaced by this one with the first restart: an upgrade.
async fn restart_everything(processes: &mut Processes, times: usize) {
    processes.migrate().await.unwrap();
    for _ in 0..times {
        for &service in ServiceName::ALL {
            for replica in 0..REPLICAS {
                processes.restart_replica(service, replica).await.unwrap();
            }
        }
    }
    println!("every service was started anew {times} times, each of its {REPLICAS} replicas");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_everything_fails_no_call() {
    let _turn = TURN.lock().await;
    let (restarts, rate) = extent();
    let mut processes = of_an_earlier_version(REPLICAS, Settings::default()).await;
    let traffic = Traffic::new(&processes, rate).await;
    traffic.flows_during(restart_everything(&mut processes, restarts)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_everything_fails_no_call_of_a_foreign_client() {
    let _turn = TURN.lock().await;
    let (restarts, rate) = extent();
    let mut processes = of_an_earlier_version(REPLICAS, Settings::default()).await;
    let mut calls = Vec::new();
    for pair in pairs(&processes).await {
        let opening = GetMessageRequest { name: pair.letter.clone() };
        calls.extend([
            ForeignCall::new(
                "/digitalpost.access.v1.ReadAccessService/ListGivenAccesses",
                &pair.owner.request(ListGivenAccessesRequest::default()),
            ),
            ForeignCall::new(
                "/digitalpost.notification.v1.SubscriptionService/ListSubscriptions",
                &pair.reader.request(ListSubscriptionsRequest::default()),
            ),
            // By the reader: mailbox-service asks access-service.
            ForeignCall::new("/digitalpost.mailbox.v1.MailboxService/GetMessage", &pair.reader.request(opening)),
        ]);
    }
    let client = ForeignClient::start(processes.suites(), &calls, rate).unwrap();
    let started = Instant::now();
    restart_everything(&mut processes, restarts).await;
    let seconds = started.elapsed().as_secs_f64();
    let seen = client.end().unwrap();
    println!(
        "{} calls in {seconds:.1} s, {} told UNAVAILABLE and repeated, {} tries at the most, {} came in late, {} failed; told \
         {:#?}",
        seen.calls,
        seen.repeated,
        seen.most_tries,
        seen.late,
        seen.failures.values().sum::<usize>(),
        seen.away,
    );
    assert_eq!(seen.failures, BTreeMap::new());
    assert_eq!(seen.cut(), BTreeMap::new(), "calls under way are finished");
    assert!(seen.calls > 10 * restarts, "calls came in meanwhile: {}", seen.calls);
    assert!(seen.repeated > 0, "the client met processes that were away");
}
