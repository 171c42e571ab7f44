//! What a party does with an access that exists: approve, decline, withdraw, remove, change its expiry.

use super::make::again;
use super::recognise::Acting;
use super::{Context, Repeatable, Shown, record};
use crate::domain::access::Access;
use crate::domain::party::Party;
use crate::domain::rights::{Act, Capacity};
use crate::domain::{Change, Expiry, Hand, Impossible};
use crate::error::{AccessName, Error};
use crate::store;
use kernel::{Date, Timestamp};
use sql::Tx;

/// What the caller wants.
#[derive(Clone, Copy, Debug)]
pub enum Wish {
    /// Approve the version that was shown (rule A29).
    Approve {
        /// That version.
        version: i64,
        /// Whether the reader can still be one (rule A3).
        reader: Fitness,
    },
    /// Decline (rule A6).
    Decline,
    /// Take back (rule A6).
    Withdraw,
    /// Remove (rule A6).
    Remove,
    /// Set another expiry on the version that was shown (rule A22).
    ChangeExpiry {
        /// That version.
        version: i64,
        /// The new choice.
        expiry: Expiry,
    },
}

/// Whether the reader fits rule A3, as mailbox-service said just before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fitness {
    /// Alive, with Digital Post, not exempt.
    Fit,
    /// Exempt.
    Unfit,
    /// The mailbox is closed, or there is none.
    Closed,
}

impl Wish {
    const fn change(self, party: Party) -> Change {
        match self {
            Self::Approve { .. } => Change::Approve(party),
            Self::Decline => Change::Decline(party),
            Self::Withdraw => Change::Withdraw(party),
            Self::Remove => Change::Remove(party),
            Self::ChangeExpiry { .. } => Change::ChangeExpiry(party),
        }
    }

    /// The version that the caller was shown, where that matters.
    const fn version(self) -> Option<i64> {
        match self {
            Self::Approve { version, .. } | Self::ChangeExpiry { version, .. } => Some(version),
            Self::Decline | Self::Withdraw | Self::Remove => None,
        }
    }

    /// The new expiry, if it is to change.
    const fn expiry(self) -> Option<Expiry> {
        match self {
            Self::ChangeExpiry { expiry, .. } => Some(expiry),
            Self::Approve { .. } | Self::Decline | Self::Withdraw | Self::Remove => None,
        }
    }
}

/// Does what the caller wants with the access of this name, with the notices about it. Of two changes at once exactly one
/// is made on what the other left.
pub async fn change(
    context: &Context,
    acting: Acting,
    name: AccessName,
    wish: Wish,
    repeat: Repeatable,
) -> Result<Shown, Error> {
    let task = context.clone();
    context.db.write(move |tx| Box::pin(async move { make(&task, tx, acting, name, wish, &repeat).await })).await
}

async fn make(
    context: &Context,
    tx: &mut Tx,
    acting: Acting,
    name: AccessName,
    wish: Wish,
    repeat: &Repeatable,
) -> Result<Shown, Error> {
    if let Some(id) = repeat.made(tx).await? {
        let access = again(tx, id).await?;
        let side = access.party(acting.person).ok_or(Error::NotFound)?;
        return Ok(Shown { access, side: Some(side) });
    }
    let (owner, id) = name;
    let access = store::access::lock(tx, id.as_uuid()).await?.filter(|access| access.owner == owner);
    let access = access.ok_or(Error::NotFound)?;
    let now = tx.now().await?;
    let access = access.at(now);
    let side = access.party(acting.person).ok_or(Error::NotFound)?;
    access.scope.managed_in(acting.portal)?;
    let change = wish.change(side);
    let after = after(&access, change, wish.version(), wish.expiry(), now)?;
    if let Wish::Approve { reader, .. } = wish {
        check_reader(reader, side)?;
    }
    record::changed(context, tx, &after, change, &Hand::Party(acting.person)).await?;
    repeat.once.done(tx, id.as_uuid()).await?;
    Ok(Shown { access: after, side: Some(side) })
}

/// The access after `change`, or why not. `shown`: the version the change is made on, where that matters; `expiry`: the new
/// one, if it is to change.
pub(super) fn after(
    access: &Access,
    change: Change,
    shown: Option<i64>,
    expiry: Option<Expiry>,
    now: Timestamp,
) -> Result<Access, Error> {
    let name = (access.owner, access.id);
    let mut after = access.after(change, now).map_err(|impossible| match impossible {
        Impossible::Ended(reason) => Error::Ended(name, reason),
        Impossible::Conflict(state) => Error::StateConflict(state),
        Impossible::NotTheirs => Error::ActNotAllowed(Act::ManageAccesses, Capacity::by(access)),
    })?;
    if shown.is_some_and(|shown| shown != access.version) {
        return Err(Error::VersionChanged(name, access.version));
    }
    if let Some(expiry) = expiry {
        expiry.check(Date::in_denmark(now))?;
        after.expiry = expiry;
    }
    Ok(after)
}

/// Only of themselves does anybody hear why they can't be a reader (rules A2, X4).
fn check_reader(reader: Fitness, approver: Party) -> Result<(), Error> {
    match (reader, approver) {
        (Fitness::Fit, _) => Ok(()),
        (Fitness::Unfit, Party::Reader) => Err(Error::CallerExempt),
        (Fitness::Closed, Party::Reader) => Err(Error::CallerHasNoDigitalPost),
        (Fitness::Unfit | Fitness::Closed, Party::Owner) => Err(Error::PersonNotMatched),
    }
}
