//! Forgets moments that no longer count against any limit.

use crate::config::MISSES_COUNT_FOR;
use crate::store::tally;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use sql::Db;
use std::time::Duration;

/// The job.
pub struct ForgetTallies(pub Db);

impl Job for ForgetTallies {
    fn name(&self) -> &'static str {
        "forget-tallies"
    }

    fn pause(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        self.run().boxed()
    }
}

impl ForgetTallies {
    async fn run(&self) -> anyhow::Result<bool> {
        // Looked at without writing: the job also wakes whenever work is queued.
        let read = self.0.read(|tx| {
            Box::pin(async move {
                let before = tx.now().await?.minus(MISSES_COUNT_FOR);
                tally::any_before(tx, before).await
            })
        });
        if read.await? {
            let forget = self.0.write(|tx| {
                Box::pin(async move {
                    let before = tx.now().await?.minus(MISSES_COUNT_FOR);
                    tally::forget(tx, before).await
                })
            });
            forget.await?;
        }
        Ok(false)
    }
}
