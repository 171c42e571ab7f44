//! Forget when codes were made, once no limit counts them any more.

use crate::domain::limit;
use crate::service::Service;
use crate::store::code_made;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::time::Duration;

/// Forgets codes that were made more than a day ago.
pub struct Forget(pub Service);

impl Job for Forget {
    fn name(&self) -> &'static str {
        "forget-codes"
    }

    fn pause(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        let forgotten = self.0.db.write(|tx| {
            Box::pin(async move {
                let before = tx.now().await?.minus(limit::LONGEST);
                code_made::forget(tx, before).await
            })
        });
        async move { Ok(forgotten.await.map(|()| false)?) }.boxed()
    }
}
