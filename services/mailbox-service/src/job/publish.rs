//! Makes letters visible that were sent ahead (M4).

use crate::usecase::{Parts, publish};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::sync::Arc;

/// Publishes letters at their moment.
pub struct Publish(pub Arc<Parts>);

impl Job for Publish {
    fn name(&self) -> &'static str {
        "publish"
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(publish::run(&self.0).await?) }.boxed()
    }
}
