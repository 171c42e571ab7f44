//! Two people decide at once, through two processes: one of them does, the others are told that it is so.

use crate::trials::{Pair, number, processes};
use api::access::v1::{AccessState, EndReason, ReadAccess};
use harness::{Citizen, Refused, Until};
use tokio_util::sync::CancellationToken;

const FEW: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a6_of_decisions_at_once_exactly_one_is_made() {
    let processes = processes().await;
    let pair = Pair::new(processes.suites(), 0).await;
    let (races, mut ended_by) = (number(FEW), [0_usize; 3]);
    for race in 0..races {
        let outcome = Box::pin(one(&pair, race)).await;
        ended_by[outcome] += 1;
    }
    let [declined, withdrawn, removed] = ended_by;
    println!("{races} races: {declined} declined, {withdrawn} withdrawn, {removed} approved and removed");
    assert!(declined > 0 && withdrawn > 0 && removed > 0, "no side wins always");
}

/// Approving, declining, withdrawing and removing, all at once. What came of it: declined, withdrawn, or approved and removed.
async fn one(pair: &Pair, race: usize) -> usize {
    let offered_by_owner = race.is_multiple_of(2);
    let (giver, taker) = if offered_by_owner { (&pair.owner, &pair.reader) } else { (&pair.reader, &pair.owner) };
    let begun = if offered_by_owner {
        giver.gives_access(taker, Until::Never).await.unwrap()
    } else {
        giver.asks_for_access(taker, Until::Never).await.unwrap()
    };
    let through = |at: usize| pair.suite(race / 2 + at);
    let [approving, declining] = [taker.through(through(0)), taker.through(through(1))];
    let [withdrawing, removing] = [giver.through(through(1)), giver.through(through(0))];
    // Who is first is not the same each time; in half of the races one is done before the others begin, so that each side
    // wins some of them on any machine.
    let gate = Gate::of(race);
    let (approved, declined, withdrawn, removed) = tokio::join!(
        gate.pass(0, race % 3, approving.approves(&begun)),
        gate.pass(1, race % 5, declining.declines(&begun)),
        gate.pass(2, race % 7, withdrawing.withdraws(&begun)),
        gate.pass(3, race % 4, removes_once_decided(&removing, &begun)),
    );

    let decided = [&approved, &declined, &withdrawn].map(made).into_iter().filter(|made| *made).count();
    assert_eq!(decided, 1, "race {race}");
    assert!(!made(&removed) || made(&approved), "race {race}: only what is active is removed");
    let (expected, outcome) = match (made(&declined), made(&withdrawn), made(&removed)) {
        (true, ..) => ((AccessState::Ended, EndReason::Declined), 0),
        (_, true, _) => ((AccessState::Ended, EndReason::Withdrawn), 1),
        (.., true) if offered_by_owner => ((AccessState::Ended, EndReason::RemovedByOwner), 2),
        (.., true) => ((AccessState::Ended, EndReason::RemovedByReader), 2),
        _ => panic!("race {race}: approved, and not removed after it"),
    };
    for (at, citizen) in [&pair.owner, &pair.reader].into_iter().enumerate() {
        let seen = citizen.through(through(at)).sees_access(&begun.name).await.unwrap();
        assert_eq!((seen.state(), seen.end_reason()), expected, "race {race}");
    }
    outcome
}

/// Lets one go first, or all at once.
struct Gate {
    first: usize,
    open: CancellationToken,
}

impl Gate {
    fn of(race: usize) -> Self {
        let gate = Self { first: race % 6, open: CancellationToken::new() };
        if gate.first > 2 {
            gate.open.cancel();
        }
        gate
    }

    /// Makes the call of `who` when it is their turn, and some turns of the scheduler later.
    async fn pass<T>(&self, who: usize, turns: usize, call: impl Future<Output = T>) -> T {
        if who != self.first {
            self.open.cancelled().await;
        }
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let done = call.await;
        self.open.cancel();
        done
    }
}

/// Removing what is pending has no meaning, and may have one a moment later.
async fn removes_once_decided(citizen: &Citizen, access: &ReadAccess) -> Result<ReadAccess, Refused> {
    loop {
        match citizen.removes(access).await {
            Err(refused) if refused.metadata.get("state").is_some_and(|state| state != "ACTIVE") => {}
            removed => return removed,
        }
    }
}

/// Whether the change was made; if not, the refusal says what is so.
fn made(outcome: &Result<ReadAccess, Refused>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(refused) => {
            assert!(["ACCESS_ENDED", "STATE_CONFLICT"].contains(&refused.reason.as_str()), "{refused:?}");
            false
        }
    }
}
