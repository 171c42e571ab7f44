//! What became of a letter that was forwarded to an e-mail address (M7).

use super::{Parts, put_notice};
use crate::domain::forward::failure_notice;
use crate::domain::post::Mark;
use crate::error::Error;
use crate::store;
use kernel::{ForwardId, MailboxId};
use sql::Tx;

/// Notes whether it was sent and forgets the address; the forwarder is told of a failure. In the transaction that takes in the
/// event.
pub async fn run(parts: &Parts, tx: &mut Tx, (mailbox, id): (MailboxId, ForwardId), sent: bool) -> Result<(), Error> {
    let owner = store::person::get(tx, mailbox).await?.ok_or(Error::NotFound)?;
    let key = owner.key(&parts.keys.keyring)?;
    let forward = store::forward::get(tx, mailbox, id, &key).await?.ok_or(Error::NotFound)?;
    if sent {
        return Ok(store::forward::sent(tx, mailbox, id).await?);
    }
    // In whichever order the two are told, what failed has failed.
    if !store::forward::failed(tx, mailbox, id).await? {
        return Ok(());
    }
    let forwarder = store::person::lock(tx, forward.forwarded_by).await?.ok_or(Error::NotFound)?;
    if forwarder.close_time.is_some() {
        return Ok(());
    }
    let now = tx.now().await?;
    let notice = put_notice::message(parts, forwarder.id, Mark::Own, failure_notice(), now);
    parts.put(tx, &[(notice, forwarder.key(&parts.keys.keyring)?)]).await
}
