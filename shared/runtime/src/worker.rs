//! Work that a service does by itself.

use events::Relay;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use sql::Db;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A kind of work. It keeps what it knows in the database, so that several processes can do it at once and any of
/// them can be killed.
pub trait Job: Send + Sync + 'static {
    /// What it is called in logs and metrics.
    fn name(&self) -> &'static str;

    /// How long to wait for more when there was nothing to do and no work was queued meanwhile.
    fn pause(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Whether a commit of this process that queued work may mean work for this job.
    fn wakes_on_work(&self) -> bool {
        true
    }

    /// Does some of what is due. True: there may be more.
    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>>;
}

/// How long a job waits after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Does `job` until `stopping`: at once when a commit of this process queued work, else after its pause.
pub(crate) async fn run(job: std::sync::Arc<dyn Job>, db: Db, stopping: CancellationToken) {
    let mut queued = db.work_queued();
    while !stopping.is_cancelled() {
        queued.mark_unchanged();
        // A panic ends this try and not the job: nobody else would do its work.
        let done = AssertUnwindSafe(job.run_once()).catch_unwind().await;
        let pause = match done.unwrap_or_else(|_| Err(anyhow::anyhow!("panicked"))) {
            Ok(true) => continue,
            Ok(false) => job.pause(),
            Err(error) => {
                tracing::error!(job = job.name(), error = format!("{error:#}"), "a job failed");
                metrics::counter!("job_failures_total", "name" => job.name()).increment(1);
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            _ = queued.changed(), if job.wakes_on_work() => {}
        }
    }
}

/// Forgets old ids of requests and events.
pub(crate) struct Sweep(pub(crate) Db);

impl Job for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn pause(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(sql::sweep::sweep(&self.0).await.map(|()| false)?) }.boxed()
    }
}

impl Job for Relay {
    fn name(&self) -> &'static str {
        sql::outbox::queue_for(self.destination())
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(Relay::run_once(self).await?) }.boxed()
    }
}
