//! A letter that was forwarded to an e-mail address, on its way to notification-service, which sends it (M7).

use super::Parts;
use crate::domain::forward::{Forward, State};
use crate::domain::message::AttachedFile;
use crate::error::Error;
use crate::store;
use crate::store::message::Content;
use crypto::DataKey;
use kernel::{EmailAddress, ForwardId, MailboxId};
use std::sync::Arc;

/// What is sent.
pub struct Outgoing {
    /// The forwarding.
    pub forward: Forward,
    /// Where to.
    pub address: EmailAddress,
    /// Full name of the forwarder.
    pub forwarded_by: String,
    /// The letter.
    pub letter: Content,
    /// Its files, and what opens each.
    pub files: Vec<(AttachedFile, DataKey)>,
}

/// Finds what is sent, while it is due and the letter is there.
pub async fn run(parts: &Arc<Parts>, mailbox: MailboxId, id: ForwardId) -> Result<Outgoing, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.read(move |tx| {
        Box::pin(async move {
            let owner = store::person::get(tx, mailbox).await?.ok_or(Error::NotFound)?;
            let key = owner.key(&parts.keys.keyring)?;
            let mut forward = store::forward::get(tx, mailbox, id, &key).await?.ok_or(Error::NotFound)?;
            let address = forward.address.take().filter(|_| forward.state == State::Due).ok_or(Error::NotFound)?;
            let message = forward.message;
            let letter = store::message::get_marked(tx, mailbox, forward.mark, message, &key).await?;
            let forwarder = store::person::get(tx, forward.forwarded_by).await?.ok_or(Error::NotFound)?;
            Ok(Outgoing {
                address,
                forwarded_by: forwarder.name(&forwarder.key(&parts.keys.keyring)?)?.full(),
                letter: letter.ok_or(Error::NotFound)?,
                files: store::message_file::all_with_keys(tx, mailbox, message, &key).await?,
                forward,
            })
        })
    })
    .await
}
