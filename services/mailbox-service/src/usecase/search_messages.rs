//! Full-text search in one mailbox (M6).
//!
//! Goes through the tags of the letters that the caller sees, chunk by chunk, newest first; what they hint at is opened and
//! searched word by word, because tags can be shared by chance and the body of a letter may be withheld. A call looks at a
//! bounded number of letters, holds one chunk at a time, and says where the next one is to go on.

use super::Parts;
use super::admit::Admitted;
use super::list_messages::Page;
use crate::domain::folder::Folder;
use crate::domain::message::{Cursor, Filter, Summary};
use crate::domain::search::{Query, Stemming};
use crate::domain::service::is_withheld;
use crate::error::Error;
use crate::store;
use crate::store::message::{QueryTags, Text};
use kernel::{MessageId, PageSize};
use sql::Tx;
use std::sync::Arc;

/// Letters whose tags are held at once: at the longest tags there can be, 6 MiB.
const CHUNK: i64 = 200;

/// The most unserved messages that a reader is told of.
const MAX_WITHHELD: i64 = 100;

/// What a search found.
pub struct Found {
    /// A page of letters.
    pub page: Page,
    /// Unserved messages for service whose bodies a reader's search has not looked into, matched or not: to name only those
    /// that would match would tell what they say (R12). On the first page only.
    pub withheld: Vec<MessageId>,
}

/// Finds up to a page of letters after `cursor`. The page is shorter, though not the last one, when the letters that one
/// call looks at are used up. Naming a folder that is not there is an error.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    query: Query,
    filter: Filter,
    cursor: Option<Cursor>,
    size: PageSize,
) -> Result<Found, Error> {
    let most = parts.config.search_letters;
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let acting = &admitted.acting;
                if let Some(Folder::Own(folder)) = filter.folder
                    && !store::folder::exists(tx, acting.mailbox, folder).await?
                {
                    return Err(Error::NotFound);
                }
                let withheld = match cursor {
                    None if !acting.is_owner() => {
                        store::message::unserved_in(tx, acting, &filter, MAX_WITHHELD).await?
                    }
                    _ => Vec::new(),
                };
                let search = Search { admitted, query, filter, size };
                Ok(Found { page: search.page(tx, cursor, most).await?, withheld })
            })
        })
        .await
}

struct Search {
    admitted: Admitted,
    query: Query,
    filter: Filter,
    size: PageSize,
}

impl Search {
    /// A page after `cursor`, at the price of looking at about `most` letters.
    async fn page(&self, tx: &mut Tx, mut cursor: Option<Cursor>, most: usize) -> Result<Page, Error> {
        let Admitted { acting, key, .. } = &self.admitted;
        let (tags, stemming) = (QueryTags::of(&self.query, key), Stemming::new());
        let (mut messages, mut looked_at): (Vec<Summary>, usize) = (Vec::new(), 0);
        loop {
            let chunk = store::message::scan(tx, acting, &self.filter, cursor, CHUNK, key).await?;
            let hints = chunk.iter().filter(|letter| tags.may_match(&letter.tags));
            let hints: Vec<MessageId> = hints.map(|letter| letter.at.id).collect();
            if !hints.is_empty() {
                let texts = store::message::texts(tx, acting, &hints, key).await?;
                let texts = texts.into_iter().filter(|text| self.matches(&stemming, text));
                messages.extend(texts.map(|text| text.summary));
            }
            if let Some(last) = self.size.cut(&mut messages) {
                let next = Some(Cursor { available_time: last.available_time, id: last.id });
                return Ok(Page { messages, next });
            }
            looked_at += chunk.len();
            cursor = chunk.last().map(|letter| letter.at);
            let all = chunk.len() < usize::try_from(CHUNK).unwrap_or_default();
            if all || looked_at >= most {
                return Ok(Page { messages, next: cursor.filter(|_| !all) });
            }
        }
    }

    /// Whether the text itself has all the words, as far as the caller may look into it.
    fn matches(&self, stemming: &Stemming, text: &Text) -> bool {
        let summary = &text.summary;
        let hidden = is_withheld(&self.admitted.acting, summary.service);
        let body = if hidden { "" } else { text.body.as_str() };
        self.query.matches(stemming, &[&summary.sender.name, &summary.subject, body])
    }
}
