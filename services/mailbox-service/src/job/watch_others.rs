//! Wakes the watches of this process for what other replicas do.

use crate::usecase::{Parts, watch_mailbox};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;
use std::sync::Arc;

/// Looks once a second, in one question for a thousand mailboxes.
pub struct WatchOthers(pub Arc<Parts>);

impl Job for WatchOthers {
    fn name(&self) -> &'static str {
        "watch-others"
    }

    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        async move { Ok(watch_mailbox::look_for_others(&self.0).await.map(|()| false)?) }.boxed()
    }
}
