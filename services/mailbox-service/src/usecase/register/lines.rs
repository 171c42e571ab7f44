//! Lines in one transaction: as many statements for a batch as for one line.

use super::LineOutcome;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::person::{Outcome, Person, Registration, RegistrationRefused};
use crate::error::Error;
use crate::outgoing;
use crate::store;
use crate::store::activity::Logged;
use crate::store::person::{NewPerson, PersonRow};
use crate::usecase::Parts;
use crypto::{DataKey, LookupHash};
use kernel::{Date, PersonId, Random, Timestamp};
use sql::Tx;
use std::collections::HashMap;

/// A line, and the hash of its number.
pub(super) type Line = (LookupHash, Registration);

/// A known person whom lines are about: as they were, and as the lines leave them. The row is locked.
pub(in crate::usecase) struct Followed {
    /// The key of the mailbox.
    pub(in crate::usecase) key: DataKey,
    /// As stored.
    pub(in crate::usecase) before: Person,
    /// After the lines.
    pub(in crate::usecase) after: Person,
}

impl Followed {
    /// The person of `row`, whom nothing has changed yet.
    pub(in crate::usecase) fn new(parts: &Parts, row: &PersonRow) -> Result<Self, Error> {
        let key = row.key(&parts.keys.keyring)?;
        let before = row.open(&key)?;
        Ok(Self { key, after: before.clone(), before })
    }

    /// Does what the line says.
    pub(in crate::usecase) fn follow(&mut self, line: Registration, now: Timestamp) -> LineOutcome {
        let id = self.after.id;
        Ok(match line.apply(&self.after, now)? {
            None => (id, Outcome::Unchanged),
            Some(after) => {
                self.after = after;
                (id, Outcome::Updated)
            }
        })
    }
}

/// Does what the lines say, of which no two have the same number; one outcome for each, in their order.
pub(super) async fn in_transaction(parts: &Parts, tx: &mut Tx, lines: Vec<Line>) -> Result<Vec<LineOutcome>, Error> {
    let now = tx.now().await?;
    let hashes: Vec<LookupHash> = lines.iter().map(|(hash, _)| *hash).collect();
    let known: HashMap<Vec<u8>, PersonRow> = store::person::find_many(tx, &hashes).await?.into_iter().collect();
    let mut followed = lock_changing(parts, tx, &lines, &known, now).await?;
    let (mut outcomes, mut new) = (Vec::with_capacity(lines.len()), Vec::new());
    for (hash, line) in lines {
        outcomes.push(match known.get(hash.as_bytes().as_slice()) {
            None => begin(&*parts.random, hash, line, now).map(|person| {
                let id = person.person.id;
                new.push(person);
                (id, Outcome::Created)
            }),
            Some(row) => match followed.get_mut(&row.id) {
                Some(person) => person.follow(line, now),
                None => Ok((row.id, Outcome::Unchanged)),
            },
        });
    }
    write_followed(parts, tx, followed.into_values().collect(), now).await?;
    if store::person::insert_many(tx, new, &parts.keys.keyring, &*parts.random, now).await? {
        Ok(outcomes)
    } else {
        Err(Error::ConcurrentChange)
    }
}

/// Locks the known persons of whom a line says something new. Most lines of an extract that is run again don't, and hold
/// up nobody's mailbox.
async fn lock_changing(
    parts: &Parts,
    tx: &mut Tx,
    lines: &[Line],
    known: &HashMap<Vec<u8>, PersonRow>,
    now: Timestamp,
) -> Result<HashMap<PersonId, Followed>, Error> {
    let mut changing = Vec::new();
    for (hash, line) in lines {
        if let Some(row) = known.get(hash.as_bytes().as_slice()) {
            let person = row.open(&row.key(&parts.keys.keyring)?)?;
            if line.clone().apply(&person, now) != Ok(None) {
                changing.push(row.id.as_uuid());
            }
        }
    }
    changing.sort_unstable();
    changing.dedup();
    let locked = store::person::lock_many(tx, changing).await?;
    locked.iter().map(|row| Ok((row.id, Followed::new(parts, row)?))).collect()
}

/// A person who was not known (P2).
fn begin(
    random: &dyn Random,
    hash: LookupHash,
    line: Registration,
    now: Timestamp,
) -> Result<NewPerson, RegistrationRefused> {
    line.check_new(Date::in_denmark(now))?;
    let cpr = line.cpr.clone();
    Ok(NewPerson { person: line.begin(PersonId::new(now, random), now), cpr, hash })
}

/// Writes those who changed at `now`, and tells of those who died.
pub(in crate::usecase) async fn write_followed(
    parts: &Parts,
    tx: &mut Tx,
    followed: Vec<Followed>,
    now: Timestamp,
) -> Result<(), Error> {
    let changed: Vec<Followed> = followed.into_iter().filter(|person| person.before != person.after).collect();
    let died = changed.iter().filter(|person| person.before.close_time.is_none() && person.after.close_time.is_some());
    let died: Vec<PersonId> = died.map(|person| person.after.id).collect();
    let rows: Vec<(&Person, &DataKey)> = changed.iter().map(|person| (&person.after, &person.key)).collect();
    store::person::update_many(tx, &rows, &*parts.random, now).await?;
    for person in died {
        parts.tell_both(tx, outgoing::mailbox_closed(person)).await?;
    }
    let acts: Vec<Logged<'_>> = changed.iter().flat_map(logged).collect();
    parts.log_in_many(tx, &acts).await
}

/// What the log says of a change in the register: of names, and of a death. The rest is not the mailbox's affair.
fn logged(person: &Followed) -> impl Iterator<Item = Logged<'_>> {
    let Followed { key, before, after } = person;
    let renamed = before.name != after.name;
    let closed = before.close_time.is_none() && after.close_time.is_some();
    let changes = [(renamed, Kind::OwnerChanged), (closed, Kind::MailboxClosed)];
    let changes = changes.into_iter().filter_map(|(is_so, kind)| is_so.then_some(kind));
    changes.map(|kind| Logged { mailbox: after.id, key, entry: Entry::about_mailbox(kind, Actor::System) })
}
