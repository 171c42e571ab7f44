//! Approving: whether the reader still fits is asked first, then the change is made (rules A3, A5, A7, A29).

use super::change::{Fitness, Wish, change};
use super::recognise::Acting;
use super::{Context, Repeatable, Shown};
use crate::domain::Access;
use crate::error::{AccessName, Error};
use crate::store;
use std::collections::BTreeSet;
use std::time::Duration;

/// Approves the version of the access that was shown, waiting no longer than `patience` for what is asked first.
pub async fn approve(
    context: &Context,
    acting: Acting,
    name: AccessName,
    version: i64,
    repeat: Repeatable,
    patience: Duration,
) -> Result<Shown, Error> {
    let (owner, id) = name;
    let access = context.db.read(|tx| Box::pin(async move { store::access::find(tx, owner, id).await })).await?;
    let awaited = |access: &Access| access.state.awaits().is_some_and(|party| access.person(party) == acting.person);
    let reader = match access.filter(awaited) {
        Some(access) => fitness(context, &access, patience).await?,
        // It is not theirs to approve, which the change says in its own way; were it to become so now, they would
        // have to ask again.
        None => Fitness::Unfit,
    };
    change(context, acting, name, Wish::Approve { version, reader }, repeat).await
}

/// Whether the reader of `access` fits rule A3.
pub(super) async fn fitness(context: &Context, access: &Access, patience: Duration) -> Result<Fitness, Error> {
    let persons = context.directory.persons(BTreeSet::from([access.reader]), patience).await.map_err(Error::Peer)?;
    Ok(match persons.get(&access.reader) {
        Some(reader) if reader.closed => Fitness::Closed,
        Some(reader) if reader.can_be_reader => Fitness::Fit,
        Some(_) => Fitness::Unfit,
        None => Fitness::Closed,
    })
}
