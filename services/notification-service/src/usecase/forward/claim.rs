//! Claim a forwarded letter that is due.

use super::QUEUE;
use crate::error::Error;
use crate::service::Service;
use crate::store::forward::{self, Entry};
use crate::usecase::claim::LEASE;
use kernel::ForwardId;
use sql::queue::{self, Claim};

/// A letter that this worker has claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// The claim, which fences all that is done with it.
    pub claim: Claim,
    /// The letter.
    pub entry: Entry,
}

/// Claims one letter, if one is due.
pub async fn claim(service: &Service) -> Result<Option<Due>, Error> {
    if !queue::is_due(&service.db, QUEUE).await? {
        return Ok(None);
    }
    let claimed = service.db.write(|tx| {
        Box::pin(async move {
            let Some(claim) = queue::claim(tx, QUEUE, 1, LEASE).await?.pop() else { return Ok(None) };
            let (id, now) = (ForwardId::from(claim.id), tx.now().await?);
            forward::begin_sending(tx, id, now).await?;
            Ok::<_, Error>(Some(Due { claim, entry: forward::lock(tx, id).await? }))
        })
    });
    claimed.await
}
