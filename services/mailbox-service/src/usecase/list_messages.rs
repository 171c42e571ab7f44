//! A page of letters, newest first (M6). Listing is not opening (R12).

use super::Parts;
use super::admit::Admitted;
use crate::domain::folder::Folder;
use crate::domain::message::{Cursor, Filter, Summary};
use crate::error::Error;
use crate::store;
use kernel::PageSize;
use std::sync::Arc;

/// A page, and where the next begins.
pub struct Page {
    /// The letters.
    pub messages: Vec<Summary>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
}

/// Lists up to a page of letters after `cursor`. Naming a folder that is not there is an error.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    filter: Filter,
    cursor: Option<Cursor>,
    size: PageSize,
) -> Result<Page, Error> {
    let Admitted { acting, key, .. } = admitted;
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                if let Some(Folder::Own(folder)) = filter.folder
                    && !store::folder::exists(tx, acting.mailbox, folder).await?
                {
                    return Err(Error::NotFound);
                }
                let mut messages =
                    store::message::list(tx, &acting, &filter, cursor, size.limit_and_one(), &key).await?;
                let next = size.cut(&mut messages);
                let next = next.map(|last| Cursor { available_time: last.available_time, id: last.id });
                Ok(Page { messages, next })
            })
        })
        .await
}
