//! A new CPR number for a person, or a former one again: all of them lead to the same mailbox (P1).

use super::{Parts, Repeatable};
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::person::Person;
use crate::error::Error;
use crate::outgoing;
use crate::store;
use crate::store::person::Numbered;
use kernel::CprNumber;
use std::sync::Arc;

/// Gives the person of `old` the number `new`. Doing so again changes nothing.
pub async fn run(parts: &Arc<Parts>, old: CprNumber, new: CprNumber, call: Repeatable) -> Result<Person, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let found = store::person::find(tx, &parts.cpr_hash(&old)).await?.ok_or(Error::NotFound)?;
            let row = store::person::lock(tx, found.id).await?.ok_or(Error::NotFound)?;
            let key = row.key(&parts.keys.keyring)?;
            if call.before(tx).await?.is_none() {
                let hash = parts.cpr_hash(&new);
                match store::person::set_number(tx, row.id, &new, &hash, &key, &*parts.random).await? {
                    Numbered::Changed => {
                        parts.tell_both(tx, outgoing::cpr_number_changed(row.id)).await?;
                        let changed = Entry::about_mailbox(Kind::OwnerChanged, Actor::System);
                        parts.log(tx, row.id, &key, [changed]).await?;
                    }
                    Numbered::Unchanged => {}
                    Numbered::Taken => return Err(Error::CprNumberTaken),
                }
                call.made(tx, row.id.as_uuid()).await?;
            }
            Ok(row.open(&key)?)
        })
    })
    .await
}
