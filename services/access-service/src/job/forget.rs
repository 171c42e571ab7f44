//! Forgets what no longer counts: tries to name a person, and changes of accesses that nobody can resume from any more.

use crate::config::MISSES_COUNT_FOR;
use crate::error::Error;
use crate::store::{attempt, change};
use crate::usecase::watch::CHANGES_KEPT;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use sql::Db;
use std::time::Duration;

/// The job.
pub struct Forget(pub Db);

impl Job for Forget {
    fn name(&self) -> &'static str {
        "access/forget"
    }

    fn pause(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(self.run().await.map(|()| false)?) }.boxed()
    }
}

impl Forget {
    async fn run(&self) -> Result<(), Error> {
        let forget = self.0.write(|tx| {
            Box::pin(async move {
                let now = tx.now().await?;
                attempt::delete_before(tx, now.minus(MISSES_COUNT_FOR)).await?;
                if let Some(number) = change::latest_before(tx, now.minus(CHANGES_KEPT)).await? {
                    change::forget_to(tx, number).await?;
                }
                Ok(())
            })
        });
        forget.await
    }
}
