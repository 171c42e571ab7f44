//! The changes of a mailbox, one after the other, for portals that show it (P3).
//!
//! They are read from the activity log: it is written in the transaction of each change, numbered without gaps in the
//! order of the commits, since every change locks the mailbox first, and it says which post a change is about.

use super::Parts;
use crate::domain::acting::Acting;
use crate::domain::activity::Kind;
use crate::domain::settings::Settings;
use crate::domain::watch::{Change, Position, changes};
use crate::error::Error;
use crate::store;
use crypto::DataKey;
use kernel::{MailboxId, Timestamp};
use std::sync::Arc;

/// How many entries are looked at in one go.
const BATCH: i64 = 100;

/// A change, and where the watch stands once it is told.
pub struct Told {
    /// What changed.
    pub change: Change,
    /// When.
    pub time: Timestamp,
    /// Where to go on after it.
    pub after: Position,
}

/// The next changes.
pub struct Next {
    /// What `acting` sees of them.
    pub changes: Vec<Told>,
    /// Where the watch stands once they are told.
    pub after: Position,
    /// The settings after them, where they were changed: what follows is to be seen under these (P4).
    pub settings: Option<Settings>,
    /// Whether there may be more already.
    pub more: bool,
}

/// Where a watch begins that knows of nothing yet: now.
pub async fn now(parts: &Arc<Parts>, mailbox: MailboxId) -> Result<Position, Error> {
    let heads = parts.db.read(move |tx| Box::pin(async move { store::activity::heads(tx, &[mailbox]).await })).await?;
    let sequence = heads.first().map_or(0, |(_, sequence)| *sequence);
    Ok(Position { sequence, told: 0 })
}

/// The changes after `position`, as far as one look reaches.
pub async fn next(parts: &Arc<Parts>, acting: &Acting, key: &DataKey, position: Position) -> Result<Next, Error> {
    let (acting, key) = (acting.clone(), key.clone());
    parts
        .db
        .read(move |tx| {
            Box::pin(async move {
                let entries = store::activity::since(tx, acting.mailbox, position.sequence, BATCH, &key).await?;
                let more = i64::try_from(entries.len()).is_ok_and(|count| count == BATCH);
                let mut next = Next { changes: Vec::new(), after: position, settings: None, more };
                for activity in entries {
                    let told = if activity.sequence == position.sequence + 1 { position.told } else { 0 };
                    let all = changes(&activity.entry, &acting);
                    let wholly = Position { sequence: activity.sequence, told: 0 };
                    for (number, change) in (1..).zip(&all).skip(usize::try_from(told).unwrap_or(usize::MAX)) {
                        let is_last = all.len() == usize::try_from(number).unwrap_or(usize::MAX);
                        let partly = Position { sequence: activity.sequence - 1, told: number };
                        let after = if is_last { wholly } else { partly };
                        next.changes.push(Told { change: *change, time: activity.time, after });
                    }
                    next.after = wholly;
                    if activity.entry.kind == Kind::SettingsChanged {
                        next.settings = Some(store::settings::get(tx, acting.mailbox).await?);
                        next.more = true;
                        break;
                    }
                }
                Ok(next)
            })
        })
        .await
}

/// Looks whether other replicas have committed anything in the mailboxes that are watched here.
pub async fn look_for_others(parts: &Arc<Parts>) -> Result<(), Error> {
    for mailboxes in parts.watchers.mailboxes().chunks(1_000) {
        let mailboxes = mailboxes.to_vec();
        let heads = parts.db.read(move |tx| Box::pin(async move { store::activity::heads(tx, &mailboxes).await }));
        for (mailbox, sequence) in heads.await? {
            parts.watchers.is_long(mailbox, sequence);
        }
    }
    Ok(())
}
