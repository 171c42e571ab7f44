//! Removing letters in the bin for good: on demand, and by itself when their time in the bin is over (M5).

use super::admit::Admitted;
use super::named::Named;
use super::{Parts, Repeatable, queue_sweep};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::Folder;
use crate::domain::outcome::{Outcome, Unchanged};
use crate::domain::post::Mark;
use crate::error::Error;
use crate::store;
use crate::store::message::Placed;
use kernel::{MailboxId, MessageId};
use sql::Tx;
use std::sync::Arc;

/// Purges the letters; one outcome for each, in their order.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    ids: Vec<MessageId>,
    call: Repeatable,
) -> Result<Vec<Outcome>, Error> {
    let Admitted { acting, key, .. } = admitted;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
            if let Some(first) = call.outcomes(tx).await? {
                return Ok(first);
            }
            let named = Named::find(tx, &acting, &ids).await?;
            let outcome = |id: &MessageId| match named.get(*id, Unchanged::MayNotDelete)?.folder {
                Folder::Bin => Ok(()),
                _ => Err(Unchanged::NotInBin),
            };
            let outcomes: Vec<Outcome> = ids.iter().map(outcome).collect();
            let binned: Vec<Placed> = named.letters().filter(|letter| letter.folder == Folder::Bin).copied().collect();
            purge(tx, acting.mailbox, &binned).await?;
            call.became(tx, &outcomes).await?;
            let purged = purged(&binned, |mark| Actor::of(&acting, Some(mark)));
            parts.log(tx, acting.mailbox, &key, purged).await?;
            Ok(outcomes)
        })
    })
    .await
}

/// What the log is to say.
fn purged(letters: &[Placed], actor: impl Fn(Mark) -> Actor) -> Vec<Entry> {
    Entry::about_letters(Kind::Purged, actor, letters.iter().map(|letter| (letter.id, letter.mark)))
}

/// Removes letters of a locked mailbox, all of them in its bin, and takes them out of the counters.
async fn purge(tx: &mut Tx, mailbox: MailboxId, letters: &[Placed]) -> Result<(), Error> {
    let mut changes = store::count::Changes::default();
    for letter in letters {
        changes.remove(Folder::Bin, letter.mark, letter.is_read);
    }
    let ids: Vec<MessageId> = letters.iter().map(|letter| letter.id).collect();
    let files = store::message::purge(tx, mailbox, &ids).await?;
    changes.write(tx, mailbox).await?;
    queue_sweep(tx, files).await
}

/// Purges the letters of one mailbox whose time in the bin is over. False: no mailbox has any.
pub async fn expired(parts: &Arc<Parts>) -> Result<bool, Error> {
    let life = parts.config.bin_life();
    let due = parts.db.read(move |tx| {
        Box::pin(async move {
            let latest = tx.now().await?.minus(life);
            Ok::<_, Error>(store::message::with_expired_bin(tx, latest).await?)
        })
    });
    let Some(mailbox) = due.await? else { return Ok(false) };
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let latest = tx.now().await?.minus(life);
            let owner = store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            let letters = store::message::expired_in_bin(tx, mailbox, latest).await?;
            purge(tx, mailbox, &letters).await?;
            let key = owner.key(&parts.keys.keyring)?;
            parts.log(tx, mailbox, &key, purged(&letters, |_| Actor::System)).await?;
            Ok(true)
        })
    })
    .await
}
