//! The mailboxes open to a person, their own first (rule A19).

use super::Context;
use super::recognise::Acting;
use crate::domain::Access;
use crate::domain::order::sort_key;
use crate::error::Error;
use crate::store;
use kernel::{AccessId, PageSize, PersonId};
use std::collections::BTreeSet;
use std::time::Duration;

/// A mailbox that the person can open.
#[derive(Clone, Debug)]
pub struct OpenMailbox {
    /// Name of its owner.
    pub owner_display_name: String,
    /// The access it is open by; `None`: it is their own.
    pub access: Option<Access>,
}

/// A place in the list: by the owner's name, then by access. Their own mailbox comes before every place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// What the name is sorted by.
    pub name: String,
    /// The access.
    pub access: AccessId,
}

/// A page of the list.
pub struct Page {
    /// The mailboxes.
    pub mailboxes: Vec<OpenMailbox>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

/// The list as the person's portal shows it (rule A12). Every page sorts all there are (at most the limit of accesses): names are known to mailbox-service alone.
pub async fn open_mailboxes(
    context: &Context,
    acting: Acting,
    after: Option<Place>,
    size: PageSize,
    patience: Duration,
) -> Result<Page, Error> {
    let Acting { person, portal } = acting;
    let read = context.db.read(|tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            store::page::open(tx, person, portal, now).await
        })
    });
    let accesses = read.await?;
    let owners: BTreeSet<PersonId> = accesses.iter().map(|access| access.owner).chain([person]).collect();
    let mut names = context.directory.persons(owners, patience).await.map_err(Error::Peer)?;
    let mut name = |id| names.remove(&id).map(|found| found.display_name).unwrap_or_default();
    let own = OpenMailbox { owner_display_name: name(person), access: None };
    let mut others: Vec<(Place, OpenMailbox)> = accesses
        .into_iter()
        .map(|access| {
            let owner_display_name = name(access.owner);
            let place = Place { name: sort_key(&owner_display_name), access: access.id };
            (place, OpenMailbox { owner_display_name, access: Some(access) })
        })
        .collect();
    others.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut page: Vec<(Option<Place>, OpenMailbox)> = match after {
        None => [(None, own)].into_iter().chain(others.into_iter().map(|(place, item)| (Some(place), item))).collect(),
        Some(after) => {
            others.into_iter().filter(|(place, _)| *place > after).map(|(place, item)| (Some(place), item)).collect()
        }
    };
    let next = size.cut(&mut page).map(|(place, _)| place.clone().unwrap_or_else(Place::own));
    Ok(Page { mailboxes: page.into_iter().map(|(_, item)| item).collect(), next })
}

impl Place {
    /// The place of their own mailbox, before that of every access.
    fn own() -> Self {
        Self { name: String::new(), access: AccessId::from(uuid::Uuid::nil()) }
    }
}
