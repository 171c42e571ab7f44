//! One round of a queue of accesses: what is due is claimed and dealt with, each access in a transaction of its own.

use crate::error::Error;
use crate::usecase::Context;
use sql::queue::{self, Claim};
use std::time::Duration;

/// The most accesses of one round.
const BATCH: i64 = 50;
/// How long a claim holds.
const LEASE: Duration = Duration::from_secs(30);

/// Whether there was anything to do.
pub(super) async fn run(
    context: &Context,
    queue: &'static str,
    deal: impl AsyncFn(&Context, Claim) -> Result<(), Error>,
) -> anyhow::Result<bool> {
    if !queue::is_due(&context.db, queue).await? {
        return Ok(false);
    }
    let claims = context.db.write(move |tx| Box::pin(queue::claim(tx, queue, BATCH, LEASE))).await?;
    let any = !claims.is_empty();
    let mut failed = None;
    for claim in claims {
        // One that can't be dealt with holds up no other; its lease runs out and it is tried again.
        if let Err(error) = deal(context, claim).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(any), |error| Err(error.into()))
}
