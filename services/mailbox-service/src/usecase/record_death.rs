//! A death: closes the mailbox, and with it the accesses (P8).

use super::{Parts, Repeatable, register};
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
            let repeated = call.before(tx).await?.is_some();
            let found = store::person::find(tx, &parts.cpr_hash(&cpr)).await?.ok_or(Error::NotFound)?;
            let key = found.key(&parts.keys.keyring)?;
            let now = tx.now().await?;
            if !repeated {
                let row = store::person::lock(tx, found.id).await?.ok_or(Error::NotFound)?;
                let Person { name, postal_address, .. } = row.open(&key)?;
                let line =
                    Registration { cpr, name, status: PersonStatus::Dead, postal_address, death_date: Some(date) };
                register::bring_up_to_date(&parts, tx, row.id, line, now).await??;
                call.made(tx, row.id.as_uuid()).await?;
            }
            let row = store::person::get(tx, found.id).await?.ok_or(Error::NotFound)?;
            Ok(row.open(&key)?)
        })
    })
    .await
}
