//! Exports the ends of activity logs (R13).

use crate::heads::Heads;
use crate::usecase::{Parts, export_heads};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use uuid::Uuid;

/// Goes round all logs, a minute after the last round ended. Several replicas may do it at once; then some heads are
/// exported twice.
pub struct ExportHeads {
    parts: Arc<Parts>,
    heads: Heads,
    after: Mutex<Uuid>,
}

impl ExportHeads {
    /// To `heads`.
    pub fn new(parts: Arc<Parts>, heads: Heads) -> Self {
        Self { parts, heads, after: Mutex::new(Uuid::nil()) }
    }
}

impl Job for ExportHeads {
    fn name(&self) -> &'static str {
        "export-heads"
    }

    fn pause(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move {
            let mut after = self.after.lock().await;
            let next = export_heads::run(&self.parts, &self.heads, *after).await?;
            *after = next.unwrap_or_default();
            Ok(next.is_some())
        }
        .boxed()
    }
}
