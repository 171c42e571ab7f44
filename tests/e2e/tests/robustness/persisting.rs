//! Callers who are told UNAVAILABLE, or whose connection is cut, and try again elsewhere.

use harness::Refused;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tonic::Code;

/// How often and for how long a call is tried before it has failed, and after what wait it is tried again.
const TRIES: usize = 100;
const PATIENCE: Duration = Duration::from_mins(1);
const COME_AGAIN: Duration = Duration::from_millis(20);

/// How many calls there were, and how often they were tried.
#[derive(Default, Debug)]
pub(crate) struct Tally {
    calls: AtomicUsize,
    repeated: AtomicUsize,
    most_tries: AtomicUsize,
}

impl Tally {
    /// Calls the replica of this number, counted round, and for as long as it is told that nobody is there the one after
    /// it.
    pub(crate) async fn persist<T>(
        &self,
        first: usize,
        call: impl AsyncFn(usize) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let (began, mut tries) = (Instant::now(), 1);
        loop {
            match call(first + tries - 1).await {
                Err(refused) if is_away(&refused) && tries < TRIES && began.elapsed() < PATIENCE => {
                    self.repeated.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(COME_AGAIN).await;
                    tries += 1;
                }
                answered => {
                    self.most_tries.fetch_max(tries, Ordering::Relaxed);
                    return answered;
                }
            }
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn repeated(&self) -> usize {
        self.repeated.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most_tries = self.most_tries.load(Ordering::Relaxed);
        write!(f, "{} told to come again, {most_tries} tries at the most", self.repeated())
    }
}

/// Whether nobody was there to answer. Where a connection ends under a call, other clients say UNAVAILABLE, and tonic's says
/// CANCELLED, INTERNAL or UNKNOWN; what we refuse ourselves has a reason with it always.
fn is_away(refused: &Refused) -> bool {
    let by_transport = matches!(refused.code, Code::Cancelled | Code::Internal | Code::Unknown);
    refused.code == Code::Unavailable || (by_transport && refused.reason.is_empty())
}
