//! The end of an exemption: ordinary post is taken in again from the next delivery on (X5).

use super::admit::Admitted;
use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::exemption::{Desk, End, EndedBy, Exemption, NotInForce};
use crate::error::Error;
use crate::store;
use crate::store::person::PersonRow;
use crypto::DataKey;
use kernel::{ExemptionId, PersonId, Timestamp};
use sql::Tx;
use std::sync::Arc;

/// A caseworker ends it.
pub async fn at_desk(
    parts: &Arc<Parts>,
    (person, id): (PersonId, ExemptionId),
    desk: Desk,
    call: Repeatable,
) -> Result<Exemption, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let row = store::person::lock(tx, person).await?.ok_or(Error::NotFound)?;
            let key = row.key(&parts.keys.keyring)?;
            let exemption = store::exemption::get(tx, person, id, &key).await?.ok_or(Error::NotFound)?;
            if call.before(tx).await?.is_some() {
                return Ok(exemption);
            }
            exemption.check_in_force().map_err(|not| match not {
                NotInForce::Refused => Error::StateConflict("REFUSED"),
                NotInForce::Ended => Error::StateConflict("ENDED"),
            })?;
            call.made(tx, id.as_uuid()).await?;
            let actor = Actor::Caseworker(desk.municipality_name());
            end(&parts, tx, exemption, EndedBy::Caseworker(desk), actor, &key).await
        })
    })
    .await
}

/// The citizen ends their own.
pub async fn own(parts: &Arc<Parts>, admitted: Admitted, call: Repeatable) -> Result<Exemption, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    let Admitted { acting, key, .. } = admitted;
    let mailbox = acting.mailbox;
    db.write(move |tx| {
        Box::pin(async move {
            let row = store::person::lock(tx, mailbox).await?.ok_or(Error::NotFound)?;
            if let Some(made) = call.before(tx).await? {
                return store::exemption::get(tx, mailbox, made.into(), &key).await?.ok_or(Error::NotFound);
            }
            let exemption = in_force(tx, &row, &key).await?.ok_or(Error::StateConflict("NOT_EXEMPT"))?;
            call.made(tx, exemption.id.as_uuid()).await?;
            end(&parts, tx, exemption, EndedBy::Citizen, Actor::of(&acting, None), &key).await
        })
    })
    .await
}

/// A read access was created for the person at a municipality at `moment`, in the transaction that takes in the event. An
/// exemption granted later than that stays.
pub async fn by_access(parts: &Parts, tx: &mut Tx, person: PersonId, moment: Timestamp) -> Result<(), Error> {
    let Some(row) = store::person::lock(tx, person).await? else { return Ok(()) };
    let key = row.key(&parts.keys.keyring)?;
    match in_force(tx, &row, &key).await? {
        Some(exemption) if exemption.is_ended_by_access_of(moment) => {
            end(parts, tx, exemption, EndedBy::AccessCreated, Actor::System, &key).await.map(|_| ())
        }
        _ => Ok(()),
    }
}

/// The exemption in force of the person whose row is locked.
async fn in_force(tx: &mut Tx, row: &PersonRow, key: &DataKey) -> Result<Option<Exemption>, Error> {
    match row.exemption {
        None => Ok(None),
        Some(id) => store::exemption::get(tx, row.id, id, key).await?.ok_or(Error::NotFound).map(Some),
    }
}

/// Ends the exemption in force of the person whose row is locked.
async fn end(
    parts: &Parts,
    tx: &mut Tx,
    exemption: Exemption,
    by: EndedBy,
    actor: Actor,
    key: &DataKey,
) -> Result<Exemption, Error> {
    let ended = End { time: tx.now().await?, by };
    store::exemption::end(tx, (exemption.person, exemption.id), &ended, key, &*parts.random).await?;
    store::person::set_exemption(tx, exemption.person, None).await?;
    let entry = Entry::about_mailbox(Kind::ExemptionEnded, actor);
    parts.log(tx, exemption.person, key, [entry]).await?;
    Ok(Exemption { end: Some(ended), ..exemption })
}
