//! A death: closes the mailbox, and with it the accesses (P8).

use super::register::{Followed, write_followed};
use super::{Parts, Repeatable};
use crate::domain::person::{Person, PersonStatus, Registration};
use crate::error::Error;
use crate::store;
use kernel::{CprNumber, Date};
use std::sync::Arc;

/// Records that the person died on `date`. Once more changes nothing.
pub async fn run(parts: &Arc<Parts>, cpr: CprNumber, date: Date, call: Repeatable) -> Result<Person, Error> {
    let parts = parts.clone();
    let db = parts.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let found = store::person::find(tx, &parts.cpr_hash(&cpr)).await?.ok_or(Error::NotFound)?;
            let row = store::person::lock(tx, found.id).await?.ok_or(Error::NotFound)?;
            let mut person = Followed::new(&parts, &row)?;
            if call.before(tx).await?.is_some() {
                return Ok(person.before);
            }
            let now = tx.now().await?;
            let Person { name, postal_address, .. } = person.before.clone();
            let line = Registration { cpr, name, status: PersonStatus::Dead, postal_address, death_date: Some(date) };
            person.follow(line, now)?;
            let dead = person.after.clone();
            write_followed(&parts, tx, vec![person], now).await?;
            call.made(tx, dead.id.as_uuid()).await?;
            Ok(dead)
        })
    })
    .await
}
