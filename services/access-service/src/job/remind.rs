//! Reminds the parties of expiries that come near.

use super::each_due;
use crate::usecase::{Context, remind::remind};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::Job;

/// The queue of active accesses by the moment of their next reminder.
pub const REMIND_QUEUE: &str = "access/remind";

/// The job.
pub struct Remind(pub Context);

impl Job for Remind {
    fn name(&self) -> &'static str {
        REMIND_QUEUE
    }

    // What is queued is due at a later moment than its commit.
    fn wakes_on_work(&self) -> bool {
        false
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        each_due::run(&self.0, REMIND_QUEUE, remind).boxed()
    }
}
