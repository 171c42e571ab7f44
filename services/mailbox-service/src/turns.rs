//! Turns: what streams in is large and in no hurry, and whoever reads meanwhile is not to notice it.
//!
//! All streams of a process share a few turns, one for each batch. A turn is given back at once if nobody called while the batch
//! was written. If anybody did, it rests first, some times as long as the batch took, and the batches that follow are small. So a
//! mailing by night goes as fast as the machine, and one by day leaves most of it to others, and so does what follows from it
//! in the other services.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

/// The most items of a batch.
pub const BATCH: usize = 256;
/// The same while others call: they wait for what a batch does, and not only for how much of the time it does it.
const SMALL_BATCH: usize = 64;
/// The longest rest: a batch that was slow for reasons of its own does not hold up the next for ever.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// The turns of one process. Clones share them.
#[derive(Clone)]
pub struct Turns(Arc<Shared>);

struct Shared {
    free: Arc<Semaphore>,
    rest: u32,
    /// How many others have called so far.
    calls: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Whether anybody called while the last batch was written.
    in_company: AtomicBool,
}

/// A turn that was taken. Dropped without an end, it does not rest.
#[derive(Debug)]
#[must_use]
pub struct Turn {
    place: OwnedSemaphorePermit,
    turns: Turns,
    began: Instant,
    calls_before: u64,
}

impl Turns {
    /// So many at once, each of which rests `rest` times as long as it was used if others have called meanwhile: `calls` tells
    /// how many have so far.
    pub fn new(most: usize, rest: u32, calls: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let free = Arc::new(Semaphore::new(most));
        Self(Arc::new(Shared { free, rest, calls: Box::new(calls), in_company: AtomicBool::new(false) }))
    }

    /// How many items the next batch may have.
    pub fn batch(&self) -> usize {
        if self.0.in_company.load(Ordering::Relaxed) { SMALL_BATCH } else { BATCH }
    }

    /// Waits for a free one.
    ///
    /// # Panics
    /// Never: only a semaphore that was closed has no places, and this one never is.
    pub async fn take(&self) -> Turn {
        let place = self.0.free.clone().acquire_owned().await.expect("the turns are never closed");
        Turn { place, turns: self.clone(), began: Instant::now(), calls_before: (self.0.calls)() }
    }
}

impl Debug for Turns {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").field("free", &self.0.free.available_permits()).finish_non_exhaustive()
    }
}

impl Turn {
    /// Gives it back, after its rest.
    pub fn end(self) {
        let Self { place, turns, began, calls_before } = self;
        let in_company = (turns.0.calls)() > calls_before && turns.0.rest > 0;
        turns.0.in_company.store(in_company, Ordering::Relaxed);
        if in_company {
            let rest = (began.elapsed() * turns.0.rest).min(LONGEST_REST);
            // No more of these than there are turns.
            tokio::spawn(async move {
                sleep(rest).await;
                drop(place);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use std::sync::atomic::AtomicU64;
    use tokio::time::advance;

    const TOOK: Duration = Duration::from_millis(40);

    /// One turn that rests three times as long as it was used, and the counter of those who call.
    fn one_turn() -> (Turns, Arc<AtomicU64>) {
        let calls = Arc::new(AtomicU64::new(7));
        let counted = calls.clone();
        (Turns::new(1, 3, move || counted.load(Ordering::Relaxed)), calls)
    }

    /// A batch that took so long, while somebody called.
    async fn batch_in_company(turns: &Turns, calls: &AtomicU64, took: Duration) {
        let turn = turns.take().await;
        calls.fetch_add(1, Ordering::Relaxed);
        advance(took).await;
        turn.end();
    }

    /// Whether a turn is free `after` so long.
    async fn is_free(turns: &Turns, after: Duration) -> bool {
        // The rest begins first.
        tokio::task::yield_now().await;
        advance(after).await;
        tokio::task::yield_now().await;
        turns.take().now_or_never().is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_rests_while_nobody_calls() {
        let (turns, _) = one_turn();
        let turn = turns.take().await;
        assert!(!is_free(&turns, TOOK).await, "there is but one");
        turn.end();
        assert!(is_free(&turns, Duration::ZERO).await);
        assert_eq!(turns.batch(), BATCH);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_rests_and_batches_are_small_while_others_call() {
        let (turns, calls) = one_turn();
        batch_in_company(&turns, &calls, TOOK).await;
        assert_eq!(turns.batch(), SMALL_BATCH);
        assert!(!is_free(&turns, 2 * TOOK).await);
        assert!(is_free(&turns, TOOK + Duration::from_millis(5)).await);
        // They have gone.
        turns.take().await.end();
        assert_eq!(turns.batch(), BATCH);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_has_its_bound() {
        let (turns, calls) = one_turn();
        batch_in_company(&turns, &calls, Duration::from_mins(10)).await;
        assert!(is_free(&turns, LONGEST_REST + Duration::from_millis(5)).await);
    }
}
