//! What a caseworker does with an access that exists: record an approval, change its expiry, remove it (rules A13, A16,
//! A24, A25).

use super::approve::fitness;
use super::change::{Fitness, after};
use super::make::again;
use super::{Context, Repeatable, record};
use crate::domain::access::Access;
use crate::domain::desk::{Attendance, DeskAct, Presence};
use crate::domain::{Change, Desk, Expiry, Hand, Party, Scope, State};
use crate::error::{AccessName, Error};
use crate::store;
use kernel::Caseworker;
use sql::Tx;
use std::time::Duration;

/// What the caseworker wants.
#[derive(Clone, Copy, Debug)]
pub enum DeskWish {
    /// Approve the version that was shown, for the party whose approval is missing (rules A25, A29).
    Approve {
        /// That version.
        version: i64,
    },
    /// Set another expiry on the version that was shown, for the owner (rule A24).
    ChangeExpiry {
        /// That version.
        version: i64,
        /// The new choice.
        expiry: Expiry,
    },
    /// End it for a party (rule A16).
    Remove(Party),
}

/// Does what the caseworker wants with the access of this name, with the record and the notices about it, waiting no
/// longer than `patience` for what is asked first.
pub async fn change_at_desk(
    context: &Context,
    (caseworker, attendance): (Caseworker, Attendance),
    name: AccessName,
    wish: DeskWish,
    repeat: Repeatable,
    patience: Duration,
) -> Result<Access, Error> {
    let reader = match wish {
        DeskWish::Approve { .. } => reader_of(context, name, patience).await?,
        DeskWish::ChangeExpiry { .. } | DeskWish::Remove(_) => Fitness::Fit,
    };
    let task = context.clone();
    let write = context.db.write(move |tx| {
        Box::pin(async move {
            if let Some(id) = repeat.made(tx).await? {
                return again(tx, id).await;
            }
            let access = make(&task, tx, (caseworker, attendance), name, wish, reader).await?;
            repeat.once.done(tx, access.id.as_uuid()).await?;
            Ok(access)
        })
    });
    write.await
}

/// Whether the reader of a pending access still fits (rule A3).
async fn reader_of(context: &Context, (owner, id): AccessName, patience: Duration) -> Result<Fitness, Error> {
    let access = context.db.read(|tx| Box::pin(async move { store::access::find(tx, owner, id).await })).await?;
    match access.filter(|access| access.state.awaits().is_some()) {
        Some(access) => fitness(context, &access, patience).await,
        // There is nothing to approve, which the change says in its own way.
        None => Ok(Fitness::Unfit),
    }
}

async fn make(
    context: &Context,
    tx: &mut Tx,
    (caseworker, attendance): (Caseworker, Attendance),
    (owner, id): AccessName,
    wish: DeskWish,
    reader: Fitness,
) -> Result<Access, Error> {
    let access = store::access::lock(tx, id.as_uuid()).await?;
    // Private accesses are no matter of the municipality's (rule A12).
    let access = access.filter(|access| access.owner == owner && access.scope == Scope::PublicPost);
    let access = access.ok_or(Error::NotFound)?;
    let now = tx.now().await?;
    let access = access.at(now);
    let (change, act, party) = wish.change(&access, attendance.presence)?;
    let after = match wish {
        DeskWish::Approve { version } => after(&access, change, Some(version), None, now)?,
        DeskWish::ChangeExpiry { version, expiry } => after(&access, change, Some(version), Some(expiry), now)?,
        DeskWish::Remove(_) => after(&access, change, None, None, now)?,
    };
    if reader != Fitness::Fit {
        return Err(Error::PersonNotMatched);
    }
    let hand = Hand::Desk(Desk { caseworker, attendance, act, citizen: access.person(party) });
    record::changed(context, tx, &after, change, &hand).await?;
    Ok(after)
}

impl DeskWish {
    /// The change, and for which party it is made.
    fn change(self, access: &Access, presence: Presence) -> Result<(Change, DeskAct, Party), Error> {
        match self {
            Self::Approve { .. } => {
                let party = approver(access, presence)?;
                Ok((Change::Approve(party), DeskAct::Approve, party))
            }
            Self::ChangeExpiry { .. } => Ok((Change::ChangeExpiry(Party::Owner), DeskAct::ChangeExpiry, Party::Owner)),
            Self::Remove(party) => Ok((Change::RemoveAtDesk, DeskAct::Remove, party)),
        }
    }
}

/// For whom the caseworker approves: the party whose approval is missing, who attends; for a guardian's request, where the
/// appointment was seen, the owner without attending (rule A13).
fn approver(access: &Access, presence: Presence) -> Result<Party, Error> {
    let guardians = access.state == State::Requested && access.guardianship.is_some();
    match access.state {
        State::Ended(reason) => Err(Error::Ended((access.owner, access.id), reason)),
        state if presence == Presence::AppointmentSeen && !guardians => Err(Error::StateConflict(state)),
        state => state.awaits().ok_or(Error::StateConflict(state)),
    }
}
