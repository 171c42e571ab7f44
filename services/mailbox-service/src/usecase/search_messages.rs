//! Full-text search in one mailbox (M6).
//!
//! Goes through the tags of the letters that the caller sees, chunk by chunk, newest first; what they hint at is opened and
//! searched word by word, because tags can be shared by chance and the body of a letter may be withheld. A call looks at a
//! bounded number of letters, holds one chunk at a time, and says where the next one is to go on. A letter that is found for
//! what its body says has shown something of it: that is in the log before it is told (R13).

use super::Parts;
use super::admit::Admitted;
use super::list_messages::Page;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::Folder;
use crate::domain::message::{Cursor, Filter, Summary};
use crate::domain::post::Mark;
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
    let (looking, most) = (admitted.clone(), parts.config.search_letters);
    let search = Search { admitted: looking, query, filter, size };
    let (hits, next, withheld) = find(parts, search, cursor, most).await?;
    let shown: Vec<(MessageId, Mark)> = hits.iter().filter_map(Hit::shown_of_body).collect();
    if !shown.is_empty() {
        log(parts, admitted, shown).await?;
    }
    let messages = hits.into_iter().map(|hit| hit.summary).collect();
    Ok(Found { page: Page { messages, next }, withheld })
}

type Hits = (Vec<Hit>, Option<Cursor>, Vec<MessageId>);

async fn find(parts: &Arc<Parts>, search: Search, cursor: Option<Cursor>, most: usize) -> Result<Hits, Error> {
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let (acting, filter) = (&search.admitted.acting, &search.filter);
                if let Some(Folder::Own(folder)) = filter.folder
                    && !store::folder::exists(tx, acting.mailbox, folder).await?
                {
                    return Err(Error::NotFound);
                }
                let withheld = match cursor {
                    None if !acting.is_owner() => store::message::unserved_in(tx, acting, filter, MAX_WITHHELD).await?,
                    _ => Vec::new(),
                };
                let (hits, next) = search.page(tx, cursor, most).await?;
                Ok((hits, next, withheld))
            })
        })
        .await
}

/// Logs whose bodies a search has looked into, each kind of post by itself (A11).
async fn log(parts: &Arc<Parts>, admitted: Admitted, shown: Vec<(MessageId, Mark)>) -> Result<(), Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let Admitted { acting, key, .. } = &admitted;
            store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
            let searched = Entry::about_letters(Kind::Searched, |mark| Actor::of(acting, Some(mark)), shown);
            parts.log(tx, acting.mailbox, key, searched).await
        })
    })
    .await
}

/// A letter that was found.
struct Hit {
    summary: Summary,
    /// Whether only its body has all the words.
    by_body: bool,
}

impl Hit {
    fn shown_of_body(&self) -> Option<(MessageId, Mark)> {
        self.by_body.then_some((self.summary.id, self.summary.mark))
    }
}

struct Search {
    admitted: Admitted,
    query: Query,
    filter: Filter,
    size: PageSize,
}

impl Search {
    /// A page after `cursor`, at the price of looking at about `most` letters.
    async fn page(
        &self,
        tx: &mut Tx,
        mut cursor: Option<Cursor>,
        most: usize,
    ) -> Result<(Vec<Hit>, Option<Cursor>), Error> {
        let Admitted { acting, key, .. } = &self.admitted;
        let (tags, stemming) = (QueryTags::of(&self.query, key), Stemming::new());
        let (mut found, mut looked_at): (Vec<Hit>, usize) = (Vec::new(), 0);
        loop {
            let chunk = store::message::scan(tx, acting, &self.filter, cursor, CHUNK, key).await?;
            let hints = chunk.iter().filter(|letter| tags.may_match(&letter.tags));
            let hints: Vec<MessageId> = hints.map(|letter| letter.at.id).collect();
            if !hints.is_empty() {
                let texts = store::message::texts(tx, acting, &hints, key).await?;
                found.extend(texts.into_iter().filter_map(|text| self.hit(&stemming, text)));
            }
            if let Some(Hit { summary: last, .. }) = self.size.cut(&mut found) {
                let next = Some(Cursor { available_time: last.available_time, id: last.id });
                return Ok((found, next));
            }
            looked_at += chunk.len();
            cursor = chunk.last().map(|letter| letter.at);
            let all = chunk.len() < usize::try_from(CHUNK).unwrap_or_default();
            if all || looked_at >= most {
                return Ok((found, cursor.filter(|_| !all)));
            }
        }
    }

    /// The letter, if the text itself has all the words, as far as the caller may look into it.
    fn hit(&self, stemming: &Stemming, text: Text) -> Option<Hit> {
        let Text { summary, body } = text;
        let heading = [summary.sender.name.as_str(), &summary.subject];
        if self.query.matches(stemming, &heading) {
            return Some(Hit { summary, by_body: false });
        }
        let [sender, subject] = heading;
        let hidden = is_withheld(&self.admitted.acting, summary.service);
        let by_body = !hidden && self.query.matches(stemming, &[sender, subject, &body]);
        by_body.then_some(Hit { summary, by_body })
    }
}
