//! Publishing letters that were sent ahead, at their moment (M4): into lists, counts and e-mails, all in one transaction.

use super::{PUBLISH, Parts, queue_sweep};
use crate::domain::message::Arrival;
use crate::domain::recipient::NotTaken;
use crate::error::Error;
use crate::store;
use crate::store::sent_ahead::Waiting;
use crypto::DataKey;
use kernel::{MailboxId, MessageId, Timestamp};
use sql::Tx;
use sql::queue::{self, Claim};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The most letters of one transaction.
const BATCH: i64 = 256;
/// How long a claim holds: if this process dies, another publishes after it.
const LEASE: Duration = Duration::from_secs(15);

/// Publishes a batch of what is due. False: nothing was.
pub async fn run(parts: &Arc<Parts>) -> Result<bool, Error> {
    if !queue::is_due(&parts.db, PUBLISH).await? {
        return Ok(false);
    }
    let claimed = parts.db.write(|tx| Box::pin(async move { queue::claim(tx, PUBLISH, BATCH, LEASE).await })).await?;
    if together(parts, claimed.clone()).await.is_ok() {
        return Ok(!claimed.is_empty());
    }
    // The fault may be one letter's: each gets a try of its own. What fails again is due again when its lease is over.
    let mut failed = None;
    for claim in claimed {
        if let Err(error) = together(parts, vec![claim]).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(true), Err)
}

async fn together(parts: &Arc<Parts>, claims: Vec<Claim>) -> Result<(), Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { publish(&parts, tx, &claims).await })).await
}

async fn publish(parts: &Parts, tx: &mut Tx, claims: &[Claim]) -> Result<(), Error> {
    let ids: Vec<Uuid> = claims.iter().map(|claim| claim.id).collect();
    let found = store::sent_ahead::get_many(tx, ids.clone()).await?;
    let owners = store::person::lock_many(tx, found.iter().map(|letter| letter.mailbox.as_uuid()).collect()).await?;
    // Only now that their mailboxes are locked is it certain which of them still wait: a withdrawal takes the same lock.
    let waiting = store::sent_ahead::get_many(tx, ids).await?;
    let now = tx.now().await?;
    let (mut keys, mut recipients) = (HashMap::new(), HashMap::new());
    for owner in owners {
        keys.insert(owner.id, owner.key(&parts.keys.keyring)?);
        recipients.insert(owner.id, owner.recipient());
    }
    let (mut open, mut returned) = (Vec::new(), HashMap::<NotTaken, Vec<Waiting>>::new());
    let on_legal_basis = store::message::ahead_posts(tx, uuids(&waiting)).await?;
    for letter in waiting {
        let post = on_legal_basis.get(&letter.message).ok_or(Error::NotFound)?;
        let recipient = recipients.get(&letter.mailbox).ok_or(Error::NotFound)?;
        match recipient.takes(post.mark, post.on_legal_basis) {
            Ok(()) => open.push(letter),
            Err(reason) => returned.entry(reason).or_default().push(letter),
        }
    }
    make_available(parts, tx, uuids(&open), now, &keys).await?;
    for (reason, letters) in returned {
        give_back(tx, letters, reason, now).await?;
    }
    queue::finish_all(tx, PUBLISH, claims).await?;
    Ok(())
}

async fn make_available(
    parts: &Parts,
    tx: &mut Tx,
    letters: Vec<Uuid>,
    now: Timestamp,
    keys: &HashMap<MailboxId, DataKey>,
) -> Result<(), Error> {
    let arrived = store::message::publish(tx, letters.clone(), now, keys).await?;
    store::delivery::published(tx, letters.clone(), now).await?;
    store::sent_ahead::delete(tx, letters).await?;
    let keyed = |letter: Arrival| {
        let key = keys.get(&letter.mailbox).ok_or(Error::NotFound)?;
        Ok((letter, key))
    };
    let arrived = arrived.into_iter().map(keyed).collect::<Result<Vec<_>, Error>>()?;
    parts.arrived(tx, &arrived).await
}

/// What can't be delivered at its moment is given back: it was never there, and its receipt says why (P8, X3).
async fn give_back(tx: &mut Tx, letters: Vec<Waiting>, reason: NotTaken, now: Timestamp) -> Result<(), Error> {
    store::delivery::returned(tx, uuids(&letters), now, reason).await?;
    remove(tx, letters).await
}

/// Removes waiting letters of locked mailboxes, which nobody has seen and no counter counts.
pub(super) async fn remove(tx: &mut Tx, letters: Vec<Waiting>) -> Result<(), Error> {
    store::sent_ahead::delete(tx, uuids(&letters)).await?;
    let mut by_mailbox: HashMap<MailboxId, Vec<MessageId>> = HashMap::new();
    for letter in letters {
        by_mailbox.entry(letter.mailbox).or_default().push(letter.message);
    }
    // Seldom more than one: the dead and the newly exempt.
    for (mailbox, letters) in by_mailbox {
        let files = store::message::purge(tx, mailbox, &letters).await?;
        queue_sweep(tx, files).await?;
    }
    Ok(())
}

fn uuids(letters: &[Waiting]) -> Vec<Uuid> {
    letters.iter().map(|letter| letter.message.as_uuid()).collect()
}
