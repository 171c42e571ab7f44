//! Forget when codes were made, once no limit counts them any more; and what has ended, once no call is under way that does
//! not know.

use crate::domain::limit;
use crate::service::Service;
use crate::store::{code_made, has_ended};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::time::Duration;

/// The most that is forgotten of each in one transaction.
const MOST: i64 = 1_000;
/// For how long ends are remembered: far longer than any call takes.
const ENDS_KEPT: Duration = Duration::from_hours(24);

/// Forgets what is more than a day old.
pub struct Forget(pub Service);

impl Job for Forget {
    fn name(&self) -> &'static str {
        "forget"
    }

    fn pause(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        let forgotten = self.0.db.write(|tx| {
            Box::pin(async move {
                let now = tx.now().await?;
                let codes = code_made::forget(tx, now.minus(limit::LONGEST), MOST).await?;
                let ends = has_ended::forget(tx, now.minus(ENDS_KEPT), MOST).await?;
                Ok::<_, sql::Error>(codes.max(ends))
            })
        });
        async move { Ok(forgotten.await? >= MOST.unsigned_abs()) }.boxed()
    }
}
