//! A CPR number has changed: which person it leads to is asked anew (rule P1).

use crate::error::Error;
use crate::store;
use kernel::PersonId;
use sql::Tx;

/// Forgets the numbers of `person`, in the transaction that takes in the event.
pub async fn forget_person(tx: &mut Tx, person: PersonId) -> Result<(), Error> {
    Ok(store::known_person::forget(tx, person).await?)
}
