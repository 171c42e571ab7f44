//! Holding on to a claim while something takes its time.

use crate::service::Service;
use crate::usecase::claim::{LEASE, hold};
use sql::queue::{Claim, Held};
use std::pin::pin;

/// Does `work` and holds on to `claim` of `queue` until it is done.
pub(super) async fn holding<T>(
    service: &Service,
    queue: &'static str,
    claim: Claim,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(LEASE / 3) => match hold(service, queue, claim).await {
                Ok(Held::Yes) => {}
                // Somebody else has it, or will have: the server may still take this one, which is the same.
                Ok(Held::No) => tracing::warn!(email = %claim.id, "the claim was lost while sending"),
                Err(error) => tracing::warn!(email = %claim.id, %error, "the claim could not be held on to"),
            },
        }
    }
}
