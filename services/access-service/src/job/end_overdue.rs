//! Stores the end of accesses that time has ended. They are refused from their moment on whether or not this has run.

use super::each_due;
use crate::usecase::{Context, end_overdue::end_overdue};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;

/// The queue of accesses by the moment at which they end by themselves.
pub const END_QUEUE: &str = "access/end";

/// The job.
pub struct EndOverdue(pub Context);

impl Job for EndOverdue {
    fn name(&self) -> &'static str {
        END_QUEUE
    }

    // What is queued is due at a later moment than its commit.
    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        each_due::run(&self.0, END_QUEUE, end_overdue).boxed()
    }
}
