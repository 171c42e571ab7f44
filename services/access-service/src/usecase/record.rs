//! What every change of an access leaves behind, in the transaction that makes it.

use super::Context;
use crate::domain::desk::DeskRecord;
use crate::domain::notice::Told;
use crate::domain::{Access, Change, Desk, Hand, State, reminder};
use crate::error::Error;
use crate::job::{END_QUEUE, REMIND_QUEUE};
use crate::store;
use crate::store::history::Entry;
use sql::{Tx, queue};

/// Writes a new access: its row, its history, the moment it ends by itself, and the notices. False: the pair has a live
/// one of this scope, and nothing is written.
pub(super) async fn begun(context: &Context, tx: &mut Tx, access: &Access, hand: &Hand) -> Result<bool, Error> {
    if !store::access::insert(tx, access).await? {
        return Ok(false);
    }
    let act = if access.state == State::Requested { "request" } else { "offer" };
    remember(tx, access, act, hand).await?;
    schedule_end(tx, access).await?;
    context.outgoing.tell(tx, access, Told::Begun, hand).await?;
    if hand.desk().is_some() && access.state == State::Offered {
        context.outgoing.created_at_municipality(tx, access).await?;
    }
    store::change::append(tx, access).await?;
    Ok(true)
}

/// Writes what `change` by `hand` has made of an access that is locked.
pub(super) async fn changed(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    change: Change,
    hand: &Hand,
) -> Result<(), Error> {
    store::access::update(tx, access).await?;
    remember(tx, access, word(change), hand).await?;
    schedule_end(tx, access).await?;
    schedule_reminder(tx, access).await?;
    match (access.state, change) {
        (State::Ended(reason), _) => {
            context.outgoing.tell(tx, access, Told::Ended(reason), hand).await?;
            context.outgoing.ended(tx, access, reason).await?;
        }
        (_, Change::Approve(party)) => context.outgoing.tell(tx, access, Told::ApprovedBy(party), hand).await?,
        _ => context.outgoing.tell(tx, access, Told::ExpiryChanged, hand).await?,
    }
    Ok(store::change::append(tx, access).await?)
}

async fn remember(tx: &mut Tx, access: &Access, act: &'static str, hand: &Hand) -> Result<(), Error> {
    let time = tx.now().await?;
    let entry = Entry { access: access.id, version: access.version, act, person: hand.party(), time };
    store::history::append(tx, entry).await?;
    if let Some(Desk { caseworker, attendance, act, citizen }) = hand.desk().cloned() {
        let record = DeskRecord { caseworker, attendance, act, citizen, time };
        store::caseworker::append(tx, access.id, access.version, &record).await?;
    }
    Ok(())
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

/// Queues the moment of the next reminder of an active access, in place of an earlier one.
async fn schedule_reminder(tx: &mut Tx, access: &Access) -> Result<(), Error> {
    queue::cancel(tx, REMIND_QUEUE, access.id.as_uuid()).await?;
    let now = tx.now().await?;
    let last_day = access.last_day().filter(|_| access.state == State::Active);
    match last_day.and_then(|day| reminder::next(day, now)) {
        Some(due) => Ok(queue::push(tx, REMIND_QUEUE, access.id.as_uuid(), due).await?),
        None => Ok(()),
    }
}

const fn word(change: Change) -> &'static str {
    match change {
        Change::Approve(_) => "approve",
        Change::Decline(_) => "decline",
        Change::Withdraw(_) => "withdraw",
        Change::Remove(_) | Change::RemoveAtDesk => "remove",
        Change::ChangeExpiry(_) => "change_expiry",
        Change::Lapse => "lapse",
        Change::Expire => "expire",
        Change::CloseMailbox => "close_mailbox",
    }
}
