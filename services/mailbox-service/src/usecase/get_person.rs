//! A person by a CPR number, present or former.

use super::Parts;
use crate::domain::person::Person;
use crate::error::Error;
use crate::store;
use kernel::CprNumber;
use std::sync::Arc;

/// Finds the person.
pub async fn run(parts: &Arc<Parts>, cpr: &CprNumber) -> Result<Person, Error> {
    let hash = parts.cpr_hash(cpr);
    let found = parts.db.read(move |tx| Box::pin(async move { store::person::find(tx, &hash).await })).await?;
    let row = found.ok_or(Error::NotFound)?;
    Ok(row.open(&row.key(&parts.keys.keyring)?)?)
}
