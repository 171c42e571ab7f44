//! Marking letters read or unread, for everybody in every portal (R4, P3).

use super::admit::Admitted;
use super::named::Named;
use super::{Parts, Repeatable};
use crate::domain::acting::Acting;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::outcome::{Outcome, Unchanged};
use crate::domain::service::is_withheld;
use crate::error::Error;
use crate::store;
use crate::store::message::Placed;
use kernel::MessageId;
use std::sync::Arc;

/// Marks the letters; one outcome for each, in their order.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    ids: Vec<MessageId>,
    read: bool,
    call: Repeatable,
) -> Result<Vec<Outcome>, Error> {
    let Admitted { acting, key, .. } = admitted;
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
            if let Some(first) = call.outcomes(tx).await? {
                return Ok(first);
            }
            let named = Named::find(tx, &acting, &ids).await?;
            let markable = |id: &MessageId| named.get(*id, Unchanged::MayNotMark).and_then(|of| free(&acting, of));
            let outcomes: Vec<Outcome> = ids.iter().map(|id| markable(id).map(|_| ())).collect();
            let free = ids.iter().filter_map(|id| markable(id).ok());
            let changing: Vec<_> = free.filter(|letter| letter.is_read != read).collect();
            let mut changes = store::count::Changes::default();
            for letter in &changing {
                changes.mark(letter.folder, letter.mark, read);
            }
            let ids: Vec<MessageId> = changing.iter().map(|letter| letter.id).collect();
            store::message::set_read(tx, acting.mailbox, &ids, read).await?;
            changes.write(tx, acting.mailbox).await?;
            call.became(tx, &outcomes).await?;
            let kind = if read { Kind::MarkedRead } else { Kind::MarkedUnread };
            let marked = changing.iter().map(|letter| (letter.id, letter.mark));
            let marked = Entry::about_letters(kind, |mark| Actor::of(&acting, Some(mark)), marked);
            parts.log(tx, acting.mailbox, &key, marked).await?;
            Ok(outcomes)
        })
    })
    .await
}

/// The letter, unless it is withheld. Marking opens nothing, so the owner's marking serves nobody.
fn free<'l>(acting: &Acting, letter: &'l Placed) -> Result<&'l Placed, Unchanged> {
    if is_withheld(acting, letter.service) { Err(Unchanged::Unserved) } else { Ok(letter) }
}
