//! Making an access: the transaction behind every way in which one begins (rules A1, A7, A14, A18).

use super::{Context, Repeatable, record};
use crate::domain::access::{Access, Pending};
use crate::domain::{Expiry, Guardianship, Hand, Scope};
use crate::error::Error;
use crate::store;
use kernel::{AccessId, Date, PersonId, Timestamp};
use sql::Tx;
use std::time::Duration;
use uuid::Uuid;

/// An access to be.
#[derive(Clone, Debug)]
pub(super) struct New {
    pub(super) pending: Pending,
    pub(super) owner: PersonId,
    pub(super) reader: PersonId,
    pub(super) scope: Scope,
    pub(super) expiry: Expiry,
    pub(super) guardianship: Option<Guardianship>,
    pub(super) hand: Hand,
}

/// Makes it, with the notices about it; what a repeated call made before is given back as it is now.
pub(super) async fn make(context: &Context, new: New, repeat: Repeatable) -> Result<Access, Error> {
    if new.owner == new.reader {
        return Err(Error::WithSelf);
    }
    let task = context.clone();
    context.db.write(move |tx| Box::pin(async move { write(&task, tx, &new, &repeat).await })).await
}

async fn write(context: &Context, tx: &mut Tx, new: &New, repeat: &Repeatable) -> Result<Access, Error> {
    if let Some(id) = repeat.made(tx).await? {
        return again(tx, id).await;
    }
    let New { owner, reader, scope, expiry, .. } = *new;
    lock_parties(tx, new).await?;
    let now = tx.now().await?;
    let today = Date::in_denmark(now);
    expiry.check(today)?;
    if new.guardianship.as_ref().is_some_and(|guardianship| guardianship.end_date < today) {
        return Err(Error::GuardianshipOver);
    }
    clear_the_way(context, tx, new).await?;
    check_limits(tx, owner, reader, context.settings.max_accesses).await?;
    let access = Access {
        id: next_id(context, tx, owner, reader).await?,
        owner,
        reader,
        scope,
        version: 1,
        state: new.pending.state(),
        expiry,
        guardianship: new.guardianship.clone(),
        create_time: now,
        lapse_time: now.plus(context.settings.lapse_after()),
        approve_time: None,
        end_time: None,
    };
    if !record::begun(context, tx, &access, &new.hand).await? {
        // The rows of both parties are locked, so nobody can have come between.
        return Err(sql::Error::corrupt("access", "a second live one").into());
    }
    repeat.once.done(tx, access.id.as_uuid()).await?;
    Ok(access)
}

/// Why the looking up of a repeated call ends without a trace.
enum Peek {
    First,
    Failed(Error),
}

impl From<sql::Error> for Peek {
    fn from(error: sql::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// What the call made when it was made before. Looked up ahead of naming the person, so that a repeated call is no new
/// try; nothing of the look-up is kept.
pub(super) async fn made_before(context: &Context, repeat: &Repeatable) -> Result<Option<Access>, Error> {
    if repeat.request_id.is_empty() {
        return Ok(None);
    }
    let repeat = repeat.clone();
    let found = context.db.write(move |tx| {
        Box::pin(async move {
            match repeat.made(tx).await.map_err(Peek::Failed)? {
                Some(id) => again(tx, id).await.map_err(Peek::Failed),
                None => Err(Peek::First),
            }
        })
    });
    match found.await {
        Ok(access) => Ok(Some(access)),
        Err(Peek::First) => Ok(None),
        Err(Peek::Failed(error)) => Err(error),
    }
}

/// The access of this id, known to exist, as it is now.
pub(super) async fn again(tx: &mut Tx, id: Uuid) -> Result<Access, Error> {
    let access = store::access::get(tx, id).await?;
    Ok(access.at(tx.now().await?))
}

/// An id above those of the pair's latest accesses. Of two that ended at the same instant the higher id is the later one; without
/// this chance would decide, for the clock may stand still (its floor holds while it steps back).
async fn next_id(context: &Context, tx: &mut Tx, owner: PersonId, reader: PersonId) -> Result<AccessId, Error> {
    let now = tx.now().await?;
    let id = AccessId::new(now, &*context.random);
    let latest = store::check::seen(tx, vec![owner.as_uuid()], reader, None).await?.accesses;
    let Some(latest) = latest.iter().map(|access| access.id).max().filter(|latest| id <= *latest) else {
        return Ok(id);
    };
    let minted = latest.as_uuid().get_timestamp().map_or((0, 0), |time| time.to_unix());
    let minted = Timestamp::from_micros(i64::try_from(minted.0).unwrap_or(0) * 1_000_000 + i64::from(minted.1) / 1_000);
    Ok(AccessId::new(minted.plus(Duration::from_millis(1)), &*context.random))
}

/// Locks both, in one order for all; neither may have closed their mailbox (rule P8).
async fn lock_parties(tx: &mut Tx, new: &New) -> Result<(), Error> {
    for person in [new.owner.min(new.reader), new.owner.max(new.reader)] {
        if store::party::lock(tx, person).await? {
            let callers = new.hand.party() == Some(person);
            return Err(if callers { Error::CallerHasNoDigitalPost } else { Error::PersonNotMatched });
        }
    }
    Ok(())
}

/// An access of the same pair and post stands in the way (rule A18), unless time has ended it: then its end is stored now.
async fn clear_the_way(context: &Context, tx: &mut Tx, new: &New) -> Result<(), Error> {
    let Some(access) = store::access::lock_live(tx, new.owner, new.reader, new.scope).await? else { return Ok(()) };
    let now = tx.now().await?;
    let Some(change) = access.overdue(now) else { return Err(Error::Exists((access.owner, access.id))) };
    record::changed(context, tx, &access.at(now), change, &Hand::Nobody).await
}

/// Keeps both lists within what can be shown and sorted at once.
async fn check_limits(tx: &mut Tx, owner: PersonId, reader: PersonId, most: u32) -> Result<(), Error> {
    let given = store::access::count_given(tx, owner).await?;
    let received = store::access::count_received(tx, reader).await?;
    if given.max(received) >= i64::from(most) { Err(Error::LimitReached(most)) } else { Ok(()) }
}
