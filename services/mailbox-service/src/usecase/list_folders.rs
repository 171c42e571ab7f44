//! The folders with their counts.

use super::Parts;
use super::admit::Admitted;
use crate::domain::folder::tree::tree_order;
use crate::domain::folder::{Count, Folder, OwnFolder};
use crate::error::Error;
use crate::store;
use kernel::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// The folders of a mailbox as the caller sees them.
pub struct View {
    /// The own ones, each parent before its children.
    pub own: Vec<OwnFolder>,
    /// The counts; none for a folder that has never had a letter.
    pub counts: HashMap<Folder, Count>,
    /// When the mailbox was opened, and the system's folders with it.
    pub create_time: Timestamp,
}

/// Lists them all: there are at most a thousand, and a tree in order needs them all anyway.
pub async fn run(parts: &Arc<Parts>, admitted: Admitted) -> Result<View, Error> {
    let Admitted { acting, key, owner } = admitted;
    let create_time = owner.create_time();
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let own = tree_order(store::folder::all(tx, acting.mailbox, &key).await?);
                let counts = store::count::of(tx, &acting).await?;
                Ok(View { own, counts, create_time })
            })
        })
        .await
}
