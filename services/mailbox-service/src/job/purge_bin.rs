//! Empties bins of what has lain there for long enough (M5).

use crate::usecase::{Parts, purge_messages};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::sync::Arc;
use std::time::Duration;

/// Purges letters whose time in the bin is over.
pub struct PurgeBin(pub Arc<Parts>);

impl Job for PurgeBin {
    fn name(&self) -> &'static str {
        "purge-bin"
    }

    fn pause(&self) -> Duration {
        Duration::from_mins(10)
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(purge_messages::expired(&self.0).await?) }.boxed()
    }
}
