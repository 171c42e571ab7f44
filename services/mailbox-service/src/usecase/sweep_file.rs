//! Removing files that no letter has and no upload will bring.

use super::{FILE_SWEEP, Parts};
use crate::error::Error;
use crate::store;
use kernel::FileId;
use sql::queue::{self, Claim, Held};
use std::sync::Arc;
use std::time::Duration;

/// Files looked at in one go.
const BATCH: i64 = 20;
/// How long a claim holds.
const LEASE: Duration = Duration::from_mins(1);

/// Looks at the files that are due. False: none was.
pub async fn run(parts: &Arc<Parts>) -> Result<bool, Error> {
    if !queue::is_due(&parts.db, FILE_SWEEP).await? {
        return Ok(false);
    }
    let claimed =
        parts.db.write(|tx| Box::pin(async move { queue::claim(tx, FILE_SWEEP, BATCH, LEASE).await })).await?;
    let mut failed = None;
    for claim in &claimed {
        // One that can't be removed holds up no other; its lease runs out and it is tried again.
        if let Err(error) = sweep(parts, *claim).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(!claimed.is_empty()), Err)
}

/// Gives up the uploads that have expired, removes the object if nothing has it any more, then forgets both uploads and work:
/// a crash between them repeats the rest.
async fn sweep(parts: &Arc<Parts>, claim: Claim) -> Result<(), Error> {
    let file = FileId::from(claim.id);
    let unused = parts.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let multiparts = store::upload::give_up(tx, file, now).await?;
            let waiting = store::upload::expiry(tx, file).await?.is_some();
            let used = store::message_file::is_used(tx, file).await? || store::reply::is_used(tx, file).await?;
            let unused = !waiting && !used;
            Ok::<_, Error>(unused.then_some(multiparts))
        })
    });
    if let Some(multiparts) = unused.await? {
        parts.objects.remove(file, &multiparts).await?;
    }
    let finished = parts.db.write(move |tx| {
        Box::pin(async move {
            store::upload::forget_given_up(tx, file).await?;
            // An upload that is still waiting comes again when it expires.
            match store::upload::expiry(tx, file).await? {
                Some(due) => queue::postpone(tx, FILE_SWEEP, claim, due).await,
                None => queue::finish(tx, FILE_SWEEP, claim).await,
            }
        })
    });
    if finished.await? == Held::No {
        tracing::debug!("a file was swept twice");
    }
    Ok(())
}
