//! Take out of the ledger what is long over (N9).

use crate::service::Service;
use crate::store::ledger;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::time::Duration;

/// The most entries that are taken out in one transaction: a lock that nobody notices.
const MOST: i64 = 500;

/// Takes out entries that were sent, dropped or refused for good, once they have been kept long enough. What is owed or
/// set aside stays, however old.
pub struct Prune {
    /// What actions work with.
    pub service: Service,
    /// For how long they are kept.
    pub kept: Duration,
}

impl Job for Prune {
    fn name(&self) -> &'static str {
        "prune-ledger"
    }

    fn pause(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        let kept = self.kept;
        let pruned = self.service.db.write(move |tx| {
            Box::pin(async move {
                let before = tx.now().await?.minus(kept);
                ledger::prune(tx, before, MOST).await
            })
        });
        async move { Ok(pruned.await? >= MOST.unsigned_abs()) }.boxed()
    }
}
