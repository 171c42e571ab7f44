//! Stores the end of accesses that time has ended. They are refused from their moment on whether or not this has run.

use crate::usecase::{Context, end_overdue::end_overdue};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use sql::queue;
use std::time::Duration;

/// The queue of accesses by the moment at which they end by themselves.
pub const END_QUEUE: &str = "access/end";

/// The most accesses of one run.
const BATCH: i64 = 50;
/// How long a claim holds.
const LEASE: Duration = Duration::from_secs(30);

/// The job.
pub struct EndOverdue(pub Context);

impl Job for EndOverdue {
    fn name(&self) -> &'static str {
        END_QUEUE
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        self.run().boxed()
    }
}

impl EndOverdue {
    async fn run(&self) -> anyhow::Result<bool> {
        if !queue::is_due(&self.0.db, END_QUEUE).await? {
            return Ok(false);
        }
        let claims = self.0.db.write(|tx| Box::pin(queue::claim(tx, END_QUEUE, BATCH, LEASE))).await?;
        let any = !claims.is_empty();
        let mut failed = None;
        for claim in claims {
            // One that can't be dealt with holds up no other; its lease runs out and it is tried again.
            if let Err(error) = end_overdue(&self.0, claim).await {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(any), |error| Err(error.into()))
    }
}
