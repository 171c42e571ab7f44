//! Claim e-mails that are due (N9).

use crate::domain::ledger::{Kind, Lane};
use crate::error::Error;
use crate::service::Service;
use crate::store::ledger::{self, Claimed};
use crate::usecase::forward;
use sql::queue::{self, Claim};
use std::time::Duration;

/// The queue of the e-mails of `lane`: the ids of ledger entries.
pub const fn queue_of_lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Awaited => "email_awaited",
        Lane::News => "email",
    }
}

/// The queue of an e-mail of `kind`. That a subscription has ended is no less news than a letter, and is never ahead of a code:
/// nobody waits for it, accesses that expire end by the thousand at one midnight, and its text needs the owner's name.
pub const fn queue_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Code | Kind::AddressChanged => queue_of_lane(Lane::Awaited),
        Kind::NewPost | Kind::SubscriptionEnded => queue_of_lane(Lane::News),
        Kind::Forward => forward::QUEUE,
    }
}

/// How long a claim holds unless it is held on to: a crash delays an e-mail by no more.
pub const LEASE: Duration = Duration::from_secs(15);

/// An e-mail that this worker has claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// The claim, which fences all that is done with it.
    pub claim: Claim,
    /// What it is about.
    pub email: Claimed,
}

/// Claims up to `most` e-mails of `lane`.
pub async fn claim(service: &Service, lane: Lane, most: i64) -> Result<Vec<Due>, Error> {
    let queue = queue_of_lane(lane);
    if !queue::is_due(&service.db, queue).await? {
        return Ok(Vec::new());
    }
    let claimed = service.db.write(move |tx| {
        Box::pin(async move {
            let claims = queue::claim(tx, queue, most, LEASE).await?;
            if claims.is_empty() {
                return Ok(Vec::new());
            }
            let emails = ledger::claimed(tx, claims.iter().map(|claim| claim.id).collect()).await?;
            let due = |email: Claimed| {
                let claim = claims.iter().find(|claim| claim.id == email.id).copied();
                claim.map(|claim| Due { claim, email })
            };
            Ok::<_, Error>(emails.into_iter().filter_map(due).collect())
        })
    });
    claimed.await
}

/// Holds on to a claim of `queue` for another lease, while the mail server takes its time.
pub async fn hold(service: &Service, queue: &'static str, claim: Claim) -> Result<queue::Held, Error> {
    let held = service.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            queue::postpone(tx, queue, claim, now.plus(LEASE)).await.map_err(Error::from)
        })
    });
    held.await
}
