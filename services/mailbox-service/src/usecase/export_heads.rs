//! Keeping the ends of activity logs outside the database, so that a log that is cut off can be told from one that was
//! never longer (R13).

use super::Parts;
use crate::error::Error;
use crate::heads::{Heads, Line};
use crate::store::activity::export;
use kernel::id::new_uuid;
use std::sync::Arc;
use uuid::Uuid;

/// Heads exported in one go.
const PAGE: i64 = 1_000;

/// Exports up to a page of the heads after `after` that have moved on since. Where to go on; none when all is exported.
pub async fn run(parts: &Arc<Parts>, heads: &Heads, after: Uuid) -> Result<Option<Uuid>, Error> {
    let found = parts.db.read(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            Ok::<_, Error>((export::moved_on(tx, after, PAGE).await?, now))
        })
    });
    let (moved_on, now) = found.await?;
    let Some((last, _)) = moved_on.last() else { return Ok(None) };
    let last = last.as_uuid();
    let line = |(mailbox, head): &(_, crate::store::activity::Head)| {
        Line::new(*mailbox, head.sequence, &head.link, now, &parts.keys.chain)
    };
    let lines: Vec<Line> = moved_on.iter().map(line).collect();
    // Kept first: a crash before the note exports them once more, which harms nothing.
    heads.keep(new_uuid(now, &*parts.random), &lines).await?;
    parts.db.write(move |tx| Box::pin(async move { export::note(tx, &moved_on).await })).await?;
    Ok((lines.len() == usize::try_from(PAGE).unwrap_or(0)).then_some(last))
}
