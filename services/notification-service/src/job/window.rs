//! A window that slides over what is due: as soon as an e-mail is dealt with, the next one has its place.
//!
//! Three things go on side by side: e-mails are sent, each by itself; what ended is noted; free places are filled, which is to
//! claim, to ask the other services, to decide and to render. The latter two are done for all that came together while they
//! were done last. So a send that stalls holds up nothing but its place, and the more there is to do, the more is done at once.
//!
//! A claimed e-mail waits for the answers and for one transaction, and is then sent: its place is free before it is claimed,
//! and free again only when it is noted what became of it, or for another while it is slow. So no more than there are places,
//! those for what is slow included, come twice after a crash.

use super::Dispatch;
use super::delivery::Ended;
use crate::domain::places::Places;
use crate::usecase::claim::claim;
use crate::usecase::prepare::Prepared;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use std::time::Duration;
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// How long until it is looked for more while sends go on.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The most that are claimed at once: what access-service is asked about in one call.
const MOST_CLAIMED: usize = 100;

/// Something that went on and is done.
enum Step {
    /// A send; nothing where it panicked, and its claim runs out.
    Ended(Taken, Option<Ended>),
    /// What became of sends was noted; their places are free.
    Settled(Vec<Taken>),
    /// Places were to be filled.
    Filled(anyhow::Result<Filled>),
}

/// A place that a send has: to which domain, and since when.
type Taken = (String, Duration);

/// What came of filling places.
struct Filled {
    prepared: Prepared,
    /// How many e-mails were claimed.
    claimed: usize,
    /// Whether there may be more that is due.
    more: bool,
}

pub(super) struct Window<'d> {
    dispatch: &'d Dispatch,
    places: Places,
    began: Instant,
    going_on: FuturesUnordered<BoxFuture<'d, Step>>,
    /// Sends that ended, with their places, and are not being noted yet.
    ended: Vec<(Taken, Option<Ended>)>,
    busy: Busy,
    /// Whether there may be something due.
    more: bool,
    /// Whether e-mails were put back last time because their domains have all their places: others wait behind them.
    crowded: bool,
    claimed: usize,
}

/// What goes on beside the sends, each once at a time.
#[derive(Default)]
struct Busy {
    settling: bool,
    filling: bool,
}

impl<'d> Window<'d> {
    pub(super) fn new(dispatch: &'d Dispatch) -> Self {
        Self {
            dispatch,
            places: Places::new(dispatch.parallel),
            began: Instant::now(),
            going_on: FuturesUnordered::new(),
            ended: Vec::new(),
            busy: Busy::default(),
            more: true,
            crowded: false,
            claimed: 0,
        }
    }

    /// Until nothing is due and nothing goes on any more. Whether anything was due.
    pub(super) async fn run(mut self) -> anyhow::Result<bool> {
        let mut queued = self.dispatch.delivery.service.db.work_queued();
        loop {
            self.places.passes(self.began.elapsed());
            self.settle();
            self.fill();
            if self.going_on.is_empty() {
                return Ok(self.claimed > 0);
            }
            // Also where no place is free: what is slow gives its own to others.
            let looks_again = !self.busy.filling && !self.dispatch.is_ending();
            tokio::select! {
                Some(step) = self.going_on.next() => self.take(step)?,
                _ = queued.changed(), if looks_again => self.more = true,
                () = tokio::time::sleep(LOOK_AGAIN), if looks_again => self.more = true,
            }
        }
    }

    fn take(&mut self, step: Step) -> anyhow::Result<()> {
        match step {
            Step::Ended(taken, ended) => self.ended.push((taken, ended)),
            Step::Settled(places) => {
                self.busy.settling = false;
                for (domain, since) in places {
                    self.places.give_back(&domain, since);
                }
            }
            Step::Filled(Ok(filled)) => {
                self.busy.filling = false;
                self.more = filled.more;
                self.claimed += filled.claimed;
                self.send(filled.prepared);
            }
            Step::Filled(Err(error)) => {
                self.busy.filling = false;
                self.more = false;
                if self.going_on.is_empty() && self.ended.is_empty() {
                    return Err(error);
                }
                // What goes on is finished; then, or after a while, it is tried again.
                tracing::error!(error = format!("{error:#}"), "e-mails can't be claimed");
                metrics::counter!("email_errors_total").increment(1);
            }
        }
        Ok(())
    }

    /// Begins to note what has ended.
    fn settle(&mut self) {
        if self.busy.settling || self.ended.is_empty() {
            return;
        }
        let (places, ended): (Vec<Taken>, Vec<Option<Ended>>) = std::mem::take(&mut self.ended).into_iter().unzip();
        let dispatch = self.dispatch;
        self.busy.settling = true;
        let settled = async move {
            dispatch.delivery.settle(ended.into_iter().flatten().collect()).await;
            Step::Settled(places)
        };
        self.going_on.push(settled.boxed());
    }

    /// Begins to fill free places, if there may be something to fill them with.
    fn fill(&mut self) {
        let free = self.places.free();
        if self.busy.filling || !self.more || free == 0 || self.dispatch.is_ending() {
            return;
        }
        // Whoever waits behind a crowd is not to wait until all of it was taken in small handfuls.
        let most = if self.crowded { MOST_CLAIMED } else { free.min(MOST_CLAIMED) };
        self.busy.filling = true;
        self.going_on.push(fill(self.dispatch, most, self.places.clone()).map(Step::Filled).boxed());
    }

    fn send(&mut self, prepared: Prepared) {
        self.crowded = prepared.crowded;
        for ready in prepared.ready {
            let domain = ready.email.recipient.domain().to_owned();
            let _granted = self.places.take(&domain);
            let taken = (domain, self.places.now());
            let delivery = self.dispatch.delivery.clone();
            // A task of its own, so that sends use all cores; it ends with the window.
            let sending = AbortOnDropHandle::new(tokio::spawn(async move { delivery.send(ready).await }));
            let ended = move |sent: Result<Ended, JoinError>| {
                let told = |error: &JoinError| tracing::error!(%error, "a send did not come to its end");
                Step::Ended(taken, sent.inspect_err(told).ok())
            };
            self.going_on.push(sending.map(ended).boxed());
        }
    }
}

async fn fill(dispatch: &Dispatch, most: usize, places: Places) -> anyhow::Result<Filled> {
    let due = claim(&dispatch.delivery.service, dispatch.lane, i64::try_from(most)?).await?;
    let claimed = due.len();
    if claimed == 0 {
        return Ok(Filled { prepared: Prepared::default(), claimed, more: false });
    }
    let candidates = dispatch.candidates(due).await;
    let prepared = dispatch.delivery.prepare(candidates, places).await;
    let more = claimed == most || prepared.full;
    Ok(Filled { prepared, claimed, more })
}
