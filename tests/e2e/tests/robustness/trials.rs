//! How many trials there are, and who takes part in them.

use harness::{Citizen, Engine, Letter, Person, Processes, Refused, Settings, Suite};
use std::path::PathBuf;

/// How many processes there are of each service.
pub(crate) const REPLICAS: usize = 3;

/// How many trials: a few, or what `DIGITALPOST_TEST_TRIALS` says, where a run is to be large.
pub(crate) fn number(few: usize) -> usize {
    match std::env::var("DIGITALPOST_TEST_TRIALS") {
        Ok(text) => text.parse().expect("DIGITALPOST_TEST_TRIALS is a number"),
        Err(_) => few,
    }
}

/// So many of each service, of the earlier version whose programs lie where `DIGITALPOST_TEST_EARLIER` says, if it does. They are
/// of this version when they are started anew after [`Processes::migrate`].
pub(crate) async fn of_an_earlier_version(replicas: usize, settings: Settings) -> Processes {
    let earlier = std::env::var_os("DIGITALPOST_TEST_EARLIER").map(PathBuf::from);
    Processes::start_with(Engine::Postgres, replicas, Settings { earlier, ..settings }).await.unwrap()
}

/// Three of each service.
pub(crate) async fn processes() -> Processes {
    Processes::start_replicas(Engine::Postgres, REPLICAS).await.unwrap()
}

/// An owner with a letter, and somebody who gets access.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) owner: Citizen,
    pub(crate) reader: Citizen,
    pub(crate) letter: String,
    pub(crate) suites: Vec<Suite>,
}

impl Pair {
    /// Two persons of the crowd whom no other pair has.
    pub(crate) async fn new(suites: &[Suite], number: usize) -> Self {
        let of_crowd = |at: usize| Person::of_crowd(u32::try_from(at).unwrap());
        let owner = suites[0].citizen(of_crowd(2 * number)).await;
        let reader = suites[0].citizen(of_crowd(2 * number + 1)).await;
        let letter = suites[0].authority().delivers(&owner.person, Letter::about("Skat")).await.unwrap().message;
        Self { owner, reader, letter, suites: suites.to_vec() }
    }

    /// The suite of the replica `at`, counted round.
    pub(crate) fn suite(&self, at: usize) -> &Suite {
        &self.suites[at % self.suites.len()]
    }

    /// One delegated call through each mailbox process at once, of another kind in each; the kinds go round with `trial`.
    pub(crate) async fn reads_everywhere(&self, trial: usize) -> Vec<Result<(), Refused>> {
        let calls = (0..self.suites.len()).map(|at| {
            let (pair, reader) = (self.clone(), self.reader.through(self.suite(at)));
            async move {
                match (at + trial) % 3 {
                    0 => reader.looks_into(&pair.owner.mailbox).await.map(|_| ()),
                    1 => reader.opens(&pair.letter).await.map(|_| ()),
                    _ => reader.marks(&pair.letter, trial.is_multiple_of(2)).await,
                }
            }
        });
        futures::future::join_all(calls).await
    }
}
