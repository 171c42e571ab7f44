//! Reminding both parties of an expiry that comes near (rule A22): each reminder once, whatever is changed in between.

use super::Context;
use crate::domain::notice::Told;
use crate::domain::{Hand, State, reminder};
use crate::error::Error;
use crate::job::REMIND_QUEUE;
use crate::store;
use sql::queue::{self, Claim, Held};

/// Deals with the access of a claim: sends the reminder whose time has come, and waits for the next.
pub async fn remind(context: &Context, claim: Claim) -> Result<(), Error> {
    let task = context.clone();
    let write = context.db.write(move |tx| {
        Box::pin(async move {
            let Some(access) = store::access::lock(tx, claim.id).await? else {
                return Err(sql::Error::corrupt("due_work.id", "no access").into());
            };
            let now = tx.now().await?;
            let last_day = access.last_day().filter(|_| access.clone().at(now).state == State::Active);
            let held = match last_day.and_then(|day| reminder::next(day, now)) {
                Some(next) => queue::postpone(tx, REMIND_QUEUE, claim, next).await?,
                None => queue::finish(tx, REMIND_QUEUE, claim).await?,
            };
            // Where the claim is lost, the expiry was changed or another worker has taken over: the reminder is theirs.
            let due = last_day.filter(|_| held == Held::Yes).and_then(|day| Some((day, reminder::due(day, now)?)));
            if let Some((day, days)) = due
                && store::reminder::insert(tx, access.id, day, i64::try_from(days).unwrap_or(i64::MAX)).await?
            {
                task.outgoing.tell(tx, &access, Told::Expiring, &Hand::Nobody).await?;
            }
            Ok(())
        })
    });
    write.await
}
