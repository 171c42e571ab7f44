//! One access, for its parties (rules A20, A29).

use super::{Context, Shown};
use crate::error::{AccessName, Error};
use crate::store;
use kernel::PersonId;

/// The access of this name as it is now, if `person` is a party.
pub async fn get(context: &Context, person: PersonId, (owner, id): AccessName) -> Result<Shown, Error> {
    let read = context.db.read(|tx| {
        Box::pin(async move {
            let access = store::access::find(tx, owner, id).await?.ok_or(Error::NotFound)?;
            let side = access.party(person).ok_or(Error::NotFound)?;
            Ok(Shown { access: access.at(tx.now().await?), side })
        })
    });
    read.await
}
