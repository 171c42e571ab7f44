//! Giving read access, and asking for it: the two ways in which an access begins (rules A1-A3, A7, A18).

use super::name_person::name_person;
use super::recognise::{Acting, recognise, recognise_new_reader};
use super::{Context, Repeatable, Shown, record};
use crate::domain::access::{Access, Party, Pending};
use crate::domain::{Expiry, Particulars, Scope};
use crate::error::Error;
use crate::store;
use kernel::{AccessId, Date, PersonId, Timestamp};
use rpc::Call;
use sql::Tx;
use std::time::Duration;

/// What the caller wants.
#[derive(Clone, Debug)]
pub struct Begin {
    /// Give, or ask.
    pub pending: Pending,
    /// The other party.
    pub other: Particulars,
    /// What it is to cover.
    pub scope: Scope,
    /// When it is to end.
    pub expiry: Expiry,
}

/// Makes the access, with the notices about it.
pub async fn begin(context: &Context, call: &Call, begin: Begin, repeat: Repeatable) -> Result<Shown, Error> {
    let portal = call.citizen().map_err(Error::Peer)?.portal;
    begin.scope.managed_in(portal)?;
    if begin.scope != Scope::PublicPost {
        return Err(Error::NotYet(match begin.pending {
            Pending::Offer => "GiveAccess",
            Pending::Request => "RequestAccess",
        }));
    }
    let acting = match begin.pending {
        Pending::Offer => recognise(context, call).await?,
        Pending::Request => recognise_new_reader(context, call).await?,
    };
    if let Some(shown) = made_before(context, acting, &repeat).await? {
        return Ok(shown);
    }
    let other = name_person(context, call, acting, &begin.other).await?;
    if other == acting.person {
        return Err(Error::WithSelf);
    }
    let task = context.clone();
    context.db.write(move |tx| Box::pin(async move { make(&task, tx, acting, other, &begin, &repeat).await })).await
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
async fn made_before(context: &Context, acting: Acting, repeat: &Repeatable) -> Result<Option<Shown>, Error> {
    if repeat.request_id.is_empty() {
        return Ok(None);
    }
    let repeat = repeat.clone();
    let found = context.db.write(move |tx| {
        Box::pin(async move {
            match repeat.made(tx).await.map_err(Peek::Failed)? {
                Some(id) => again(tx, acting, id).await.map_err(Peek::Failed),
                None => Err(Peek::First),
            }
        })
    });
    match found.await {
        Ok(shown) => Ok(Some(shown)),
        Err(Peek::First) => Ok(None),
        Err(Peek::Failed(error)) => Err(error),
    }
}

async fn again(tx: &mut Tx, acting: Acting, id: uuid::Uuid) -> Result<Shown, Error> {
    let access = store::access::get(tx, id).await?;
    let now = tx.now().await?;
    let side = access.party(acting.person).ok_or(Error::NotFound)?;
    Ok(Shown { access: access.at(now), side })
}

async fn make(
    context: &Context,
    tx: &mut Tx,
    acting: Acting,
    other: PersonId,
    begin: &Begin,
    repeat: &Repeatable,
) -> Result<Shown, Error> {
    if let Some(id) = repeat.made(tx).await? {
        return again(tx, acting, id).await;
    }
    let (side, owner, reader) = match begin.pending {
        Pending::Offer => (Party::Owner, acting.person, other),
        Pending::Request => (Party::Reader, other, acting.person),
    };
    lock_parties(tx, acting.person, other).await?;
    let now = tx.now().await?;
    begin.expiry.check(Date::in_denmark(now))?;
    clear_the_way(context, tx, owner, reader, begin.scope).await?;
    check_limits(tx, owner, reader, context.settings.max_accesses).await?;
    let access = Access {
        id: next_id(context, tx, owner, reader).await?,
        owner,
        reader,
        scope: begin.scope,
        version: 1,
        state: begin.pending.state(),
        expiry: begin.expiry,
        create_time: now,
        lapse_time: now.plus(context.settings.lapse_after()),
        approve_time: None,
        end_time: None,
    };
    if !record::begun(context, tx, &access, acting.person).await? {
        // The rows of both parties are locked, so nobody can have come between.
        return Err(sql::Error::corrupt("access", "a second live one").into());
    }
    repeat.once.done(tx, access.id.as_uuid()).await?;
    Ok(Shown { access, side })
}

/// An id above that of the pair's latest access. Of two that ended at the same instant the higher id is the later one; without
/// this chance would decide, for the clock may stand still (its floor holds while it steps back).
async fn next_id(context: &Context, tx: &mut Tx, owner: PersonId, reader: PersonId) -> Result<AccessId, Error> {
    let now = tx.now().await?;
    let id = AccessId::new(now, &*context.random);
    let latest = store::access::for_check(tx, vec![owner.as_uuid()], reader).await?;
    let Some(latest) = latest.first().map(|access| access.id).filter(|latest| id <= *latest) else { return Ok(id) };
    let minted = latest.as_uuid().get_timestamp().map_or((0, 0), |time| time.to_unix());
    let minted = Timestamp::from_micros(i64::try_from(minted.0).unwrap_or(0) * 1_000_000 + i64::from(minted.1) / 1_000);
    Ok(AccessId::new(minted.plus(Duration::from_millis(1)), &*context.random))
}

/// Locks both, in one order for all; neither may have closed their mailbox (rule P8).
async fn lock_parties(tx: &mut Tx, caller: PersonId, other: PersonId) -> Result<(), Error> {
    for person in [caller.min(other), caller.max(other)] {
        if store::party::lock(tx, person).await? {
            return Err(if person == caller { Error::CallerHasNoDigitalPost } else { Error::PersonNotMatched });
        }
    }
    Ok(())
}

/// An access of the same pair and scope stands in the way (rule A18), unless time has ended it: then its end is stored now.
async fn clear_the_way(
    context: &Context,
    tx: &mut Tx,
    owner: PersonId,
    reader: PersonId,
    scope: Scope,
) -> Result<(), Error> {
    let Some(access) = store::access::lock_live(tx, owner, reader, scope).await? else { return Ok(()) };
    let now = tx.now().await?;
    let Some(change) = access.overdue(now) else { return Err(Error::Exists((owner, access.id))) };
    record::changed(context, tx, &access.at(now), change, None).await
}

/// Keeps both lists within what can be shown and sorted at once.
async fn check_limits(tx: &mut Tx, owner: PersonId, reader: PersonId, most: u32) -> Result<(), Error> {
    let given = store::access::count_given(tx, owner).await?;
    let received = store::access::count_received(tx, reader).await?;
    if given.max(received) >= i64::from(most) { Err(Error::LimitReached(most)) } else { Ok(()) }
}
