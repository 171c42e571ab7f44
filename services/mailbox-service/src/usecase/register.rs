//! Lines of the population register: many in one transaction, one outcome for each (P1, P2, P8).

use super::batches::without_repeats;
use super::{Parts, Repeatable};
use crate::domain::person::{Outcome, Person, Registration, RegistrationRefused};
use crate::error::Error;
use crate::outgoing;
use crate::store;
use crate::store::person::{NewPerson, PersonRow};
use crypto::LookupHash;
use kernel::{Date, PersonId, Timestamp};
use sql::Tx;
use std::collections::HashMap;
use std::sync::Arc;

/// What a line did, to whom; or why it was refused.
pub type LineOutcome = Result<(PersonId, Outcome), RegistrationRefused>;

/// How often a batch is begun again because another one has just registered one of its numbers, or the two waited for
/// each other.
const TRIES: usize = 3;

/// Registers the lines of a batch, one outcome for each, in their order.
pub async fn batch(parts: &Arc<Parts>, lines: Vec<Registration>) -> Result<Vec<LineOutcome>, Error> {
    let mut outcomes = Vec::with_capacity(lines.len());
    let lines = lines.into_iter().map(|line| (parts.cpr_hash(&line.cpr), line)).collect();
    // No number stands twice in one transaction.
    for lines in without_repeats(lines, |(hash, _): &Line| *hash.as_bytes()) {
        outcomes.extend(run_of_lines(parts, lines).await?);
    }
    Ok(outcomes)
}

/// A person as registered, and what the line did.
pub async fn one(parts: &Arc<Parts>, line: Registration, call: Repeatable) -> Result<(Person, Outcome), Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let before = call.before(tx).await?.map(PersonId::from);
            let (id, outcome) = if let Some(id) = before {
                (id, Outcome::Unchanged)
            } else {
                let line = (parts.cpr_hash(&line.cpr), line);
                let done = lines_in(&parts, tx, vec![line]).await?.pop().ok_or(Error::NotFound)??;
                call.made(tx, done.0.as_uuid()).await?;
                done
            };
            let row = store::person::get(tx, id).await?.ok_or(Error::NotFound)?;
            Ok((row.open(&row.key(&parts.keys.keyring)?)?, outcome))
        })
    })
    .await
}

type Line = (LookupHash, Registration);

async fn run_of_lines(parts: &Arc<Parts>, lines: Vec<Line>) -> Result<Vec<LineOutcome>, Error> {
    for _ in 1..TRIES {
        match write(parts, lines.clone()).await {
            Err(Error::ConcurrentChange) => {}
            Err(Error::Sql(error)) if error.is_transient() => {}
            done => return done,
        }
    }
    write(parts, lines).await
}

async fn write(parts: &Arc<Parts>, lines: Vec<Line>) -> Result<Vec<LineOutcome>, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| Box::pin(async move { lines_in(&parts, tx, lines).await })).await
}

async fn lines_in(parts: &Parts, tx: &mut Tx, lines: Vec<Line>) -> Result<Vec<LineOutcome>, Error> {
    let now = tx.now().await?;
    let today = Date::in_denmark(now);
    let hashes: Vec<LookupHash> = lines.iter().map(|(hash, _)| *hash).collect();
    let known: HashMap<Vec<u8>, PersonRow> = store::person::find_many(tx, &hashes).await?.into_iter().collect();
    let (mut outcomes, mut new) = (Vec::with_capacity(lines.len()), Vec::new());
    for (hash, line) in lines {
        outcomes.push(match known.get(hash.as_bytes().as_slice()) {
            Some(row) => {
                // Most lines of an extract that is run again say nothing new: only a change takes the mailbox's lock.
                let before = row.open(&row.key(&parts.keys.keyring)?)?;
                match line.clone().apply(&before, now) {
                    Ok(None) => Ok((row.id, Outcome::Unchanged)),
                    Ok(Some(_)) | Err(_) => bring_up_to_date(parts, tx, row.id, line, now).await?,
                }
            }
            None => line.check_new(today).map(|()| {
                let person = create(parts, line, hash, now);
                let id = person.person.id;
                new.push(person);
                (id, Outcome::Created)
            }),
        });
    }
    if store::person::insert_many(tx, new, &parts.keys.keyring, &*parts.random, now).await? {
        Ok(outcomes)
    } else {
        Err(Error::ConcurrentChange)
    }
}

fn create(parts: &Parts, line: Registration, hash: LookupHash, now: Timestamp) -> NewPerson {
    let died = line.status == crate::domain::person::PersonStatus::Dead;
    let person = Person {
        id: PersonId::new(now, &*parts.random),
        name: line.name,
        status: line.status,
        postal_address: line.postal_address,
        death_date: line.death_date,
        close_time: died.then_some(now),
        exemption: None,
        create_time: now,
    };
    NewPerson { person, cpr: line.cpr, hash }
}

/// Does to a known person what the line says, and tells of a death.
pub(super) async fn bring_up_to_date(
    parts: &Parts,
    tx: &mut Tx,
    id: PersonId,
    line: Registration,
    now: Timestamp,
) -> Result<LineOutcome, Error> {
    let row = store::person::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let key = row.key(&parts.keys.keyring)?;
    let before = row.open(&key)?;
    match line.apply(&before, now) {
        Err(refused) => Ok(Err(refused)),
        Ok(None) => Ok(Ok((id, Outcome::Unchanged))),
        Ok(Some(after)) => {
            store::person::update(tx, &after, &key, &*parts.random).await?;
            if before.close_time.is_none() && after.close_time.is_some() {
                parts.tell_both(tx, outgoing::mailbox_closed(id)).await?;
            }
            Ok(Ok((id, Outcome::Updated)))
        }
    }
}
