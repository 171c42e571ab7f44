//! What every change of an access leaves behind, in the transaction that makes it.

use super::Context;
use crate::domain::notice::Told;
use crate::domain::{Access, Change, State};
use crate::error::Error;
use crate::job::END_QUEUE;
use crate::store;
use crate::store::history::Entry;
use kernel::PersonId;
use sql::{Tx, queue};

/// Writes a new access: its row, its history, the moment it ends by itself, and the notices. False: the pair has a live
/// one of this scope, and nothing is written.
pub(super) async fn begun(context: &Context, tx: &mut Tx, access: &Access, person: PersonId) -> Result<bool, Error> {
    if !store::access::insert(tx, access).await? {
        return Ok(false);
    }
    let act = if access.state == State::Requested { "request" } else { "offer" };
    remember(tx, access, act, Some(person)).await?;
    schedule_end(tx, access).await?;
    context.outgoing.tell(tx, access, Told::Begun).await?;
    Ok(true)
}

/// Writes what `change` has made of an access that is locked. `person`: who did it; `None`: time or an event.
pub(super) async fn changed(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    change: Change,
    person: Option<PersonId>,
) -> Result<(), Error> {
    store::access::update(tx, access).await?;
    remember(tx, access, word(change), person).await?;
    schedule_end(tx, access).await?;
    match (access.state, change) {
        (State::Ended(reason), _) => {
            context.outgoing.tell(tx, access, Told::Ended(reason)).await?;
            context.outgoing.ended(tx, access, reason).await?;
        }
        (_, Change::Approve(party)) => context.outgoing.tell(tx, access, Told::ApprovedBy(party)).await?,
        _ => context.outgoing.tell(tx, access, Told::ExpiryChanged).await?,
    }
    Ok(())
}

async fn remember(tx: &mut Tx, access: &Access, act: &'static str, person: Option<PersonId>) -> Result<(), Error> {
    let time = tx.now().await?;
    let entry = Entry { access: access.id, version: access.version, act, person, time };
    Ok(store::history::append(tx, entry).await?)
}

/// Queues the moment at which the access ends by itself, in place of an earlier one.
async fn schedule_end(tx: &mut Tx, access: &Access) -> Result<(), Error> {
    queue::cancel(tx, END_QUEUE, access.id.as_uuid()).await?;
    match access.over_time() {
        Some(due) if !matches!(access.state, State::Ended(_)) => {
            Ok(queue::push(tx, END_QUEUE, access.id.as_uuid(), due).await?)
        }
        _ => Ok(()),
    }
}

const fn word(change: Change) -> &'static str {
    match change {
        Change::Approve(_) => "approve",
        Change::Decline(_) => "decline",
        Change::Withdraw(_) => "withdraw",
        Change::Remove(_) => "remove",
        Change::ChangeExpiry(_) => "change_expiry",
        Change::Lapse => "lapse",
        Change::Expire => "expire",
        Change::CloseMailbox => "close_mailbox",
    }
}
