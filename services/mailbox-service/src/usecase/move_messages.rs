//! Moving letters: between folders (R3), into the bin and out of it (R7).

use super::admit::Admitted;
use super::named::Named;
use super::{Parts, Repeatable, serve};
use crate::domain::acting::{Acting, Capacity};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::Folder;
use crate::domain::outcome::{Outcome, Unchanged};
use crate::domain::post::Mark;
use crate::domain::service::is_withheld;
use crate::error::Error;
use crate::store;
use crate::store::message::Placed;
use kernel::MessageId;
use sql::Tx;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Where letters go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Destination {
    /// To this folder; the bin is deleting.
    To(Folder),
    /// Out of the bin, to where they came from, or to the inbox when that is gone.
    Back,
}

impl Destination {
    /// What is said of a letter that may be seen and not taken there.
    fn may_not(self) -> fn(Capacity) -> Unchanged {
        match self {
            Self::To(Folder::Bin) | Self::Back => Unchanged::MayNotDelete,
            Self::To(_) => Unchanged::MayNotMove,
        }
    }
}

/// Moves the letters; one outcome for each, in their order.
pub async fn run(
    parts: &Arc<Parts>,
    admitted: Admitted,
    ids: Vec<MessageId>,
    destination: Destination,
    call: Repeatable,
) -> Result<Vec<Outcome>, Error> {
    let Admitted { acting, key, .. } = admitted;
    let db = parts.db.clone();
    let parts = parts.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let owner = store::person::lock(tx, acting.mailbox).await?.ok_or(Error::NotFound)?;
            if let Some(first) = call.outcomes(tx).await? {
                return Ok(first);
            }
            let own = store::folder::all(tx, acting.mailbox, &key).await?;
            let own: HashSet<Folder> = own.into_iter().map(|folder| Folder::Own(folder.id)).collect();
            if let Destination::To(folder @ Folder::Own(_)) = destination
                && !own.contains(&folder)
            {
                return Err(Error::NotFound);
            }
            let named = Named::find(tx, &acting, &ids).await?;
            let may_not = destination.may_not();
            let mut moves: HashMap<Folder, Vec<Placed>> = HashMap::new();
            let mut outcomes: Vec<Outcome> = Vec::new();
            for id in &ids {
                let target = named.get(*id, may_not).and_then(|letter| {
                    target(letter, destination, &acting, &own).map(|to| moves.entry(to).or_default().push(*letter))
                });
                outcomes.push(target);
            }
            moves.retain(|to, letters| {
                letters.retain(|letter| letter.folder != *to);
                !letters.is_empty()
            });
            let moving = moves.values().flatten();
            serve::serve_all(&parts, tx, &acting, &owner, moving).await?;
            let done = carry_out(tx, &acting, destination, moves).await?;
            call.became(tx, &outcomes).await?;
            parts.log(tx, acting.mailbox, &key, done).await?;
            Ok(outcomes)
        })
    })
    .await
}

/// Where one letter goes, or why it stays. What the owner moves or deletes they are served by it (M8).
fn target(
    letter: &Placed,
    destination: Destination,
    acting: &Acting,
    own: &HashSet<Folder>,
) -> Result<Folder, Unchanged> {
    if is_withheld(acting, letter.service) {
        return Err(Unchanged::Unserved);
    }
    match destination {
        // Only letters that the owner has sent lie there, and there are none of those in any other folder yet.
        Destination::To(Folder::Sent) => Err(Unchanged::NotSent),
        Destination::To(folder) => {
            let out_of_bin = letter.folder == Folder::Bin && folder != Folder::Bin;
            if out_of_bin && !acting.is_owner() {
                return Err(Unchanged::MayNotDelete(acting.capacity_for(letter.mark)));
            }
            Ok(folder)
        }
        Destination::Back if letter.folder == Folder::Bin => {
            let from = letter.bin_from.unwrap_or(Folder::Inbox);
            let there = !matches!(from, Folder::Own(_)) || own.contains(&from);
            Ok(if there { from } else { Folder::Inbox })
        }
        Destination::Back => Err(Unchanged::NotInBin),
    }
}

/// Moves what is not there already; what the log is to say of it.
async fn carry_out(
    tx: &mut Tx,
    acting: &Acting,
    destination: Destination,
    moves: HashMap<Folder, Vec<Placed>>,
) -> Result<Vec<Entry>, Error> {
    let now = tx.now().await?;
    let mut changes = store::count::Changes::default();
    let mut done: BTreeMap<Kind, Vec<(MessageId, Mark)>> = BTreeMap::new();
    for (to, letters) in moves {
        for letter in &letters {
            changes.remove(letter.folder, letter.mark, letter.is_read);
            changes.add(to, letter.mark, letter.is_read);
            done.entry(kind(letter.folder, to)).or_default().push((letter.id, letter.mark));
        }
        let ids: Vec<MessageId> = letters.iter().map(|letter| letter.id).collect();
        store::message::place_in(tx, acting.mailbox, &ids, to, now).await?;
    }
    changes.write(tx, acting.mailbox).await?;
    let entries = done
        .into_iter()
        .flat_map(|(kind, letters)| Entry::about_letters(kind, |mark| Actor::of(acting, Some(mark)), letters));
    Ok(match destination {
        Destination::To(folder) => entries.map(|entry| entry.in_folder(folder)).collect(),
        // Each to where it came from: no one folder.
        Destination::Back => entries.collect(),
    })
}

fn kind(from: Folder, to: Folder) -> Kind {
    match (from, to) {
        (_, Folder::Bin) => Kind::Deleted,
        (Folder::Bin, _) => Kind::Restored,
        _ => Kind::Moved,
    }
}
