//! The mailbox: whose it is, and how much of it the caller sees.

use super::Parts;
use super::admit::Admitted;
use crate::domain::acting::Acting;
use crate::domain::folder::{Count, Folder};
use crate::error::Error;
use crate::store;
use std::sync::Arc;

/// A mailbox as the caller sees it.
pub struct View {
    /// Who asks.
    pub acting: Acting,
    /// The owner's full name.
    pub owner_name: String,
    /// Whether the mailbox is closed (P8).
    pub closed: bool,
    /// Whether the owner is exempt; told to the owner only (X4).
    pub exempt: bool,
    /// Letters outside the bin that the caller sees.
    pub count: Count,
}

/// Looks at the mailbox.
pub async fn run(parts: &Arc<Parts>, admitted: Admitted) -> Result<View, Error> {
    let Admitted { acting, key, owner } = admitted;
    let asked = acting.clone();
    let counts = parts.db.read(move |tx| Box::pin(async move { store::count::of(tx, &asked).await }));
    let outside_bin = counts.await?.into_iter().filter(|(folder, _)| *folder != Folder::Bin);
    let count = outside_bin.fold(Count::default(), |sum, (_, count)| Count {
        total: sum.total + count.total,
        unread: sum.unread + count.unread,
    });
    let exempt = acting.is_owner() && owner.exemption.is_some();
    Ok(View { acting, owner_name: owner.name(&key)?.full(), closed: owner.close_time.is_some(), exempt, count })
}
