//! Storing what time has ended, with the notices about it (rules A9, A21, A22).

use super::{Context, record};
use crate::domain::Hand;
use crate::error::Error;
use crate::job::END_QUEUE;
use crate::store;
use sql::queue::{self, Claim, Held};

/// Deals with the access of a claim: ends it if it is due, else waits for its moment.
pub async fn end_overdue(context: &Context, claim: Claim) -> Result<(), Error> {
    let task = context.clone();
    context
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(access) = store::access::lock(tx, claim.id).await? else {
                    return Err(sql::Error::corrupt("due_work.id", "no access").into());
                };
                let now = tx.now().await?;
                let held = match (access.overdue(now), access.over_time()) {
                    (Some(change), _) => {
                        let held = queue::finish(tx, END_QUEUE, claim).await?;
                        record::changed(&task, tx, &access.at(now), change, &Hand::Nobody).await?;
                        held
                    }
                    (None, Some(due)) if access.end_time.is_none() => {
                        queue::postpone(tx, END_QUEUE, claim, due).await?
                    }
                    (None, _) => queue::finish(tx, END_QUEUE, claim).await?,
                };
                if held == Held::No {
                    // Another worker took over; the lock on the access has kept the two apart.
                    tracing::warn!("the claim on an access that ends was lost");
                }
                Ok(())
            })
        })
        .await
}
