//! Removes files that nobody has any more.

use crate::usecase::{Parts, sweep_file};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::sync::Arc;
use std::time::Duration;

/// Sweeps what failed, expired and purged uploads leave.
pub struct SweepFiles(pub Arc<Parts>);

impl Job for SweepFiles {
    fn name(&self) -> &'static str {
        "sweep-files"
    }

    fn pause(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(sweep_file::run(&self.0).await?) }.boxed()
    }
}
