//! Calls that come in at a rate of their own, however long the answers take, through all replicas; whoever is told UNAVAILABLE
//! tries again elsewhere.

use crate::persisting::Tally;
use crate::trials::Pair;
use api::mailbox::v1::Delivery;
use api::notification::v1::ListSubscriptionsRequest;
use futures::stream::{FuturesUnordered, StreamExt as _};
use harness::suite::answer;
use harness::{Letter, Processes, Refused, Until};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Whose turn it is: each test with traffic brings all the load that a small machine takes.
pub(crate) static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
/// How many owners and readers there are.
pub(crate) const PAIRS: usize = 12;
/// How many calls may wait for their answers; then the next come in late, and it is counted how often that was.
const IN_FLIGHT: usize = 256;
/// What is called in turn: every service.
const KINDS: [&str; 4] = ["opening", "accesses", "subscriptions", "delivery"];

/// What became of the calls.
#[derive(Default, Debug)]
pub(crate) struct Seen {
    tally: Tally,
    late: AtomicUsize,
    failed: Mutex<Vec<String>>,
    /// Letters that were acknowledged, for each pair.
    letters: [AtomicUsize; PAIRS],
}

/// Who calls.
pub(crate) struct Traffic {
    pairs: Vec<Pair>,
    rate: u32,
    seen: Seen,
    over: AtomicBool,
}

impl Traffic {
    /// Owners, each with a reader, who will call `rate` times a second in all.
    pub(crate) async fn new(processes: &Processes, rate: u32) -> Self {
        Self { pairs: pairs(processes).await, rate, seen: Seen::default(), over: AtomicBool::new(false) }
    }

    /// Calls until `meanwhile` is done; that every call came through, and every letter is there once.
    pub(crate) async fn flows_during(self, meanwhile: impl Future<Output = ()>) {
        let started = Instant::now();
        let before = self.letters_there().await;
        let ending = async {
            meanwhile.await;
            self.over.store(true, Ordering::Relaxed);
        };
        futures::future::join(ending, self.calls()).await;
        let (calls, seconds) = (self.seen.tally.calls(), started.elapsed().as_secs_f64());
        let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
        let acknowledged: Vec<usize> = self.seen.letters.iter().map(count).collect();
        let failed = self.seen.failed.lock().unwrap().clone();
        #[expect(clippy::cast_precision_loss, reason = "a rate to be shown")]
        let rate = calls as f64 / seconds;
        println!(
            "{calls} calls in {seconds:.0} s ({rate:.0} a second), {}, {} came in late, {} letters, {} failed",
            self.seen.tally,
            count(&self.seen.late),
            acknowledged.iter().sum::<usize>(),
            failed.len(),
        );
        assert_eq!(failed, Vec::<String>::new());
        assert!(calls > 10, "calls came in meanwhile: {calls}");
        let there: Vec<usize> = before.iter().zip(&acknowledged).map(|(before, more)| before + more).collect();
        assert_eq!(self.letters_there().await, there, "each letter is there once");
    }

    /// How many letters each owner has.
    async fn letters_there(&self) -> Vec<usize> {
        let mut there = Vec::new();
        for pair in &self.pairs {
            let folders = pair.owner.folders(&pair.owner.mailbox).await.unwrap();
            there.push(usize::try_from(folders.iter().map(|folder| folder.message_count).sum::<i64>()).unwrap());
        }
        there
    }

    async fn calls(&self) {
        let (mut calling, mut turn) = (FuturesUnordered::new(), 0);
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / self.rate);
        while !self.over.load(Ordering::Relaxed) {
            tokio::select! {
                _ = ticks.tick(), if calling.len() < IN_FLIGHT => {
                    calling.push(call(&self.pairs[turn % PAIRS], turn, &self.seen));
                    turn += 1;
                    if calling.len() == IN_FLIGHT {
                        self.seen.late.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Some(()) = calling.next() => {}
            }
        }
        while calling.next().await.is_some() {}
    }
}

/// Owners, each with a reader.
pub(crate) async fn pairs(processes: &Processes) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for at in 0..PAIRS {
        let pair = Pair::new(processes.suites(), at).await;
        let offered = pair.owner.gives_access(&pair.reader, Until::Never).await.unwrap();
        pair.reader.approves(&offered).await.unwrap();
        pairs.push(pair);
    }
    pairs
}

/// One call: of every service in turn.
async fn call(pair: &Pair, turn: usize, seen: &Seen) {
    match turn / PAIRS % KINDS.len() {
        0 => {
            let opens = async |at| pair.reader.through(pair.suite(at)).opens(&pair.letter).await.map(|_| ());
            comes_through(seen, turn, opens).await;
        }
        1 => {
            let lists = async |at| pair.owner.through(pair.suite(at)).given_accesses().await.map(|_| ());
            comes_through(seen, turn, lists).await;
        }
        2 => {
            let lists = async |at| {
                let reader = pair.reader.through(pair.suite(at));
                let request = reader.request(ListSubscriptionsRequest::default());
                answer(pair.suite(at).clients().subscriptions().list_subscriptions(request).await).map(|_| ())
            };
            comes_through(seen, turn, lists).await;
        }
        _ => {
            let letter = Letter::about(&format!("Brev {turn}"));
            let delivery: Delivery = pair.suite(0).authority().prepares(&pair.owner.person, letter).await.unwrap();
            let sends = async |at| pair.suite(at).authority().sends(delivery.clone()).await.map(|_| ());
            if comes_through(seen, turn, sends).await {
                seen.letters[turn % PAIRS].fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Calls one replica after the other, for as long as they are away; whether it came through.
async fn comes_through(seen: &Seen, turn: usize, call: impl AsyncFn(usize) -> Result<(), Refused>) -> bool {
    // In each round a pair begins with another replica than in the one before.
    let came = seen.tally.persist(turn + turn / PAIRS, call).await;
    if let Err(refused) = &came {
        seen.failed.lock().unwrap().push(format!("{}: {refused:?}", KINDS[turn / PAIRS % KINDS.len()]));
    }
    came.is_ok()
}
