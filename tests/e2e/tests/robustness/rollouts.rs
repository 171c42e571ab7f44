//! Every process is started anew, one after the other, while calls come in: a caller who tries again elsewhere when it is told
//! UNAVAILABLE notices nothing (REL-D5).

use crate::trials::{Pair, number};
use harness::{Engine, Letter, Processes, Refused};
use kernel::ServiceName;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tonic::Code;

const REPLICAS: usize = 2;
/// How often every process is started anew.
const FEW: usize = 1;
/// How many call at once, and how often each is told to come again before it gives up.
const CALLERS: usize = 4;
const TRIES: usize = 100;
const COME_AGAIN: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Seen {
    calls: AtomicUsize,
    repeated: AtomicUsize,
    failed: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_everything_fails_no_call() {
    let mut processes = Processes::start_replicas(Engine::Postgres, REPLICAS).await.unwrap();
    let (seen, over) = (Seen::default(), AtomicBool::new(false));
    let mut calling = Vec::new();
    for at in 0..CALLERS {
        let pair = Pair::new(processes.suites(), at).await;
        let offered = pair.owner.gives_access(&pair.reader, harness::Until::Never).await.unwrap();
        pair.reader.approves(&offered).await.unwrap();
        calling.push(calls(pair, &seen, &over));
    }
    let rolling = async {
        for _ in 0..number(FEW) {
            for &service in ServiceName::ALL {
                for replica in 0..REPLICAS {
                    processes.restart_replica(service, replica).await.unwrap();
                }
            }
        }
        over.store(true, Ordering::Relaxed);
    };
    let ((), called) = futures::future::join(rolling, futures::future::join_all(calling)).await;
    let mut delivered = 0;
    for (pair, letters) in called {
        assert_eq!(pair.owner.lists(&pair.owner.mailbox).await.unwrap().len(), letters, "each letter is there once");
        delivered += letters;
    }
    let [calls, repeated, failed] =
        [&seen.calls, &seen.repeated, &seen.failed].map(|count| count.load(Ordering::Relaxed));
    println!("{calls} calls, {repeated} told to come again, {delivered} letters, {failed} failed");
    assert_eq!(failed, 0);
    // How often somebody was told to come again is chance: a process that drains in time tells nobody.
    assert!(calls > 20, "calls came in while processes were away: {calls}");
}

/// Reads another's post and delivers a letter, in turns, until it is over; how many letters the owner must have then.
async fn calls(pair: Pair, seen: &Seen, over: &AtomicBool) -> (Pair, usize) {
    let mut letters = pair.owner.lists(&pair.owner.mailbox).await.unwrap().len();
    for turn in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let read = async |at: usize| pair.reader.through(pair.suite(at)).opens(&pair.letter).await.map(|_| ());
        persist(seen, turn, read).await;
        let letter = Letter::about(&format!("Brev {turn}"));
        let delivery = pair.suite(0).authority().prepares(&pair.owner.person, letter).await.unwrap();
        let deliver = async |at: usize| pair.suite(at).authority().sends(delivery.clone()).await.map(|_| ());
        letters += usize::from(persist(seen, turn, deliver).await);
    }
    (pair, letters)
}

/// Calls one replica and then the other, for as long as it is told UNAVAILABLE; whether it came through.
async fn persist(seen: &Seen, turn: usize, call: impl AsyncFn(usize) -> Result<(), Refused>) -> bool {
    seen.calls.fetch_add(1, Ordering::Relaxed);
    for at in turn..turn + TRIES {
        match call(at).await {
            Ok(()) => return true,
            Err(refused) if refused.code == Code::Unavailable => {
                seen.repeated.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(COME_AGAIN).await;
            }
            Err(refused) => {
                eprintln!("{refused:?}");
                break;
            }
        }
    }
    seen.failed.fetch_add(1, Ordering::Relaxed);
    false
}
