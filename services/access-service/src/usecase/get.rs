//! One access, for its parties (rules A20, A29).

use super::recognise::Acting;
use super::{Context, Shown};
use crate::error::{AccessName, Error};
use crate::store;

/// The access of this name as it is now, if the citizen is a party and their portal shows it (rule A12).
pub async fn get(context: &Context, acting: Acting, (owner, id): AccessName) -> Result<Shown, Error> {
    let read = context.db.read(|tx| {
        Box::pin(async move {
            let access = store::access::find(tx, owner, id).await?;
            let access = access.filter(|access| access.scope.shown_in(acting.portal)).ok_or(Error::NotFound)?;
            let side = access.party(acting.person).ok_or(Error::NotFound)?;
            Ok(Shown { access: access.at(tx.now().await?), side: Some(side) })
        })
    });
    read.await
}
