//! An access that has ended is refused in every call that is invoked after the ending call returned, whichever processes
//! took the two; and one that was approved is let in.

use crate::trials::{Pair, number, processes};
use harness::{Letter, Until};

/// How many trials run at a time: more than there are processors, so that processes wait for each other.
const AT_ONCE: usize = 4;
const FEW: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a6_an_access_that_has_ended_is_refused_through_every_process() {
    let processes = processes().await;
    let trials = number(FEW);
    let mut pairs = Vec::new();
    for at in 0..AT_ONCE {
        let pair = Pair::new(processes.suites(), at).await;
        pairs.push(tokio::spawn(async move {
            let mut seen = Seen::default();
            for trial in (at..trials).step_by(AT_ONCE) {
                seen.add(&one(&pair, trial).await);
            }
            seen
        }));
    }
    let mut seen = Seen::default();
    for pair in pairs {
        seen.add(&pair.await.unwrap());
    }
    println!("{trials} accesses approved and ended through three processes of each service: {seen:?}");
    assert_eq!(seen.let_in, 3 * trials, "calls after the approval that were let in");
    assert_eq!(seen.refused, 3 * trials, "calls after the end that were refused");
    assert_eq!((seen.stale_denials, seen.stale_allowances), (0, 0));
}

/// What became of the calls that were made.
#[derive(Default, Debug)]
struct Seen {
    let_in: usize,
    stale_denials: usize,
    refused: usize,
    stale_allowances: usize,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.let_in += other.let_in;
        self.stale_denials += other.stale_denials;
        self.refused += other.refused;
        self.stale_allowances += other.stale_allowances;
    }
}

/// An access comes and goes, each step through another process; after each step calls go through all of them.
async fn one(pair: &Pair, trial: usize) -> Seen {
    let mut seen = Seen::default();
    let [giving, approving, ending] = [trial, trial / 3, trial / 9].map(|at| pair.suite(at));
    let offered = pair.owner.through(giving).gives_access(&pair.reader, Until::Never).await.unwrap();
    let access = pair.reader.through(approving).approves(&offered).await.unwrap();
    for outcome in pair.reads_everywhere(trial).await {
        match outcome {
            Ok(()) => seen.let_in += 1,
            Err(refused) => {
                seen.stale_denials += 1;
                eprintln!("trial {trial}: denied after the approval: {refused:?}");
            }
        }
    }
    let by = if trial.is_multiple_of(2) { &pair.owner } else { &pair.reader };
    by.through(ending).removes(&access).await.unwrap();
    // What arrives after the end is not seen either; in some of the trials, since letters stay.
    if trial.is_multiple_of(10) {
        ending.authority().delivers(&pair.owner.person, Letter::about("Nyt")).await.unwrap();
    }
    for outcome in pair.reads_everywhere(trial).await {
        match outcome {
            Err(refused) if refused.reason == "ACCESS_ENDED" => seen.refused += 1,
            Err(refused) => eprintln!("trial {trial}: neither allowed nor refused: {refused:?}"),
            Ok(()) => {
                seen.stale_allowances += 1;
                eprintln!("trial {trial}: allowed after the end");
            }
        }
    }
    seen
}
